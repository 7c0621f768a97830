import type { Event } from '../events.js';
import { auctionOf } from './auction.js';
import { bidOf, type Channels, channelsOf } from './bid.js';
import { personOf } from './person.js';
import { type Random, randomOf } from './random.js';
import { type Settings, SHARE, timeOf } from './settings.js';

/** Coprime to any group that is no multiple of it, so that each number of a group occurs once. */
const STRIDE = 953;

/**
 * The events of Nexmark in the order in which they are sent. Their numbers and times are Nexmark's: of 50 numbers one is a
 * person, three are auctions, and 46 are bids; the time follows from the number. The same settings give the same events.
 *
 * @param isKept leaves out events, where all of them would not fit into memory
 */
export function generate(settings: Settings, isKept: (event: Event) => boolean = () => true): Event[] {
  const random = randomOf(settings.seed);
  const channels = channelsOf(settings.seed + 1);
  const delays = randomOf(settings.seed + 2);
  const events: Event[] = [];
  let last = settings.start;
  for (let n = 0; n < settings.events; n++) {
    const event = eventOf(adjusted(n, settings.outOfOrderGroup), random, channels, settings);
    // It is sent when its turn has come, which is later than its own time if it is out of order.
    last = Math.max(last, event.sent);
    const delay = settings.delay === 0 ? 0 : delays.below(settings.delay + 1);
    if (isKept(event)) events.push(sentAt(event, last + delay));
  }
  return events.sort((a, b) => a.sent - b.sent);
}

/** The number of the n-th event: groups of numbers are permuted. */
function adjusted(n: number, group: number): number {
  return Math.floor(n / group) * group + ((n * STRIDE) % group);
}

function eventOf(number: number, random: Random, channels: Channels, settings: Settings): Event {
  const time = timeOf(number, settings);
  const within = number % SHARE.all;
  if (within < SHARE.persons) return { kind: 'person', sent: time, record: personOf(number, time, random) };
  if (within < SHARE.persons + SHARE.auctions)
    return { kind: 'auction', sent: time, record: auctionOf(number, time, random, settings) };
  return { kind: 'bid', sent: time, record: bidOf(number, time, random, channels) };
}

export function sentAt(event: Event, sent: number): Event {
  return event.kind === 'bid' ? { ...event, sent, record: { ...event.record, sent } } : { ...event, sent };
}
