import type { Observable, OperatorFunction } from 'rxjs';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import { boolean, int32, type Fields } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { withHidden } from './hidden-fields.js';
import { checkedDuration, ONLY_SUB_KEYS, type Joinable, type JoinedOf, type JoinKind } from './joined.js';
import { declaredKept, type Kept, type KeptNode, type KeptOf } from './kept.js';
import { declaredKey, keySetting, type AnyKey, type KeyParts, type KeyValues } from './key.js';

export interface JoinWithinOptions<
  T,
  U,
  K extends readonly KeyPart[],
  M extends readonly KeyPart[],
  L extends Fields,
  R extends Fields,
  J extends JoinKind,
  P extends KeyParts<T> = never,
  Q extends KeyParts<U> = never,
> {
  /** The key of a record; it begins with the stream's own key. */
  readonly key: ((record: T) => K) | readonly [...P];
  /** The key of a record of the other flow, with parts of the same types; records meet if their keys are equal. */
  readonly otherKey: ((record: U) => M) | readonly [...Q];
  /** How much earlier than a record those of the other flow may be that it meets: milliseconds of event time, from 0. */
  readonly before: number;
  /** How much later they may be. */
  readonly after: number;
  /**
   * `inner` emits pairs only. `left` also emits each record of this flow that met no other one, `right` those of the
   * other flow, `outer` both. Defaults to `inner`.
   */
  readonly kind?: J;
  /** What is kept of a record; defaults to all its fields, if these are the records of a stream. */
  readonly left?: Kept<T, L>;
  /** What is kept of a record of the other flow; defaults to all its fields, if these are the records of a stream. */
  readonly right?: Kept<U, R>;
  /**
   * How far behind the watermark, in milliseconds of event time, a record is still accepted; all records are kept so much
   * longer. Defaults to 0.
   */
  readonly allowedLateness?: number;
}

/** The options with which it is executed. */
export interface JoinWithinNodeOptions {
  readonly key: AnyKey<unknown>;
  readonly otherKey: AnyKey<unknown>;
  readonly left: KeptNode;
  readonly right: KeptNode;
  readonly before: number;
  readonly after: number;
  readonly allowedLateness: number;
  readonly kind: JoinKind;
}

/**
 * Joins records of two flows that have the same key and are close in time: `l` and `r` meet if
 * `l.time - before <= r.time <= l.time + after`. Each record meets all such records, also of its own time.
 *
 * A pair is emitted when the later of its records arrives, with the later of the two event times. A record that met no
 * other one is emitted once no record can meet it any more, with its own time: when the watermark has passed the
 * interval and `allowedLateness`. Such records come in the order of (time, key). Operators behind the join have a time
 * that is as far behind.
 *
 * A record whose event time is more than `allowedLateness` below the watermark is late, because records that it would meet may be
 * gone: it is dead-lettered, and neither joined nor kept. All others are kept below their key as long as records may come
 * that meet them.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_KEY_NOT_PARTITIONED if a key does not begin with its stream's own: at once if both are names of fields,
 * otherwise at the first record; ERR_NOT_COPARTITIONED if records of a key are in different partitions of the streams;
 * ERR_PIPELINE_INVALID if a duration is none, the keys differ in their types, or nothing states what is kept of a flow
 * that is not a stream
 * @example
 * // What was paid within an hour after each order, and the orders that nobody paid.
 * const key = ['user', 'order'] as const;
 * orders.pipe(
 *   joinWithin('paid', payments, { key, otherKey: key, before: 0, after: hours(1), kind: 'left' }),
 *   map(({ left: { order }, right }) => ({ order, paid: right?.cents ?? 0 })),
 * )
 */
export function joinWithin<
  T,
  U,
  K extends readonly [KeyPart, ...KeyPart[]],
  M extends readonly [KeyPart, ...KeyPart[]],
  L extends Fields = never,
  R extends Fields = never,
  const J extends JoinKind = 'inner',
  const P extends KeyParts<T> = never,
  const Q extends KeyParts<U> = never,
>(
  name: string,
  other: Observable<U>,
  options: JoinWithinOptions<T, U, K, M, L, R, J, P, Q> & Joinable<T, U, KeyValues<T, K, P>, KeyValues<U, M, Q>>,
): OperatorFunction<T, JoinedOf<J, KeyValues<T, K, P>, KeptOf<T, L>, KeptOf<U, R>>> {
  const before = checkedDuration(name, 'before', options.before);
  const after = checkedDuration(name, 'after', options.after);
  const allowedLateness = checkedDuration(name, 'allowedLateness', options.allowedLateness ?? 0);
  const kind: JoinKind = options.kind ?? 'inner';
  return (source: Observable<T>) => {
    const plan = currentPlan(`joinWithin('${name}')`);
    const [key, otherKey] = [options.key as AnyKey<T>, options.otherKey as AnyKey<U>];
    const [parts, otherParts] = [declaredKey(name, key), declaredKey(name, otherKey)];
    const left = declaredKept(plan, name, 'left', source, options.left);
    const right = declaredKept(plan, name, 'right', other, options.right);
    const behind = keptFor({ before, after, kind, allowedLateness });
    const emitsAfter = kind === 'inner' ? allowedLateness : kind === 'right' ? behind.right : behind.left;
    const node: OperatorNode<JoinWithinNodeOptions> = {
      name,
      kind: 'joinWithin',
      key: parts,
      otherKey: otherParts,
      streamKeyAt: 0,
      needsStreamKey: true,
      settings: {
        ...keySetting('key', parts),
        ...keySetting('otherKey', otherParts),
        ...{ before, after, join: kind, allowedLateness },
      },
      state: withHidden(ONLY_SUB_KEYS, { $own: int32() }),
      subKeys: {
        left: { kind: 'number', fields: withHidden(left.state, { $met: boolean() }), isMulti: true },
        right: { kind: 'number', fields: withHidden(right.state, { $met: boolean() }), isMulti: true },
      },
      isShared: false,
      writesState: false,
      // What is emitted alone moves the time of what is behind, even without an interval.
      emitsAfter: kind === 'inner' && emitsAfter === 0 ? undefined : emitsAfter,
      options: {
        key: key as AnyKey<unknown>,
        otherKey: otherKey as AnyKey<unknown>,
        left,
        right,
        before,
        after,
        allowedLateness,
        kind,
      },
    };
    return plan.addOperator(node, source, other);
  };
}

/**
 * For how long records of each side are kept behind the watermark, in milliseconds: as long as records may come that meet them. If
 * both sides emit records that met none, these wait for each other, so that they come in order of time.
 */
export function keptFor(options: Pick<JoinWithinNodeOptions, 'before' | 'after' | 'allowedLateness' | 'kind'>): {
  readonly left: number;
  readonly right: number;
} {
  const { before, after, allowedLateness, kind } = options;
  const least = kind === 'outer' ? Math.max(before, after) : 0;
  return { left: Math.max(after, least) + allowedLateness, right: Math.max(before, least) + allowedLateness };
}
