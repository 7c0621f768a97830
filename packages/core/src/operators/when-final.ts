import type { Observable, OperatorFunction } from 'rxjs';
import { currentPlan } from '../pipeline/ambient.js';
import type { FinalWindow, Windowed } from './window.js';

/**
 * The final value of each window, as a stream: emitted once, when the watermark has passed the end of the window and
 * its `allowedLateness`, in order of (end of the window, key). Its event time is the last millisecond of the window, so
 * it belongs to the larger window that contains this one.
 *
 * It stands directly behind a window operator. What the window emits before, such as when no records arrive, goes into
 * tables only; so figures made from final values are the same in a stream, in a batch and after a restart. If no records
 * arrive, the last windows are not final, because late records may still change them.
 *
 * @throws ERR_PIPELINE_INVALID if its input is not the output of a window operator
 * @example
 * const best = trades.pipe(
 *   tumblingWindow('minutes', { size: minutes(1), key: ['user'], state: Sum, fold: addTrade }),
 *   whenFinal(),
 *   foldByKey('best-minute', { key: ({ key }) => key, state: Best, fold: (best, { value }) => { best.value = Math.max(best.value, value.value); } }),
 * )
 */
export function whenFinal<K extends readonly unknown[], V>(): OperatorFunction<Windowed<K, V>, FinalWindow<K, V>> {
  return (source: Observable<Windowed<K, V>>) => currentPlan('whenFinal()').addFinal<FinalWindow<K, V>>(source);
}
