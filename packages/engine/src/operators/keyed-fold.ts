import type { Fields, Key, KeyedOptions, KeyParts, ObjectOf, Table } from '@stockafolio/core';
import { type KeyTuple } from '@stockafolio/core/plan';
import { Update } from '@stockafolio/core';
import type { BatchReceiver } from '../flow/fan-out.js';
import type { Moments } from '../flow/moments.js';
import { BATCH_SIZE } from '../state/batch-size.js';
import type { DueBook } from '../timers/due-book.js';
import { DirectWriter } from './direct-writer.js';
import { checkedUntil, expiresDiffers } from './expiry.js';
import { keyReader, keyText } from './key-text.js';
import type { Operator } from '../operator/operator.js';
import type { OperatorHost } from './operator-host.js';
import { RecordProcessor, type Steps } from './record-processor.js';
import { rowCheck } from './row-check.js';

interface Hidden {
  $until: number;
}

/**
 * Executes `foldByKey`, `shardedFold` and `latestByKey`: one state, folded record by record, and written to its tables
 * as it is at the commit.
 */
export class KeyedFold<T, F extends Fields, R> implements Operator<T>, BatchReceiver<T> {
  readonly #host: OperatorHost;
  readonly #options: KeyedOptions<T, KeyTuple, F, R, KeyParts<T>>;
  readonly #writer: DirectWriter;
  readonly #due: DueBook;
  readonly #processor: RecordProcessor<T>;
  readonly keepsStreamKey: boolean;

  constructor(host: OperatorHost, options: KeyedOptions<T, KeyTuple, F, R, KeyParts<T>>) {
    this.#host = host;
    this.#options = options;
    this.#due = host.timers();
    this.keepsStreamKey = !host.isShared;
    const firstKey = keyReader(options.key);
    this.#processor = new RecordProcessor(host, (first) => this.#steps(firstKey(first)));
    this.#writer = new DirectWriter(host.node, host.state, host.context.interner);
  }

  get batches(): BatchReceiver<T> {
    return this;
  }

  get isQuiet(): boolean {
    return this.#host.output.isQuiet;
  }

  attach(table: Table): void {
    this.#writer.attach(table);
  }

  process(record: T): void {
    this.#processor.processRecord(record);
  }

  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void {
    this.#processor.processBatch(records, moments, from, to);
  }

  advance(watermark: number): void {
    if (this.#due.next > watermark) return;
    const { state } = this.#host;
    const write = this.#write();
    this.#due.take(watermark, (slot) => {
      if (state.isUnwritten(slot)) write(slot);
      state.remove(slot);
    });
  }

  collect(most?: number): boolean {
    return this.#host.state.takeUnwritten(this.#write(), most);
  }

  restored(): void {
    if (this.#options.expires === undefined) return;
    const { state } = this.#host;
    for (let slot = 0; slot < state.end; slot++) {
      if (state.isLive(slot)) this.#due.add((state.at(slot) as unknown as Hidden).$until, slot, -1);
    }
  }

  #write(): (slot: number) => void {
    const { rows, partition } = this.#host.context;
    return this.#writer.into(rows, partition);
  }

  /** The steps that process a record, compiled for keys like this one. */
  #steps(firstKey: KeyTuple): Steps {
    const { expires, fold } = this.#options;
    const host = this.#host;
    const { state, node } = host;
    const { name } = node;
    const key = keyText('key', this.#options.key, firstKey.length, (other) => state.entryFor(other));
    const check = rowCheck(name, firstKey, node.state, this.#writer.tables);
    const entry = state.entryFor(firstKey);
    const created: string[] = [];
    if (check.ofKey !== '') created.push(`const key = ${key.whole}; ${check.ofKey}`);
    if (expires !== undefined) created.push('begin(untils[i], slot);');
    return {
      ahead: `${key.load}
    ${host.isShared ? '' : `if (${key.parts[0]} !== own) checkPartition(${key.loaded}, own);`}
    ${expires === undefined ? '' : 'let until = expires(record); if (!Number.isSafeInteger(until)) until = checkedUntil(until); untils[i] = until; if (until <= watermark || until <= time) return late(until);'}
    entry.load(i, ${key.parts.join(', ')});`,
      text: `const slot = entry.enter(i, moments);
    ${created.length === 0 ? '' : `if (state.created) { ${created.join(' ')} }`}
    ${expires === undefined ? '' : 'else if (cursor.$until !== untils[i]) differs(cursor.$until, untils[i]);'}
    const result = fold(cursor, record);
    ${check.ofValues}
    if (updates.observed) {
      const update = updateOf(${key.whole}, record, result);
      if (outgoing === undefined) emit(update);
      else outgoing.push(update);
    }`,
      after: 'if (outgoing.length > 0) emitBatch(outgoing, moments);',
      entry,
      scope: {
        ...{ fold, expires, state, cursor: state.cursor, updates: host.output },
        ...key.scope,
        ...check.scope,
        checkedUntil: (until: unknown) => checkedUntil(name, until),
        differs: (known: number, until: number) => expiresDiffers(name, 'key', known, until),
        untils: new Float64Array(BATCH_SIZE),
        checkPartition: (other: KeyTuple, own: Key) => host.checkPartition(other, own),
        begin: (until: number, slot: number) => this.#begin(until, slot),
        updateOf: (other: KeyTuple, record: T, result: R) =>
          new Update(other, state.cursor.$copy() as ObjectOf<F>, record, result),
        emit: (update: Update<KeyTuple, ObjectOf<F>, T, R>) => host.emit(update),
        emitBatch: (updates: readonly Update<KeyTuple, ObjectOf<F>, T, R>[], moments: Moments) =>
          host.emitBatch(updates, moments),
      },
    };
  }

  /** Notes when a new key expires. */
  #begin(until: number, slot: number): void {
    const { state, context } = this.#host;
    (state.cursor as unknown as Hidden).$until = until;
    this.#due.add(until, slot, context.record);
  }
}
