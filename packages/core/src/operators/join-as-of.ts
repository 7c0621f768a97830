import type { Observable, OperatorFunction } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import { boolean, type Fields } from '../schema/index.js';
import type { KeyPart, ValueOfChange } from '../stream/index.js';
import { LAST_CHANGE, withHidden } from './hidden-fields.js';
import { checkedDuration, ONLY_SUB_KEYS, type Joinable, type JoinedOf } from './joined.js';
import { declaredKept, type Kept, type KeptNode, type KeptOf } from './kept.js';
import { declaredKey, keySetting, type AnyKey, type KeyParts, type KeyValues } from './key.js';

export interface JoinAsOfOptions<
  T,
  U,
  K extends readonly KeyPart[],
  M extends readonly KeyPart[],
  R extends Fields,
  J extends 'inner' | 'left',
  P extends KeyParts<T> = never,
  Q extends KeyParts<U> = never,
> {
  /** The key of a record; it begins with the stream's own key. */
  readonly key: ((record: T) => K) | readonly [...P];
  /** The key of a version, with parts of the same types; a version counts for the records whose key is equal. */
  readonly otherKey: ((version: U) => M) | readonly [...Q];
  /**
   * For how long, in milliseconds of event time behind the watermark, records still find the version of their time. A
   * record that is further behind is late. Defaults to 0.
   */
  readonly keep?: number;
  /**
   * For how long, in milliseconds of event time, a version is valid at most: a record of that time after it or later
   * does not find it. Keys of which no version is valid any more are forgotten. Defaults to forever.
   */
  readonly validFor?: number;
  /** `inner` drops a record for which there is no version; `left` emits it alone. Defaults to `inner`. */
  readonly kind?: J;
  /** What is kept of a version; defaults to all its fields, if these are the records of a stream. */
  readonly right?: Kept<ValueOfChange<U>, R>;
}

/** The options with which it is executed. */
export interface JoinAsOfNodeOptions {
  readonly key: AnyKey<unknown>;
  readonly otherKey: AnyKey<unknown>;
  readonly right: KeptNode;
  readonly keep: number;
  /** Infinity if versions are valid forever. */
  readonly validFor: number;
  readonly kind: 'inner' | 'left';
  /** Whether versions are the changes of a changelog, of which some say that there is none from their time on. */
  readonly hasRemovals: boolean;
}

/**
 * Gives each record the version of something that was valid at its event time: a price, a discount, an address.
 *
 * A version is valid from its own event time on, until that of the next one with its key. Of versions of one time the
 * one that comes later counts. The record is emitted at once, with its own time. It is not kept: a version that comes
 * after it, although its time is earlier, counts only for what comes after the version. Streams are read in the order of
 * event time, so that is rare.
 *
 * The changes of a `changelog()` are versions too: with a tombstone there is none from its time on. Of these, one that has a
 * lower version than another one of its key is a repeat, and changes nothing.
 *
 * The newest version of each key is kept forever, and an earlier one for `keep` after the time of the next. With
 * `validFor` none is kept for longer than that and `keep`, so state is bounded whatever keys come. A record whose event
 * time is more than `keep` below the watermark is late, because its version may be gone; a version is late if it ceased
 * to be valid that long ago, so that no record would find it. Both are dead-lettered.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @param versions a flow with what is valid from its event time on
 * @throws ERR_KEY_NOT_PARTITIONED if a key does not begin with its stream's own: at once if both are names of fields,
 * otherwise at the first record; ERR_NOT_COPARTITIONED if records of a key are in different partitions of the streams;
 * ERR_PIPELINE_INVALID if `keep` or `validFor` is no duration, the keys differ in their types, or nothing states what is kept of a flow
 * that is not a stream
 * @example
 * // Each order, less the discount that its user had at its time.
 * orders.pipe(
 *   joinAsOf('discounted', discounts, { key: ['user'], otherKey: ['user'], keep: minutes(10), kind: 'left' }),
 *   map(({ left: { id, cents }, right }) => ({ id, cents: cents - (right?.cents ?? 0) })),
 * )
 */
export function joinAsOf<
  T,
  U,
  K extends readonly [KeyPart, ...KeyPart[]],
  M extends readonly [KeyPart, ...KeyPart[]],
  R extends Fields = never,
  const J extends 'inner' | 'left' = 'inner',
  const P extends KeyParts<T> = never,
  const Q extends KeyParts<U> = never,
>(
  name: string,
  versions: Observable<U>,
  options: JoinAsOfOptions<T, U, K, M, R, J, P, Q> & Joinable<T, U, KeyValues<T, K, P>, KeyValues<U, M, Q>>,
): OperatorFunction<T, JoinedOf<J, KeyValues<T, K, P>, T, KeptOf<ValueOfChange<U>, R>>> {
  const keep = checkedDuration(name, 'keep', options.keep ?? 0);
  const kind = options.kind ?? 'inner';
  const validFor =
    options.validFor === undefined ? Number.POSITIVE_INFINITY : checkedDuration(name, 'validFor', options.validFor);
  return (source: Observable<T>) => {
    const plan = currentPlan(`joinAsOf('${name}')`);
    const key = options.key as AnyKey<unknown>;
    const otherKey = options.otherKey as AnyKey<unknown>;
    const [parts, otherParts] = [declaredKey(name, key), declaredKey(name, otherKey)];
    const right = declaredKept(plan, name, 'right', versions, options.right as Kept<U, R> | undefined);
    const by = plan.streamOf(versions)?.changes?.by;
    if (by !== undefined) checkKeyOfChanges(name, otherKey, by);
    const node: OperatorNode<JoinAsOfNodeOptions> = {
      name,
      kind: 'joinAsOf',
      key: parts,
      otherKey: otherParts,
      streamKeyAt: 0,
      needsStreamKey: true,
      settings: {
        ...{ ...keySetting('key', parts), ...keySetting('otherKey', otherParts), keep },
        ...(options.validFor === undefined ? {} : { validFor }),
        join: kind,
      },
      state: withHidden(ONLY_SUB_KEYS, by === undefined ? {} : LAST_CHANGE),
      subKeys: {
        versions: {
          kind: 'number',
          fields: withHidden(right.state, by === undefined ? {} : { $removed: boolean() }),
        },
      },
      isShared: false,
      writesState: false,
      takesChanges: by === undefined ? undefined : 1,
      options: { key, otherKey, right, keep, validFor, kind, hasRemovals: by !== undefined },
    };
    return plan.addOperator(node, source, versions);
  };
}

/** A tombstone has the fields of its own key alone, and says something of that key only. */
function checkKeyOfChanges(operator: string, otherKey: AnyKey<unknown>, by: readonly string[]): void {
  const parts: readonly unknown[] = typeof otherKey === 'function' ? [] : otherKey;
  if (parts.length === by.length && by.every((field, n) => parts[n] === field)) return;
  throw new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${operator}': the otherKey of a changelog is the key of its messages`,
    { hint: `write otherKey: ${JSON.stringify(by)}` },
  );
}
