import { StockafolioError } from '../errors/index.js';

/** A range of event time from `start` (inclusive) to `end` (exclusive), in epoch milliseconds. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** Determines the windows of a time: a pure function. */
export interface Windower {
  /** Its description, for `topology`. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Start of the newest window that contains the time. */
  newest(time: number): number;
  /** Start of the window before this one, if it contains the time as well. */
  before(start: number, time: number): number | undefined;
  /** End of the window with this start. */
  end(start: number): number;
}

/** Windows of one size, one after the other; `offset` shifts their starts from the epoch. All in milliseconds. */
export function tumbling(size: number, offset = 0): Windower {
  return hopping(size, size, offset);
}

/** Windows of one size, a new one at every `step`: a time is in `size / step` of them. All in milliseconds. */
export function hopping(size: number, step: number, offset = 0): Windower {
  if (!(
    Number.isSafeInteger(size) &&
    Number.isSafeInteger(step) &&
    step > 0 &&
    size >= step &&
    Number.isSafeInteger(offset)
  )) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `a window of ${size} ms every ${step} ms is invalid`, {
      hint: 'size and step are whole milliseconds, and step is above zero and at most size',
    });
  }
  // Shifted by a whole step, the windows are the same.
  const phase = ((offset % step) + step) % step;
  return {
    settings: { size, ...(step === size ? {} : { step }), ...(phase === 0 ? {} : { offset: phase }) },
    newest: (time) => Math.floor((time - offset) / step) * step + offset,
    before: (start, time) => (start - step + size > time ? start - step : undefined),
    end: (start) => start + size,
  };
}

export interface CalendarOptions {
  /**
   * Raised when the calendar's days change, such as by a holiday that became known. State of windows of another version
   * is not continued; default 1.
   */
  readonly version?: number;
}

/**
 * Windows that a calendar defines, such as trading days: `startOf` returns the start of the window that contains a
 * time, `endOf` its end. Name and version are what is known of these functions: the state of open windows is kept as
 * long as both stay the same.
 *
 * @example
 * calendar('utc-day', (time) => Math.floor(time / days(1)) * days(1), (start) => start + days(1))
 *
 * @throws ERR_PIPELINE_INVALID if the version is not a whole number above zero
 */
export function calendar(
  name: string,
  startOf: (time: number) => number,
  endOf: (start: number) => number,
  { version = 1 }: CalendarOptions = {},
): Windower {
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `calendar '${name}': the version ${version} is invalid`, {
      hint: 'use a whole number from 1, and raise it when days of the calendar change',
    });
  }
  return {
    settings: { calendar: name, ...(version === 1 ? {} : { version }) },
    newest: startOf,
    before: () => undefined,
    end: endOf,
  };
}
