import type { Observable, OperatorFunction } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import type { KeyTuple, Update } from '../pipeline/update.js';
import type { Fields, Mutable, ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import type { StreamOnly } from './changelog.js';
import { checkFold, type Ignored } from './fold-function.js';
import { declaredInitial } from './initial.js';
import { declaredKey, keySetting, type AnyKey, type KeyParts, type KeyValues } from './key.js';
import type { KeyedOptions } from './options.js';
import { checkedLateness } from './window.js';

export interface SlidingOptions<
  T,
  K extends readonly KeyPart[],
  F extends Fields,
  P extends KeyParts<T> = never,
> extends Omit<KeyedOptions<T, K, F, Ignored, P>, 'expires'> {
  /** How far a window reaches back from its record, in milliseconds of event time; a record exactly that old is outside. */
  readonly size: number;
  /**
   * Adds the state of the records of a later moment to that of all earlier ones in the window, by setting the fields of
   * the latter. The state of each moment begins on its own, so `initial` should be values that add nothing.
   */
  readonly merge: (into: Mutable<ObjectOf<NoInfer<F>>>, from: ObjectOf<NoInfer<F>>) => Ignored;
  /**
   * How far behind the watermark a record may be, in milliseconds of event time. A record that is further behind is
   * dead-lettered. Defaults to 0.
   */
  readonly allowedLateness?: number;
}

/** The options with which it is executed. */
export interface SlidingNodeOptions<T, F extends Fields> extends SlidingOptions<T, KeyTuple, F, KeyParts<T>> {
  readonly allowedLateness: number;
}

/**
 * Folds, for each record, the records of its key in the `size` milliseconds up to it: those after `time - size`, up to and
 * with its own `time`. It answers what a check of each record asks, such as how much a card has paid in five minutes.
 *
 * Emits one value for each record at once, as `foldByKey` does: a stream, which any operator can follow. A record out of
 * order gets the figure of its own time, and counts in those of the records that arrive after it. Figures that were
 * emitted before are not changed. So a figure is that of the records which have arrived.
 *
 * `fold` adds up the records of one moment, and `merge` the moments of a window: a figure costs a merge for each moment
 * of its key in the window. State is kept for `size` and `allowedLateness` behind the watermark.
 *
 * The key must begin with the stream's own key, because records in other partitions would be missing.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_KEY_NOT_PARTITIONED if the key does not begin with the stream's key: at once if both are names of fields,
 * otherwise at the first record; ERR_PIPELINE_INVALID if `size` is not a whole number above zero
 * @example
 * payments.pipe(
 *   slidingWindow('recent', { size: minutes(5), key: ['card'], state: Sum, fold: addPayment, merge: addSum }),
 *   filter(({ value }) => value.amount > LIMIT),
 *   map(({ key: [card], record: { id }, value }) => ({ card, id, ...value })),
 * )
 */
export function slidingWindow<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields,
  const P extends KeyParts<T> = never,
>(
  name: string,
  options: SlidingOptions<T, K, F, P> & StreamOnly<T>,
): OperatorFunction<T, Update<KeyValues<T, K, P>, ObjectOf<F>, T, void>> {
  const { size } = options;
  if (!Number.isSafeInteger(size) || size <= 0) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `slidingWindow('${name}') cannot have a size of ${size} ms`, {
      hint: 'size is a whole number of milliseconds above zero, such as minutes(5)',
    });
  }
  return (source: Observable<T>) => {
    const allowedLateness = checkedLateness(name, options.allowedLateness);
    checkFold(name, options.fold);
    checkFold(name, options.merge, 'merge');
    const initial = declaredInitial(name, options.state, options.initial);
    const key = declaredKey<T>(name, options.key);
    const node: OperatorNode<SlidingNodeOptions<T, F>> = {
      name,
      kind: 'slidingWindow',
      key,
      streamKeyAt: 0,
      needsStreamKey: true,
      settings: { ...keySetting('key', key), size, allowedLateness, ...initial.settings },
      state: initial.state,
      subKeys: { moments: { kind: 'number', fields: initial.state } },
      isShared: false,
      writesState: false,
      options: { ...options, key: options.key as AnyKey<T>, allowedLateness },
    };
    return currentPlan(`slidingWindow('${name}')`).addOperator<Update<KeyValues<T, K, P>, ObjectOf<F>, T, void>>(
      node,
      source,
    );
  };
}
