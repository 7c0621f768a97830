import type { Random } from './random.js';
import { ACTIVE_PEOPLE, HOT_EVERY, ID_LEAD, IN_FLIGHT_AUCTIONS, SHARE } from './settings.js';

/** How many persons there were before this event and with it, less one: the newest id, counted from 0. */
export function newestPerson(number: number): number {
  const round = Math.floor(number / SHARE.all);
  return round * SHARE.persons + Math.min(number % SHARE.all, SHARE.persons - 1);
}

/** The newest auction, counted from 0; -1 before the first. */
export function newestAuction(number: number): number {
  const round = Math.floor(number / SHARE.all);
  const within = (number % SHARE.all) - SHARE.persons;
  if (within < 0) return round * SHARE.auctions - 1;
  return round * SHARE.auctions + Math.min(within, SHARE.auctions - 1);
}

/** Someone active, or one of the next few, who are not in the stream yet. */
export function anyPerson(number: number, random: Random): number {
  const people = newestPerson(number) + 1;
  const active = Math.min(people, ACTIVE_PEOPLE);
  return people - active + random.below(active + ID_LEAD);
}

/** An auction that is probably open, or one of the next few. */
export function anyAuction(number: number, random: Random): number {
  const newest = newestAuction(number);
  const oldest = Math.max(newest - IN_FLIGHT_AUCTIONS, 0);
  return oldest + random.below(newest - oldest + 1 + ID_LEAD);
}

/** The first of the newest hundred. */
export function hot(newest: number): number {
  return Math.floor(newest / HOT_EVERY) * HOT_EVERY;
}
