import type { Auction } from '../events.js';
import { anyPerson, hot, newestAuction, newestPerson } from './ids.js';
import type { Random } from './random.js';
import {
  CATEGORIES,
  COLD,
  FIRST_AUCTION,
  FIRST_CATEGORY,
  FIRST_PERSON,
  IN_FLIGHT_AUCTIONS,
  type Settings,
  SHARE,
  SIZE,
  timeOf,
} from './settings.js';
import { extraFor, price, textBelow } from './texts.js';

/** Half as long as the longest auction, in events: until then as many auctions begin as are open at a time. */
const HALF = Math.floor((IN_FLIGHT_AUCTIONS * SHARE.all) / SHARE.auctions);

export function auctionOf(number: number, dateTime: number, random: Random, settings: Settings): Auction {
  const isHot = random.below(COLD.sellers) > 0;
  const seller = FIRST_PERSON + (isHot ? hot(newestPerson(number)) : anyPerson(number, random));
  const category = FIRST_CATEGORY + random.below(CATEGORIES);
  const initialBid = price(random);
  const horizon = timeOf(number + HALF, settings) - dateTime;
  const expires = dateTime + 1 + random.below(Math.max(2 * horizon, 1));
  const itemName = textBelow(random, 20);
  const description = textBelow(random, 100);
  const reserve = initialBid + price(random);
  const extra = extraFor(random, 8 * 6 + itemName.length + description.length, SIZE.auction);
  const id = newestAuction(number) + FIRST_AUCTION;
  return { number, id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra };
}
