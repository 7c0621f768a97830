import type { Observable, OperatorFunction } from 'rxjs';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import type { Fields } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { withHidden } from './hidden-fields.js';
import type { Joinable, JoinedOf } from './joined.js';
import { declaredKept, type Kept, type KeptNode, type KeptOf } from './kept.js';
import { declaredKey, keySetting, type AnyKey, type KeyParts, type KeyValues } from './key.js';

export interface JoinBroadcastOptions<
  T,
  U,
  K extends readonly KeyPart[],
  M extends readonly KeyPart[],
  R extends Fields,
  J extends 'inner' | 'left',
  P extends KeyParts<T> = never,
  Q extends KeyParts<U> = never,
> {
  /** By which a record finds its value: any parts, not only the stream's own key. */
  readonly key: ((record: T) => K) | readonly [...P];
  /** The key of a record of the broadcast stream, with parts of the same types. */
  readonly otherKey: ((record: U) => M) | readonly [...Q];
  /** `inner` drops a record for whose key there is no value; `left` emits it alone. Defaults to `inner`. */
  readonly kind?: J;
  /** What is kept of a record of the broadcast stream; defaults to all its fields. */
  readonly right?: Kept<U, R>;
  /** Whether a record of the broadcast stream removes the value of its key, instead of replacing it. */
  readonly removes?: (record: U) => boolean;
}

/** The options with which it is executed. */
export interface JoinBroadcastNodeOptions {
  readonly key: AnyKey<unknown>;
  readonly otherKey: AnyKey<unknown>;
  readonly right: KeptNode;
  readonly kind: 'inner' | 'left';
  readonly removes: ((record: never) => boolean) | undefined;
}

/**
 * Gives each record the value that a broadcast stream has for its key: a rule, the name of a sector, a corporate action.
 *
 * Every partition reads all of the broadcast stream, in one order with its own records, as several streams are read: by
 * event time, and of equal times the stream that the pipeline declares first. A record gets the value that came last
 * before it in this order. Nothing is ever late: a value replaces the one before it even if its time is earlier.
 *
 * One value of each key is kept until it is removed, in each partition. The record is not kept: what the broadcast stream
 * says afterwards does not change what was emitted.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @param values the records of a stream that is declared with `broadcast: true`, or what functions of RxJS made of them
 * @throws ERR_PIPELINE_INVALID if `values` is anything else, the keys differ in their types, or nothing states what is kept
 * of values that a function made
 * @example
 * // Each trade with the sector that its symbol has at this moment, whatever trades are partitioned by.
 * const sectors = stream('sectors', Sector, { broadcast: true, time: (s) => s.since });
 * pipeline('by-sector', { sectors, trades }, ({ sectors, trades }) => [
 *   into(sectorTrades, trades.pipe(
 *     joinBroadcast('sector', sectors, { key: ['symbol'], otherKey: ['symbol'], kind: 'left' }),
 *     map(({ left, right }) => ({ ...left, sector: right?.name ?? 'unknown' })),
 *   )),
 * ]);
 */
export function joinBroadcast<
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
  values: Observable<U>,
  options: JoinBroadcastOptions<T, U, K, M, R, J, P, Q> & Joinable<T, U, KeyValues<T, K, P>, KeyValues<U, M, Q>>,
): OperatorFunction<T, JoinedOf<J, KeyValues<T, K, P>, T, KeptOf<U, R>>> {
  const kind = options.kind ?? 'inner';
  const { removes } = options;
  return (source: Observable<T>) => {
    const plan = currentPlan(`joinBroadcast('${name}')`);
    const key = options.key as AnyKey<unknown>;
    const otherKey = options.otherKey as AnyKey<unknown>;
    const [parts, otherParts] = [declaredKey(name, key), declaredKey(name, otherKey)];
    const right = declaredKept(plan, name, 'right', values, options.right);
    const node: OperatorNode<JoinBroadcastNodeOptions> = {
      name,
      kind: 'joinBroadcast',
      key: parts,
      otherKey: otherParts,
      otherIsBroadcast: true,
      settings: { ...keySetting('key', parts), ...keySetting('otherKey', otherParts), join: kind },
      state: withHidden(right.state, {}),
      isShared: false,
      writesState: false,
      options: { key, otherKey, right, kind, removes },
    };
    return plan.addOperator(node, source, values);
  };
}
