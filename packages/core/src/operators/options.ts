import type { Fields, Mutable, ObjectOf, RecordSchema } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';

/** What every keyed operator is told. */
export interface KeyedOptions<T, K extends readonly KeyPart[], F extends Fields, R> {
  /** The key of a record, part by part. */
  readonly key: (record: T) => K;
  /** What is kept for each key; it begins with zeros, empty texts, `false`, first words and absent optionals. */
  readonly state: RecordSchema<F>;
  /**
   * Takes a record into the state of its key, by setting the state's fields. Where it throws, the record is set aside
   * and nothing of it stays, here or in any other operator. What it returns is passed on as `result`.
   */
  readonly fold: (state: Mutable<ObjectOf<F>>, record: T) => R;
  /**
   * The event time, in epoch milliseconds, from which on the key is done: once the watermark passes it, its state is
   * dropped; a record of that time or later, or one that comes after that, is late. It must be the same for every record
   * of a key, in `topByKey` of a group: a record that differs is dead-lettered. Defaults to never: keys are kept for ever.
   */
  readonly expires?: (record: T) => number;
}
