import type { Bid } from '../events.js';
import type { Naive, Row } from '../query.js';
import { bidsOf, dayAndMinute, groups, largest } from './read.js';

/** Counts of some bids, and of what they have in common: in all, and for each level of price. */
function counts(bids: readonly Bid[]): Row {
  const levels = {
    total: bids,
    rank1: bids.filter(({ price }) => price < 10_000),
    rank2: bids.filter(({ price }) => price >= 10_000 && price < 1_000_000),
    rank3: bids.filter(({ price }) => price >= 1_000_000),
  };
  return Object.fromEntries(
    Object.entries(levels).flatMap(([level, of]) => [
      [`${level}Bids`, of.length],
      [`${level}Bidders`, new Set(of.map(({ bidder }) => bidder)).size],
      [`${level}Auctions`, new Set(of.map(({ auction }) => auction)).size],
    ]),
  );
}

export const q15: Naive = (asked) =>
  [...groups(bidsOf(asked), ({ dateTime }) => dayAndMinute(dateTime).dt)].map(([day, bids]) => ({
    day,
    ...counts(bids),
  }));

export const q16: Naive = (asked) =>
  [...groups(bidsOf(asked), ({ channel, dateTime }) => `${dayAndMinute(dateTime).dt} ${channel}`)].map(
    ([id, bids]) => ({
      day: id.slice(0, 10),
      channel: id.slice(11),
      minute: bids.map(({ dateTime }) => dayAndMinute(dateTime).hm).reduce((a, b) => (a > b ? a : b)),
      ...counts(bids),
    }),
  );

export const q17: Naive = (asked) =>
  [...groups(bidsOf(asked), ({ auction, dateTime }) => `${dayAndMinute(dateTime).dt} ${auction}`)].map(([id, bids]) => {
    const prices = bids.map(({ price }) => price);
    const sumPrice = prices.reduce((a, b) => a + b);
    const { totalBids = 0, rank1Bids = 0, rank2Bids = 0, rank3Bids = 0 } = counts(bids);
    return {
      ...{ auction: Number(id.slice(11)), day: id.slice(0, 10), totalBids, rank1Bids, rank2Bids, rank3Bids },
      ...{ minPrice: -largest(prices.map((price) => -price)), maxPrice: largest(prices), sumPrice },
      avgPrice: Math.floor(sumPrice / prices.length),
    };
  });

export const q18: Naive = (asked) =>
  [...groups(bidsOf(asked), ({ bidder, auction }) => `${bidder} ${auction}`).values()].flatMap((bids) => {
    const newest = largest(bids.map(({ dateTime }) => dateTime));
    const last = bids.filter(({ dateTime }) => dateTime === newest).at(-1);
    if (last === undefined) return [];
    const { bidder, auction, price, channel, url, dateTime, extra } = last;
    return [{ bidder, auction, price, channel, url, dateTime, extra }];
  });

export const q19: Naive = (asked) =>
  [...groups(bidsOf(asked), ({ auction }) => auction).values()].flatMap((bids) =>
    bids
      .sort((a, b) => b.price - a.price || a.number - b.number)
      .slice(0, 10)
      .map(({ auction, bidder, price, channel, url, dateTime, extra }, n) => ({
        ...{ auction, bidder, price, channel, url, dateTime, extra, rankNumber: n + 1 },
      })),
  );
