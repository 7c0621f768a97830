/** The parameters of Nexmark's generator, with the values that the benchmark publishes as its defaults. */
export interface Settings {
  readonly events: number;
  readonly seed: number;
  /** Events a second of event time. */
  readonly rate: number;
  /** Time of the first event, epoch milliseconds. */
  readonly start: number;
  /** Events come out of order within groups of so many; 1 is in order. */
  readonly outOfOrderGroup: number;
  /** An event is sent at most this much after its time, in milliseconds; 0 sends all at once and in order. */
  readonly delay: number;
}

/** Of 50 events, how many are persons, auctions and bids; in this order. */
export const SHARE = { persons: 1, auctions: 3, bids: 46, all: 50 } as const;

export const FIRST_PERSON = 1_000;
export const FIRST_AUCTION = 1_000;
export const FIRST_CATEGORY = 10;
export const CATEGORIES = 5;

/** Auctions that are open at a time, and people that are active. */
export const IN_FLIGHT_AUCTIONS = 100;
export const ACTIVE_PEOPLE = 1_000;
/** How many ids that are not given yet may already occur. */
export const ID_LEAD = 10;
/** One of so many people or auctions is hot. */
export const HOT_EVERY = 100;
/** One of so many events is for one that is not hot. */
export const COLD = { sellers: 4, auctions: 2, bidders: 4, channels: 2 } as const;

/** The mean sizes of events in bytes, which `extra` fills up to. */
export const SIZE = { person: 200, auction: 500, bid: 100 } as const;

export const CHANNELS = 10_000;

export const defaults: Settings = {
  events: 20_000,
  seed: 1,
  rate: 100,
  start: Date.UTC(2026, 5, 14, 23, 59, 0),
  outOfOrderGroup: 1,
  delay: 0,
};

/** When the event of a number happens, in whole milliseconds. */
export function timeOf(number: number, { start, rate }: Settings): number {
  return start + Math.floor((number * 1_000) / rate);
}
