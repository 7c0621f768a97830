import type { Observable, OperatorFunction } from 'rxjs';
import type { Fields, ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import { hopping } from '../windows/windower.js';
import type { StreamOnly } from './changelog.js';
import type { KeyParts, KeyValues } from './key.js';
import { addWindow, type Windowed, type WindowOptions } from './window.js';

/**
 * Folds records into windows of one size that begin at every `step`, so a record is in `size / step` of them.
 * Otherwise as `tumblingWindow`.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @param options `size`, `step` and `offset` (from the epoch) in milliseconds
 * @example
 * trades.pipe(hoppingWindow('last-minute', { size: minutes(1), step: seconds(10), key: (t) => [t.symbol], state: Sum, fold: addTrade }))
 */
export function hoppingWindow<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields,
  const P extends KeyParts<T> = never,
>(
  name: string,
  options: WindowOptions<T, K, F, P> & {
    readonly size: number;
    readonly step: number;
    readonly offset?: number;
  } & StreamOnly<T>,
): OperatorFunction<T, Windowed<KeyValues<T, K, P>, ObjectOf<F>>> {
  const windower = hopping(options.size, options.step, options.offset);
  return (source: Observable<T>) => addWindow('hoppingWindow', name, source, windower, options);
}
