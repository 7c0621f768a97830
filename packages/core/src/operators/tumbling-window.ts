import type { Observable, OperatorFunction } from 'rxjs';
import type { Fields, ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { tumbling } from '../windows/windower.js';
import type { StreamOnly } from './changelog.js';
import type { KeyParts, KeyValues } from './key.js';
import { addWindow, type Windowed, type WindowOptions } from './window.js';

/**
 * Folds records into consecutive windows of event time, all of one size; each window and key has a state.
 *
 * Emits a window's state when the watermark passes its end, and again for every late record within `allowedLateness`.
 * If no records arrive, it emits the state so far. If the key does not begin with the stream's own key, the table needs
 * a `shard()` column.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @param options `size` and `offset` (from the epoch) in milliseconds
 * @example
 * trades.pipe(
 *   tumblingWindow('sector-second', { size: seconds(1), key: (t) => [t.sector], state: Sum, fold: addTrade }),
 *   map(({ window, key: [sector], value }) => ({ second: window.start, sector, ...value })),
 * )
 */
export function tumblingWindow<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields,
  const P extends KeyParts<T> = never,
>(
  name: string,
  options: WindowOptions<T, K, F, P> & { readonly size: number; readonly offset?: number } & StreamOnly<T>,
): OperatorFunction<T, Windowed<KeyValues<T, K, P>, ObjectOf<F>>> {
  const windower = tumbling(options.size, options.offset);
  return (source: Observable<T>) => addWindow('tumblingWindow', name, source, windower, options);
}
