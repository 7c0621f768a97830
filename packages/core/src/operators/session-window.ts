import type { Observable, OperatorFunction } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import type { KeyTuple } from '../pipeline/update.js';
import { boolean, timestamp, type Fields, type Mutable, type ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import type { StreamOnly } from './changelog.js';
import { emissionSetting } from './emission.js';
import { checkFold, type Ignored } from './fold-function.js';
import { NOTHING, withHidden } from './hidden-fields.js';
import { declaredInitial } from './initial.js';
import { declaredKey, keySetting, type AnyKey, type KeyParts, type KeyValues } from './key.js';
import { checkedLateness, type Windowed, type WindowOptions } from './window.js';

export interface SessionOptions<
  T,
  K extends readonly KeyPart[],
  F extends Fields,
  P extends KeyParts<T> = never,
> extends WindowOptions<T, K, F, P> {
  /** How long after its last record a session ends, in milliseconds of event time: a record at that time begins another. */
  readonly gap: number;
  /**
   * Adds the state of a session to that of the session before it, by setting the fields of the latter: a record between
   * them has joined both. It is called before that record is folded. If it throws, the record is dead-lettered, and both
   * sessions remain.
   */
  readonly merge: (into: Mutable<ObjectOf<NoInfer<F>>>, from: ObjectOf<NoInfer<F>>) => Ignored;
}

/** What a session window emits: as every window, and once for each session that is no more. */
export interface SessionWindowed<K extends readonly unknown[], V> extends Windowed<K, V> {
  /**
   * Whether the session of this key and start is no more, because a record has joined it to an earlier one, or has moved
   * its start. The rows that are made from this value are removed from their tables. Its value is the last one.
   */
  readonly isRemoved: boolean;
}

/** The options with which it is executed. */
export interface SessionNodeOptions<T, F extends Fields> extends SessionOptions<T, KeyTuple, F, KeyParts<T>> {
  readonly allowedLateness: number;
}

/**
 * Folds the records of each key into sessions: a session ends when its key has no record for `gap` of event time.
 *
 * Its window is from its first record to `gap` after its last (exclusive). A record within `gap` before a session or
 * before its end belongs to it. So an out-of-order record can move the start of a session, or join two: their states
 * are then merged. Two records exactly `gap` apart are in two sessions.
 *
 * It emits as other windows do: when the watermark passes the end of the session, for every late record, and early if no
 * records arrive; `whenFinal()` makes a stream of it. The row of a session is told apart by its key and start, so both
 * belong into the key of its table. If a session is joined to an earlier one or its start moves, its row is removed.
 *
 * A record is late if the watermark has passed its time, `gap` and `allowedLateness`, unless it lies between the start
 * and the end of a session that is still kept: it changes neither. So no session begins at or before the last record of
 * one that is final, and a final row is never replaced.
 *
 * The key must begin with the stream's own key, because parts of a session in several partitions cannot be added up.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_KEY_NOT_PARTITIONED if the key does not begin with the stream's key: at once if both are names of fields,
 * otherwise at the first record; ERR_PIPELINE_INVALID if `gap` is not a whole number above zero
 * @example
 * clicks.pipe(
 *   sessionWindow('visits', {
 *     gap: minutes(30),
 *     key: ['visitor'],
 *     state: Visit,
 *     fold: (visit) => void (visit.pages += 1),
 *     merge: (visit, later) => void (visit.pages += later.pages),
 *   }),
 *   map(({ window, key: [visitor], value }) => ({ visitor, start: window.start, ...value })),
 * )
 */
export function sessionWindow<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields,
  const P extends KeyParts<T> = never,
>(
  name: string,
  options: SessionOptions<T, K, F, P> & StreamOnly<T>,
): OperatorFunction<T, SessionWindowed<KeyValues<T, K, P>, ObjectOf<F>>> {
  const { gap } = options;
  if (!Number.isSafeInteger(gap) || gap <= 0) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `sessionWindow('${name}') cannot have a gap of ${gap} ms`, {
      hint: 'gap is a whole number of milliseconds above zero, such as minutes(30)',
    });
  }
  return (source: Observable<T>) => {
    const allowedLateness = checkedLateness(name, options.allowedLateness);
    checkFold(name, options.fold);
    checkFold(name, options.merge, 'merge');
    const initial = declaredInitial(name, options.state, options.initial);
    const key = declaredKey<T>(name, options.key);
    const node: OperatorNode<SessionNodeOptions<T, F>> = {
      name,
      kind: 'sessionWindow',
      key,
      streamKeyAt: 0,
      needsStreamKey: true,
      settings: {
        ...keySetting('key', key),
        gap,
        allowedLateness,
        ...emissionSetting(name, options.emit),
        ...initial.settings,
      },
      state: NOTHING,
      subKeys: {
        sessions: { kind: 'number', fields: withHidden(initial.state, { $end: timestamp(), $pending: boolean() }) },
      },
      isShared: false,
      writesState: false,
      emits: 'changelog',
      finalAfter: allowedLateness,
      options: { ...options, key: options.key as AnyKey<T>, allowedLateness },
    };
    return currentPlan(`sessionWindow('${name}')`).addOperator<SessionWindowed<KeyValues<T, K, P>, ObjectOf<F>>>(
      node,
      source,
    );
  };
}
