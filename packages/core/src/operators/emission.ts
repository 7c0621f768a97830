import { StockafolioError } from '../errors/index.js';

/**
 * When a window operator emits into tables, besides what every window does:
 *
 * - `'at close'`, the default: when the watermark passes its end, for each late record after that, and if no records arrive
 *   for a while.
 * - `{ every: minutes(1) }`: also while it is open, if it has changed, whenever the watermark passes a multiple of this
 *   time, in milliseconds of event time.
 * - `{ everyMs: 200 }`: also while it is open, if it has changed, at the commits of a stream, at most once in this time, in
 *   milliseconds of the machine's time.
 * - `'final only'`: once, when no record can change it any more; not if no records arrive.
 *
 * It changes neither the last row of a window nor what `whenFinal()` emits.
 */
export type WindowEmission = 'at close' | 'final only' | { readonly every: number } | { readonly everyMs: number };

/** The option of window operators. */
export interface EmissionOption {
  /** When it emits into tables; defaults to `'at close'`. */
  readonly emit?: WindowEmission;
}

/** An emission as a setting of its operator; none if it is the default. @throws ERR_PIPELINE_INVALID if it is invalid */
export function emissionSetting(
  operator: string,
  emit: WindowEmission = 'at close',
): Readonly<Record<string, string | number>> {
  if (emit === 'at close') return {};
  if (emit === 'final only') return { emit };
  const given: unknown = emit;
  const [[name, time] = ['', 0], ...others] = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  if (others.length === 0 && (name === 'every' || name === 'everyMs') && Number.isSafeInteger(time) && time > 0)
    return { [name === 'every' ? 'emitEvery' : 'emitEveryMs']: time };
  throw new StockafolioError('ERR_PIPELINE_INVALID', `operator '${operator}': ${JSON.stringify(emit)} is no emission`, {
    hint: "emit is 'at close', 'final only', { every } or { everyMs }, both in whole milliseconds above zero",
  });
}
