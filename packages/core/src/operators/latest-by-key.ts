import type { Observable, OperatorFunction } from 'rxjs';
import type { PartialUpdate, Update } from '../pipeline/update.js';
import type { Fields, ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { addFold } from './add-fold.js';
import type { StreamOnly } from './changelog.js';
import type { Ignored } from './fold-function.js';
import type { KeyParts, KeyValues } from './key.js';
import type { KeyedOptions } from './options.js';
import type { SlidingExpiry } from './sliding-expiry.js';

/** Of a key that is data the plan knows whether one partition holds all of it; of a function (`P` is `never`) it does not. */
export type LatestUpdate<K extends readonly unknown[], V, T, P> = [P] extends [never]
  ? PartialUpdate<K, V, T, void>
  : Update<K, V, T, void>;

/**
 * Keeps, for every key, the state from the record with the latest event time; of equal times the later record counts.
 *
 * `fold` is called only for records that are not older than the latest one. Directly behind a stream, if the key begins
 * with the stream's own, both as names of fields, one partition holds all of it. Otherwise, also behind `filter` or `map`,
 * every partition keeps its own row: the table must have a `shard()` column, and readers use the latest of the shards.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_SHARD_MISSING if partitions have parts of a key, and the table has no shard column
 * @example
 * trades.pipe(latestByKey('latest-prices', { key: (t) => [t.symbol], state: Price, fold: (s, t) => { s.price = t.price; } }))
 */
export function latestByKey<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields,
  const P extends KeyParts<T> = never,
>(
  name: string,
  options: KeyedOptions<T, K, F, Ignored, P> & SlidingExpiry & StreamOnly<T>,
): OperatorFunction<T, LatestUpdate<KeyValues<T, K, P>, ObjectOf<F>, T, P>> {
  type Latest = LatestUpdate<KeyValues<T, K, P>, ObjectOf<F>, T, P>;
  return (source: Observable<T>) => addFold<T, K, F, Ignored, P, Latest>('latestByKey', name, source, options, options);
}
