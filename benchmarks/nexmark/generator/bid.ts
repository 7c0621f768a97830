import type { Bid } from '../events.js';
import { anyAuction, anyPerson, hot, newestAuction, newestPerson } from './ids.js';
import { type Random, randomOf } from './random.js';
import { CHANNELS, COLD, FIRST_AUCTION, FIRST_PERSON, SIZE } from './settings.js';
import { extraFor, price, textBelow } from './texts.js';

interface Channel {
  readonly channel: string;
  readonly url: string;
}

/** Where bids come from: four large channels, whose URLs have no id, and many small ones, of which nine in ten have. */
export interface Channels {
  readonly large: readonly Channel[];
  readonly small: readonly Channel[];
}

export function channelsOf(seed: number): Channels {
  const random = randomOf(seed);
  const url = (): string => {
    const directories = Array.from({ length: 3 }, () => textBelow(random, 5, '_'));
    return `https://www.nexmark.com/${directories.join('/')}/item.htm?query=1`;
  };
  const large = ['Google', 'Facebook', 'Baidu', 'Apple'].map((channel) => ({ channel, url: url() }));
  const small = Array.from({ length: CHANNELS }, (_, n) => {
    const base = url();
    return { channel: `channel-${n}`, url: random.below(10) > 0 ? `${base}&channel_id=${reversedBits(n)}` : base };
  });
  return { large, small };
}

/** The 32 bits in reverse order, as a signed number without its sign. */
function reversedBits(n: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) reversed = (reversed << 1) | ((n >>> bit) & 1);
  return Math.abs(reversed);
}

/** A bid whose message is sent at its own time. */
export function bidOf(number: number, dateTime: number, random: Random, { large, small }: Channels): Bid {
  const isForHot = random.below(COLD.auctions) > 0;
  const auction = FIRST_AUCTION + (isForHot ? hot(newestAuction(number)) : anyAuction(number, random));
  const isByHot = random.below(COLD.bidders) > 0;
  // The second of a hundred people: the first is the hot seller.
  const bidder = FIRST_PERSON + (isByHot ? hot(newestPerson(number)) + 1 : anyPerson(number, random));
  const paid = price(random);
  const from = random.below(COLD.channels) > 0 ? large : small;
  const { channel, url } = from[random.below(from.length)] ?? { channel: '', url: '' };
  const extra = extraFor(random, 8 * 4, SIZE.bid);
  return { number, auction, bidder, price: paid, channel, url, dateTime, sent: dateTime, extra };
}
