import { days } from '@stockafolio/core';

/** The UTC day of a time, `2026-06-15`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The UTC minute of its day, `23:59`. */
export function minuteOf(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}

/** When the figures of a time's day need no more state: a day after its end. */
export function dayIsDone(time: number): number {
  return Math.floor(time / days(1)) * days(1) + days(2);
}
