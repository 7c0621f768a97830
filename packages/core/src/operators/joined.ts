import { StockafolioError } from '../errors/index.js';
import type { RecordSchema } from '../schema/index.js';
import type { Changing } from './changelog.js';

/** Which records a join emits besides pairs: none, or those that meet no other one, of one side or of both. */
export type JoinKind = 'inner' | 'left' | 'right' | 'outer';

/** What a join emits: two records of one key, or one alone, whose other side is undefined. */
export interface Joined<K, L, R> {
  readonly key: K;
  /** Of the flow in which the join stands. */
  readonly left: L;
  /** Of the other flow. */
  readonly right: R;
  /** Its event time, in epoch milliseconds. */
  readonly time: number;
}

/** What a join of this kind emits. */
export type JoinedOf<J extends JoinKind, K, L, R> =
  | Joined<K, L, R>
  | (J extends 'left' | 'outer' ? Joined<K, L, undefined> : never)
  | (J extends 'right' | 'outer' ? Joined<K, undefined, R> : never);

/** Options of a join, or a sentence if one of its flows is a changelog, or their keys cannot be equal. */
export type Joinable<T, U, K, M> = [T] extends [Changing]
  ? { readonly 'these values change until they are final: put whenFinal() behind the window': never }
  : [U] extends [Changing]
    ? { readonly 'the values of the other flow change until they are final: put whenFinal() behind its window': never }
    : [Kinds<K>] extends [Kinds<M>]
      ? unknown
      : // While TypeScript has not inferred `K` of a function yet, it is any key, and `M` may be one of names.
        [Kinds<M>] extends [Kinds<K>]
        ? unknown
        : { readonly 'the two keys need parts of the same types, in the same order': never };

type Kinds<K> = { readonly [N in keyof K]: Kind<K[N]> };

/** The kind of a part of a key with these values. */
export type Kind<V> = V extends string
  ? 'text'
  : V extends number
    ? 'number'
    : V extends boolean
      ? 'boolean'
      : 'bigint';

/** The state of a join for each key: everything is in its sub-keys. */
export const ONLY_SUB_KEYS: RecordSchema = Object.freeze({
  name: 'joined',
  fields: {},
  names: [],
  check: undefined,
  initial: undefined,
});

/** @throws ERR_PIPELINE_INVALID if it is no duration */
export function checkedDuration(operator: string, option: string, duration: number): number {
  if (Number.isSafeInteger(duration) && duration >= 0) return duration;
  throw new StockafolioError('ERR_PIPELINE_INVALID', `operator '${operator}': ${option} cannot be ${duration}`, {
    hint: 'it is a whole number of milliseconds, 0 or more, such as minutes(5)',
  });
}
