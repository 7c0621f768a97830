import type { Observable } from 'rxjs';
import {
  type Fields,
  type Key,
  type KeyedOptions,
  type KeyParts,
  type ObjectOf,
  type RecordSchema,
  StockafolioError,
  type Table,
  Update,
} from '@stockafolio/core';
import { type KeyTuple, layoutOf, type OperatorLayout, type OperatorNode } from '@stockafolio/core/plan';
import {
  beginsWith,
  type Connection,
  type OperatorRuntime,
  type PipelineContext,
  type StateWriter,
} from '../flow/context.js';
import type { FanOut, BatchReceiver } from '../flow/fan-out.js';
import type { Moments } from '../flow/moments.js';
import { receive } from '../flow/receive.js';
import { KeyedState } from '../state/keyed-state.js';
import { BATCH_SIZE } from '../state/batch-size.js';
import { DueBook } from '../timers/due-book.js';
import { DirectWriter } from './direct-writer.js';
import { checkedUntil, expiresDiffers } from './expiry.js';
import { keyReader, keyText } from './key-text.js';
import { rowCheck } from './row-check.js';
import { RecordProcessor, type Steps } from './record-processor.js';

interface Hidden {
  $until: number;
}

/**
 * Executes `foldByKey`, `shardedFold` and `latestByKey`: one state, folded record by record, and written to its tables
 * as it is at the commit.
 */
export class KeyedFold<T, F extends Fields, R> implements OperatorRuntime, StateWriter, Connection, BatchReceiver<T> {
  readonly name: string;
  readonly layout: OperatorLayout;
  readonly state: KeyedState;
  readonly isShared: boolean;
  readonly #context: PipelineContext;
  readonly #source: Observable<T>;
  readonly #options: KeyedOptions<T, KeyTuple, F, R, KeyParts<T>>;
  readonly #schema: RecordSchema;
  readonly #updates: FanOut<Update<KeyTuple, ObjectOf<F>, T, R>>;
  readonly #writer: DirectWriter;
  readonly #due = new DueBook();
  readonly #processor: RecordProcessor<T>;

  constructor(
    context: PipelineContext,
    node: OperatorNode,
    source: Observable<T>,
    options: KeyedOptions<T, KeyTuple, F, R, KeyParts<T>>,
  ) {
    const { name, isShared } = node;
    this.name = name;
    this.layout = layoutOf(node);
    this.#context = context;
    this.#source = source;
    this.#options = options;
    this.#schema = node.state;
    this.isShared = isShared;
    this.#updates = context.fanOut(node);
    this.state = new KeyedState(`operator '${name}'`, node.state, context.interner);
    const firstKey = keyReader(options.key);
    this.#processor = new RecordProcessor(context, this, (first) => this.#steps(firstKey(first)));
    this.#writer = new DirectWriter(node, this.state, context.interner);
  }

  attach(table: Table): void {
    this.#writer.attach(table);
  }

  connect(): void {
    receive(
      this.#context,
      this.#source,
      this.#processor.processRecord,
      (error) => this.#context.breakConnection(this, error),
      this,
    );
  }

  get isQuiet(): boolean {
    return this.#updates.isQuiet;
  }

  get keepsStreamKey(): boolean {
    return !this.isShared;
  }

  get due(): number {
    return this.#due.next;
  }

  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void {
    this.#processor.processBatch(records, moments, from, to);
  }

  advance(watermark: number): void {
    if (this.#due.next > watermark) return;
    const write = this.#writer.into(this.#context.rows, this.#context.partition);
    this.#due.take(watermark, (slot) => {
      if (this.state.isUnwritten(slot)) write(slot);
      this.state.remove(slot);
    });
  }

  flush(): void {
    // A fold holds nothing back until a time.
  }

  collect(most?: number): boolean {
    return this.state.takeUnwritten(this.#writer.into(this.#context.rows, this.#context.partition), most);
  }

  rollback(record: number): void {
    this.#due.rollback(record);
    this.state.rollback(record);
  }

  restored(): void {
    if (this.#options.expires === undefined) return;
    for (let slot = 0; slot < this.state.end; slot++) {
      if (this.state.isLive(slot)) this.#due.add((this.state.at(slot) as unknown as Hidden).$until, slot, -1);
    }
  }

  /** The steps that process a record, compiled for keys like this one. */
  #steps(firstKey: KeyTuple): Steps {
    const { expires, fold } = this.#options;
    const key = keyText('key', this.#options.key, firstKey.length, (other) => this.state.entryFor(other));
    const check = rowCheck(this.name, firstKey, this.#schema, this.#writer.tables);
    const entry = this.state.entryFor(firstKey);
    const created: string[] = [];
    if (check.ofKey !== '') created.push(`const key = ${key.whole}; ${check.ofKey}`);
    if (expires !== undefined) created.push('begin(untils[i], slot);');
    return {
      ahead: `${key.load}
    ${this.isShared ? '' : `if (${key.parts[0]} !== own) checkPartition(${key.loaded}, own);`}
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
        ...{ fold, expires, state: this.state, cursor: this.state.cursor, updates: this.#updates },
        ...key.scope,
        ...check.scope,
        checkedUntil: (until: unknown) => checkedUntil(this.name, until),
        differs: (known: number, until: number) => expiresDiffers(this.name, 'key', known, until),
        untils: new Float64Array(BATCH_SIZE),
        checkPartition: (other: KeyTuple, own: Key) => this.#checkPartition(other, own),
        begin: (until: number, slot: number) => this.#begin(until, slot),
        updateOf: (other: KeyTuple, record: T, result: R) =>
          new Update(other, this.state.cursor.$copy() as ObjectOf<F>, record, result),
        emit: (update: Update<KeyTuple, ObjectOf<F>, T, R>) => this.#emit(() => this.#updates.next(update)),
        emitBatch: (updates: readonly Update<KeyTuple, ObjectOf<F>, T, R>[], moments: Moments) =>
          this.#emit(() => this.#updates.nextBatch(updates, moments)),
      },
    };
  }

  /** Notes when a new key expires. */
  #begin(until: number, slot: number): void {
    (this.state.cursor as unknown as Hidden).$until = until;
    this.#due.add(until, slot, this.#context.record);
  }

  #checkPartition(key: KeyTuple, own: Key): void {
    if (beginsWith(key, own)) return;
    throw new StockafolioError(
      'ERR_KEY_NOT_PARTITIONED',
      `operator '${this.name}': key (${key.join(', ')}) does not begin with the stream's key (${String(own)}), so other partitions hold records of it too`,
      { hint: "begin the key with the stream's own key, or use shardedFold with a table that has a shard column" },
    );
  }

  /** Emits updates, marked as this partition's part of a figure if they are. */
  #emit(send: () => void): void {
    const context = this.#context;
    const { partial, stamp } = context;
    context.partial = partial || this.isShared;
    // If the figures of a window are folded, its version is for its own rows, not for rows that are made from them
    // here.
    context.stamp = undefined;
    send();
    context.stamp = stamp;
    context.partial = partial;
  }
}
