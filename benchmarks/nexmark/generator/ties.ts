import type { Event } from '../events.js';

/** All times are multiples of it, so that many are equal, and many are at the ends of windows, sessions and auctions. */
const GRAIN = 5_000;
/** Auctions are shorter than so many grains, so that they end while there are bids. */
const LONGEST = 5;
/** The limits of q15's levels, and one beside each. */
const PRICES = [9_999, 10_000, 999_999, 1_000_000, 2_000_000];

const coarse = (time: number): number => Math.floor(time / GRAIN) * GRAIN;

/** The same events with few different times and prices. */
export function withTies(events: readonly Event[]): Event[] {
  return events.map((event): Event => {
    const dateTime = coarse(event.record.dateTime);
    if (event.kind === 'person') return { ...event, record: { ...event.record, dateTime } };
    if (event.kind === 'auction') {
      const expires = dateTime + GRAIN * (event.record.expires % LONGEST);
      return { ...event, record: { ...event.record, dateTime, expires } };
    }
    const price = PRICES[event.record.price % PRICES.length] ?? 0;
    return { ...event, record: { ...event.record, dateTime, price } };
  });
}
