import type { Event, Side } from '../events.js';

/** The rows of q13's side input: its keys are from 0 to one less. */
export const SIDE_ROWS = 10_000;

/**
 * The side input, before the first event.
 *
 * @param rows how many keys it has; bids of auctions with other keys are not joined
 */
export function sideOf(events: readonly Event[], rows = SIDE_ROWS): Side[] {
  const time = events.reduce((first, { record }) => Math.min(first, record.dateTime), Number.MAX_SAFE_INTEGER) - 1;
  return Array.from({ length: rows }, (_, key) => ({ key, value: `side ${key}`, time }));
}
