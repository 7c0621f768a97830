import type { Observable, OperatorFunction } from 'rxjs';
import type { Update } from '../pipeline/update.js';
import type { Fields, ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { addFold } from './add-fold.js';
import type { StreamOnly } from './changelog.js';
import type { KeyParts, KeyValues } from './key.js';
import type { KeyedOptions } from './options.js';
import type { SlidingExpiry } from './sliding-expiry.js';
import type { UnfoldOption } from './unfold.js';

/**
 * Keeps a state for every key, and folds each record into the state of its key.
 *
 * The key must begin with the stream's own key, so that one partition holds all of it. Emits, for each record, the new
 * state as a plain copy; if it goes directly `into` a table, only the state at the commit is written.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_KEY_NOT_PARTITIONED if the key does not begin with the stream's key: at once if both are names of fields,
 * otherwise at the first record
 * @example
 * trades.pipe(foldByKey('positions', { key: ['user', 'symbol'], state: Position, fold: applyTrade }))
 */
export function foldByKey<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields,
  R = void,
  const P extends KeyParts<T> = never,
>(
  name: string,
  options: KeyedOptions<T, K, F, R, P> & UnfoldOption<T, F> & SlidingExpiry & StreamOnly<T>,
): OperatorFunction<T, Update<KeyValues<T, K, P>, ObjectOf<F>, T, R>> {
  return (source: Observable<T>) => addFold('foldByKey', name, source, options, options);
}
