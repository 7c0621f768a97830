import type { Fields, KeyedOptions, KeyParts, Mutable, ObjectOf } from '@stockafolio/core';
import type { KeyTuple } from '@stockafolio/core/plan';
import type { Moment } from '../operator/operator.js';

/**
 * The options with a fold that skips records older than the latest one of their key, by the event times of an engine.
 */
export function keepingLatest<T, F extends Fields, R>(
  moment: Pick<Moment, 'time'>,
  options: KeyedOptions<T, KeyTuple, F, R, KeyParts<T>>,
): KeyedOptions<T, KeyTuple, F, R | undefined, KeyParts<T>> {
  const fold = (kept: Mutable<ObjectOf<F>>, record: T): unknown => {
    const hidden = kept as unknown as { $time: number | undefined };
    if (hidden.$time !== undefined && moment.time < hidden.$time) return undefined;
    hidden.$time = moment.time;
    return options.fold(kept, record);
  };
  return { ...options, fold: fold as KeyedOptions<T, KeyTuple, F, R | undefined, KeyParts<T>>['fold'] };
}
