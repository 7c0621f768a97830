import { days, minutes, timeZone } from '@stockafolio/core';

/** The clocks of the exchange. */
export const newYork = timeZone('America/New_York');

/**
 * The time at which New York's clocks show `minute` minutes after midnight of a day. If there are two such times, it is
 * the first. If the clocks skip that time, it is computed as if they had not yet gone forward.
 *
 * @param day days since 1970-01-01
 * @param minute may have a fraction
 */
export function newYorkMoment(day: number, minute: number): number {
  return newYork.momentOf(days(day) + minutes(minute));
}
