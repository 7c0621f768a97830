import type { Observable, OperatorFunction } from 'rxjs';
import type { Fields, ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import type { Windower } from '../windows/windower.js';
import type { StreamOnly } from './changelog.js';
import type { KeyParts, KeyValues } from './key.js';
import { addWindow, type Windowed, type WindowOptions } from './window.js';

/**
 * Folds records into windows that a calendar defines, such as trading days. Otherwise as `tumblingWindow`.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @param options `windows`: made by `calendar(name, startOf, endOf)`
 * @example
 * trades.pipe(calendarWindow('by-day', { windows: calendar('utc-day', startOfDay, (s) => s + days(1)), key: (t) => [t.symbol], state: Sum, fold: addTrade }))
 */
export function calendarWindow<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields,
  const P extends KeyParts<T> = never,
>(
  name: string,
  options: WindowOptions<T, K, F, P> & { readonly windows: Windower } & StreamOnly<T>,
): OperatorFunction<T, Windowed<KeyValues<T, K, P>, ObjectOf<F>>> {
  return (source: Observable<T>) => addWindow('calendarWindow', name, source, options.windows, options);
}
