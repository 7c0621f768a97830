import type { Fields, Mutable, ObjectOf, RecordSchema } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import type { FoldResult } from './fold-function.js';
import type { Initial } from './initial.js';
import type { KeyParts } from './key.js';

/** The options of every keyed operator. */
export interface KeyedOptions<T, K extends readonly KeyPart[], F extends Fields, R, P extends KeyParts<T> = never> {
  /**
   * The key of a record: the names of its fields in order, with `keyPart` for what is computed, or a function that
   * returns the values. A key of names is known when the pipeline is made, so that errors in it are found then, and it
   * is faster.
   */
  readonly key: ((record: T) => K) | readonly [...P];
  /**
   * The state of each key; it begins with zeros, empty texts, `false`, the first words and absent optionals, unless
   * {@link initial} states other values.
   */
  readonly state: RecordSchema<F>;
  /**
   * The values with which a new key begins, for some fields or all: as an object, or as a function of the first record of
   * the key, which that record is then folded into. A key that has expired begins anew in the same way. If the function
   * throws, or returns a value that the field cannot have, the record is dead-lettered. An object is a part of the plan,
   * and compared with checkpoints.
   */
  readonly initial?: Initial<T, NoInfer<F>>;
  /**
   * Adds a record to the state of its key, by setting the state's fields. If it throws, the record is dead-lettered and
   * nothing of it remains, here or in any other operator. What it returns is passed on as `result`; it is neither a
   * promise nor a state.
   */
  readonly fold: (state: Mutable<ObjectOf<F>>, record: T) => FoldResult<R, ObjectOf<F>>;
  /**
   * The event time, in epoch milliseconds, at which the key expires: once the watermark passes it, its state is
   * dropped. A record of that time or later, or one that arrives after that, is late. It must be the same for every
   * record of a key, in `topByKey` of a group: a record that differs is dead-lettered. Defaults to never: keys are kept
   * forever.
   */
  readonly expires?: (record: T) => number;
}
