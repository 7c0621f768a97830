import type { Auction, Bid, Person } from '../events.js';
import type { Asked } from '../query.js';

export function personsOf({ events }: Asked): Person[] {
  return events.flatMap((event) => (event.kind === 'person' ? [event.record] : []));
}

export function auctionsOf({ events }: Asked): Auction[] {
  return events.flatMap((event) => (event.kind === 'auction' ? [event.record] : []));
}

export function bidsOf({ events }: Asked): Bid[] {
  return events.flatMap((event) => (event.kind === 'bid' ? [event.record] : []));
}

/** The day and the minute of a time in UTC, `{ dt: '2026-06-15', hm: '23:59' }`. */
export function dayAndMinute(time: number): { readonly dt: string; readonly hm: string } {
  const [dt = '', clock = ''] = new Date(time).toISOString().split('T');
  return { dt, hm: clock.slice(0, 5) };
}

/** The values of a list by a key. */
export function groups<T, K>(all: readonly T[], keyOf: (each: T) => K): Map<K, T[]> {
  const found = new Map<K, T[]>();
  for (const each of all) {
    const key = keyOf(each);
    const group = found.get(key);
    if (group === undefined) found.set(key, [each]);
    else group.push(each);
  }
  return found;
}

/** The largest of some numbers, however many. */
export function largest(all: readonly number[]): number {
  return all.reduce((a, b) => (a > b ? a : b), -Infinity);
}
