import {
  type Fields,
  type Key,
  type KeyedOptions,
  type KeyParts,
  type SlidingExpiry,
  type Table,
  Update,
} from '@stockafolio/core';
import { instantiate } from '@stockafolio/core/compile';
import type { EveryKeyNode, ForEveryKey, KeyTuple } from '@stockafolio/core/plan';
import type { PipelineContext } from '../flow/context.js';
import type { FanOut } from '../flow/fan-out.js';
import type { KeyEntry, State, StateView } from '@stockafolio/core/ports';
import type { DueBook } from '../timers/due-book.js';
import { BatchOperator, type Process } from './batch-operator.js';
import { DirectWriter } from './direct-writer.js';
import { beginState } from './first-record.js';
import { Expired } from './expired.js';
import { type Expiry, expiresDiffers, expiryOf, slidingExpiry } from './expiry.js';
import { batchLoader, type BatchLoader, type KeyLoader, keyLoader } from './key-loader.js';
import { keyReader } from './key-reader.js';
import type { OperatorHost } from './operator-host.js';
import { type KeyCall, ProcessEveryKey } from './process-every-key.js';
import { type RowCheck, rowCheck, valuesCheck } from './row-check.js';

interface Hidden {
  $until: number;
}

/** The options of the folds that it executes. */
type FoldOptions<T, F extends Fields, R> = KeyedOptions<T, KeyTuple, F, R, KeyParts<T>> &
  SlidingExpiry & { readonly everyKey?: readonly EveryKeyNode[] };

/**
 * Executes `foldByKey`, `shardedFold` and `latestByKey`: one state, folded record by record, and written to its tables
 * as it is at the commit.
 */
export class KeyedFold<T, F extends Fields, R> extends BatchOperator<T> {
  readonly #options: FoldOptions<T, F, R>;
  readonly #keyOf: (record: T) => KeyTuple;
  readonly #writer: DirectWriter;
  readonly #due: DueBook;
  readonly #expiring: FanOut<unknown> | undefined;
  readonly #everyKey: ProcessEveryKey;
  /** Of what a record for every key has made. */
  #check: Pick<RowCheck, 'ofValues'> | undefined;
  readonly keepsStreamKey: boolean;

  constructor(host: OperatorHost, options: FoldOptions<T, F, R>) {
    super(host);
    this.#options = options;
    this.#keyOf = keyReader(options.key, `operator '${host.node.name}'`);
    this.#due = host.timers();
    this.#expiring = host.context.expiringOf(host.node);
    this.keepsStreamKey = !host.isShared;
    this.#writer = new DirectWriter(host.node, host.state);
    this.#everyKey = new ProcessEveryKey(host, options.everyKey ?? [], (each, record, at) =>
      this.#foldInto(each, record, at),
    );
  }

  get isQuiet(): boolean {
    return this.host.output.isQuiet;
  }

  attach(table: Table): void {
    this.#writer.attach(table);
  }

  processOther(value: unknown): void {
    this.#everyKey.process(value as ForEveryKey);
  }

  #foldInto({ onKey }: EveryKeyNode, record: unknown, { key, time }: KeyCall): void {
    const { state, output, emit, context, node } = this.host;
    const before = context.givesEarlier(node) ? state.cursor.$copy() : undefined;
    const result = onKey(state.cursor, record as never, { key, time });
    this.#check ??= { ofValues: valuesCheck(node.name, state.cursor, node.state, this.#writer.tables) };
    this.#check.ofValues?.();
    if (output.observed) emit(new Update(key, state.cursor.$copy(), record, result, before));
  }

  advance(watermark: number): void {
    if (this.#due.next > watermark) return;
    const { state } = this.host;
    const write = this.#write();
    const expired = this.#expiring && new Expired(this.host, this.#expiring);
    this.#due.take(watermark, (slot) => {
      if (state.isUnwritten(slot)) write(slot);
      expired?.add(slot);
      state.remove(slot);
    });
    expired?.emit();
  }

  collect(most?: number): boolean {
    return this.host.state.takeUnwritten(this.#write(), most);
  }

  restored(): void {
    if (!this.#expires) return;
    const { state } = this.host;
    state.forEachLive((slot) => this.#due.add((state.at(slot) as unknown as Hidden).$until, slot, -1));
  }

  #write(): (slot: number) => void {
    const { rows, partition } = this.host.context;
    return this.#writer.into(rows, partition);
  }

  protected begin(first: T): Process<T> {
    const { expires, expiresAfter, fold } = this.#options;
    const { host } = this;
    const { state, node, context } = host;
    const firstKey = this.#keyOf(first);
    const check = rowCheck(node.name, firstKey, state.cursor, node.state, this.#writer.tables);
    const entry = state.entryFor(firstKey);
    const owner = `operator '${node.name}'`;
    return instantiate(owner, foldCode<T, R>, {
      ...{ fold, context, entry, state, cursor: state.cursor, output: host.output, check },
      load: batchLoader(owner, this.#loader(owner, entry, firstKey.length), context.states.position),
      expiry: expiresAfter === undefined ? expires && expiryOf(host, expires) : slidingExpiry<T>(host, expiresAfter),
      beginKey: this.#keyBeginner(check.ofKey),
      renew: expiresAfter === undefined ? this.#refuseOther : this.#renew,
      givesEarlier: context.givesEarlier(node),
      updateOf: (record: T, result: R, before: object | undefined) =>
        new Update(this.#keyOf(record), state.cursor.$copy(), record, result, before),
    });
  }

  #loader(owner: string, entry: KeyEntry, length: number): KeyLoader<T> {
    const { host } = this;
    const key = {
      ...{ key: this.#options.key, length },
      refuse: (other: KeyTuple) => host.state.entryFor(other),
      notOwn: host.isShared ? undefined : (other: KeyTuple, own: Key) => host.checkPartition(other, own),
    };
    return keyLoader(owner, entry.load, [key]);
  }

  get #expires(): boolean {
    return this.#options.expires !== undefined || this.#options.expiresAfter !== undefined;
  }

  /** A key has one fixed expiry. */
  readonly #refuseOther = (_slot: number, known: number, until: number): void =>
    expiresDiffers(this.host.node.name, 'key', known, until);

  /** Postpones the expiry of a key for a later record. */
  readonly #renew = (slot: number, known: number, until: number): void => {
    if (until <= known) return;
    const { state, context } = this.host;
    (state.cursor as unknown as Hidden).$until = until;
    this.#due.move(until, slot, context.record);
  };

  /** What checks a new key, begins its state, and notes when it expires. */
  #keyBeginner(check: ((key: KeyTuple) => void) | undefined): FoldScope<T, R>['beginKey'] {
    const { state, context } = this.host;
    const begin = beginState(this.host, this.#options);
    const isKept = !this.#expires;
    return (record, slot, until) => {
      check?.(this.#keyOf(record));
      begin?.(record);
      if (isKept) return;
      (state.cursor as unknown as Hidden).$until = until;
      this.#due.add(until, slot, context.record);
    };
  }
}

interface FoldScope<T, R> {
  readonly load: BatchLoader<T>;
  readonly expiry: Expiry<T> | undefined;
  readonly fold: (state: never, record: T) => unknown;
  readonly context: PipelineContext;
  readonly entry: KeyEntry;
  readonly state: State;
  readonly cursor: StateView;
  readonly output: FanOut<unknown>;
  readonly check: { readonly ofValues?: (() => void) | undefined };
  readonly beginKey: (record: T, slot: number, until: number) => void;
  /** A record of a known key states another time at which it expires. */
  readonly renew: (slot: number, known: number, until: number) => void;
  /** Whether an operator undoes what it made of the value before. */
  readonly givesEarlier: boolean;
  readonly updateOf: (record: T, result: R, before: object | undefined) => object;
}

/** Names nothing from outside: see `instantiate`. */
function foldCode<T, R>(scope: FoldScope<T, R>): Process<T> {
  const { load, expiry, context, entry, state, cursor, output, beginKey, renew, updateOf, givesEarlier } = scope;
  const { position } = context.states;
  const { ofValues } = scope.check;
  const fold = scope.fold as (state: StateView, record: T) => R;
  return function foldBatch(records, from, count, at, moments) {
    load(records, from, count, at, moments);
    if (expiry !== undefined && !expiry.load(records, from, count, at, moments)) return undefined;
    entry.touch(at, at + count);
    const updates = output.observed ? ([] as object[]) : undefined;
    for (let n = 0; n < count; n++) {
      const i = at + n;
      const record = records[from + n] as T;
      position.batchIndex = i;
      const slot = entry.enter(i, moments);
      const until = expiry === undefined ? 0 : (expiry.untils[i] as number);
      const isNew = state.created;
      if (isNew) beginKey(record, slot, until);
      else if (expiry !== undefined) {
        const known = (cursor as unknown as Hidden).$until;
        if (known !== until) renew(slot, known, until);
      }
      const before = givesEarlier && !isNew ? cursor.$copy() : undefined;
      const result = fold(cursor, record);
      if (ofValues !== undefined) ofValues();
      if (updates !== undefined) updates.push(updateOf(record, result, before));
      if (context.failure !== undefined) return undefined;
    }
    return updates;
  };
}
