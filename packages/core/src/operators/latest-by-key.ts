import type { Observable, OperatorFunction } from 'rxjs';
import type { PartialUpdate } from '../pipeline/update.js';
import { optional, timestamp, type Fields, type ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { addFold } from './add-fold.js';
import type { StreamOnly } from './changelog.js';
import { withHidden } from './hidden-fields.js';
import type { Ignored } from './fold-function.js';
import type { KeyParts, KeyValues } from './key.js';
import type { KeyedOptions } from './options.js';

/**
 * Keeps, for every key, the state from the record with the latest event time; of equal times the later record counts.
 *
 * `fold` is called only for records that are not older than the latest one. Every partition keeps its own row: the
 * table must have a `shard()` column, and readers use the latest of the shards.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
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
  options: KeyedOptions<T, K, F, Ignored, P> & StreamOnly<T>,
): OperatorFunction<T, PartialUpdate<KeyValues<T, K, P>, ObjectOf<F>, T, void>> {
  return (source: Observable<T>) =>
    addFold('latestByKey', name, source, options, withHidden(options.state, { $time: optional(timestamp()) }));
}
