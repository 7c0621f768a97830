import type { Observable } from 'rxjs';
import type { Update } from '../pipeline/update.js';
import type { Mutable, Fields, Infer, ObjectOf, RecordSchema } from '../schema/index.js';
import type { RemovableSchema } from './removable.js';
import type { FieldType } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import type { EveryKey } from './every-key.js';
import type { Ignored } from './fold-function.js';
import type { Initial } from './initial.js';
import type { KeyParts, KeyValues } from './key.js';

/** A map below each key: the type of its keys, by which it is ordered, and what it holds for each. */
export interface MapSchema<K extends KeyPart = KeyPart, F extends Fields = Fields> {
  readonly key: FieldType<K>;
  readonly value: RecordSchema<F>;
  /** Whether it is an output too: `into` writes its entries, as they are at each commit. */
  readonly output?: true;
}

export type MapSchemas = Readonly<Record<string, MapSchema>>;
export type RecordSchemas = Readonly<Record<string, RecordSchema>>;

/** An ordered map below the current key. Values are plain copies: {@link set} changes the map, nothing else does. */
export interface StateMap<K, V> {
  readonly size: number;
  has(key: K): boolean;
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  /** Returns whether it was there. */
  delete(key: K): boolean;
  clear(): void;
  /** The entry with the least key: numbers by value, texts by Unicode code point. */
  first(): readonly [K, V] | undefined;
  /** The entry with the greatest key. */
  last(): readonly [K, V] | undefined;
  /** The least key; costs less than {@link first}, which copies the value too. */
  firstKey(): K | undefined;
  /** The greatest key. */
  lastKey(): K | undefined;
  /** The entries from the least key at or after this one on, in order. The map may be changed meanwhile. */
  from(key: K): IterableIterator<readonly [K, V]>;
  /** All entries in the order of their keys. The map may be changed meanwhile. */
  [Symbol.iterator](): IterableIterator<readonly [K, V]>;
}

/** A list below the current key, in the order of appending. Values are plain copies. */
export interface StateList<V> {
  readonly length: number;
  append(value: V): void;
  /** Removes the first value, and returns it. */
  shift(): V | undefined;
  clear(): void;
  first(): V | undefined;
  last(): V | undefined;
  /** All values in order. The list may be changed meanwhile. */
  [Symbol.iterator](): IterableIterator<V>;
}

/** A timer of the current key, in event time. It fires once, and is in checkpoints. */
export interface Timer {
  /** When it fires, in epoch milliseconds of event time; undefined if it is not set. */
  readonly at: number | undefined;
  /**
   * Sets it, or moves it, to a time in epoch milliseconds. No timer fires in the past: a time at or before the
   * watermark becomes the first millisecond after it.
   *
   * @throws ERR_BAD_RECORD if that is no time
   */
  set(time: number): void;
  cancel(): void;
}

/** The timer that fires. */
export interface Firing<N extends string = string> {
  readonly name: N;
  /** When it was due, in epoch milliseconds: the event time of what is emitted now. */
  readonly time: number;
}

/** What a call of `onRecord`, `onTimer` or `onKey` can use until it returns, all of it for the current key. */
export interface ProcessContext<K, M extends MapSchemas, L extends RecordSchemas, N extends string, E> {
  readonly key: K;
  /** The event time of the record or the timer, in epoch milliseconds. */
  readonly time: number;
  /** The event time below which no record is expected; in `onTimer` it is the time of the timer. */
  readonly watermark: number;
  readonly timers: { readonly [T in N]: Timer };
  readonly maps: {
    readonly [T in keyof M]: M[T] extends MapSchema<infer Q, infer F> ? StateMap<Q, ObjectOf<F>> : never;
  };
  readonly lists: { readonly [T in keyof L]: StateList<Infer<L[T]>> };
  /** Emits a value, with the event time of the record or the timer. */
  readonly emit: E;
  /** Removes the key with all of its state and timers, when this call returns. */
  readonly remove: () => void;
}

/** How values of one output are emitted: `emit(alert)`. If they are {@link removable}, `emit.remove(alert)` removes one. */
export type EmitOne<S extends RecordSchema> = ((value: Infer<S>) => void) &
  (S extends RemovableSchema ? { readonly remove: (value: Infer<S>) => void } : unknown);

/** How values of several outputs are emitted: `emit.alerts(alert)`. */
export type EmitEach<O extends RecordSchemas> = { readonly [T in keyof O]: EmitOne<O[T]> };

/** The outputs that are maps: their entries, each a figure of the key and the key of the map. */
export type MapOutputs<K, M extends MapSchemas> = {
  readonly [T in keyof M as M[T] extends { readonly output: true } ? T : never]: Entries<K, M[T]>;
};

type Entries<K, M> = K extends readonly unknown[]
  ? M extends MapSchema<infer Q, infer F>
    ? Observable<Update<readonly [...K, Q], ObjectOf<F>>>
    : never
  : never;

/** The types of the records of broadcast streams, by name. */
export type BroadcastRecords = Readonly<Record<string, unknown>>;
type NoBroadcasts = Readonly<Record<never, never>>;

export interface ProcessOptions<
  T,
  K extends readonly KeyPart[],
  P extends KeyParts<T>,
  F extends Fields,
  M extends MapSchemas,
  L extends RecordSchemas,
  N extends string,
  E,
  B extends BroadcastRecords = NoBroadcasts,
> {
  /** The key of a record, which begins with the stream's own: as that of every keyed operator. */
  readonly key: ((record: T) => K) | readonly [...P];
  /** Fields of each key; none by default. They begin as those of a fold do. */
  readonly state?: RecordSchema<F>;
  /** The values with which the fields of a new key begin, as in a fold. */
  readonly initial?: Initial<T, NoInfer<F>>;
  /** Ordered maps below each key, by name: `{ lots: { key: timestamp(), value: Lot } }`. */
  readonly maps?: M;
  /** Lists below each key, by name: `{ readings: Reading }`. */
  readonly lists?: L;
  /** The names of its timers: `['silent', 'high']`. */
  readonly timers?: readonly N[];
  /**
   * Processes a record: sets fields of the state of its key, maps, lists and timers, and emits values. If it throws, the
   * record is dead-lettered, and nothing of it remains, here or in any other operator.
   */
  readonly onRecord: (
    state: Mutable<ObjectOf<NoInfer<F>>>,
    record: T,
    context: ProcessContext<KeyValues<T, K, P>, NoInfer<M>, NoInfer<L>, NoInfer<N>, NoInfer<E>>,
  ) => Ignored;
  /**
   * A timer fires: the watermark has reached its time. Given if there are timers. If it throws, or what it emits fails,
   * all that it changed is rolled back, and the timer alone is dead-lettered, with its name, key and time.
   */
  readonly onTimer?: (
    state: Mutable<ObjectOf<NoInfer<F>>>,
    timer: Firing<NoInfer<N>>,
    context: ProcessContext<KeyValues<T, K, P>, NoInfer<M>, NoInfer<L>, NoInfer<N>, NoInfer<E>>,
  ) => Ignored;
  /**
   * Broadcast streams whose records change keys that exist, by name. A record of one comes in order with those of the
   * operator. When it comes, `onKey` is called once for each key whose parts equal its fields, in the order of the keys,
   * with the record's event time; no key is created.
   */
  readonly everyKey?:
    | {
        readonly [S in keyof B]: EveryKey<
          T,
          P,
          B[S],
          Mutable<ObjectOf<NoInfer<F>>>,
          ProcessContext<KeyValues<T, K, P>, NoInfer<M>, NoInfer<L>, NoInfer<N>, NoInfer<E>>
        >;
      }
    | undefined;
}
