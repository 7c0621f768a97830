import type { Observable, OperatorFunction } from 'rxjs';
import type { PartialUpdate } from '../pipeline/update.js';
import type { Fields, ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { addFold } from './add-fold.js';
import type { StreamOnly } from './changelog.js';
import type { KeyParts, KeyValues } from './key.js';
import type { KeyedOptions } from './options.js';
import type { SlidingExpiry } from './sliding-expiry.js';
import type { UnfoldOption } from './unfold.js';

/**
 * Keeps a state for every key, as `foldByKey`, where the records of one key are spread over the partitions: every
 * partition writes its part of the figure to its own row, and readers sum the parts.
 *
 * The table must have a `shard()` column in `clusterBy`. Each part begins with the initial values of the state.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_SHARD_MISSING if the table has no shard column
 * @example
 * trades.pipe(shardedFold('sector-totals', { key: (t) => [day(t.time), t.sector], state: Sum, fold: addTrade }))
 */
export function shardedFold<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields,
  R = void,
  const P extends KeyParts<T> = never,
>(
  name: string,
  options: KeyedOptions<T, K, F, R, P> & UnfoldOption<T, F> & SlidingExpiry & StreamOnly<T>,
): OperatorFunction<T, PartialUpdate<KeyValues<T, K, P>, ObjectOf<F>, T, R>> {
  return (source: Observable<T>) => addFold('shardedFold', name, source, options, options);
}
