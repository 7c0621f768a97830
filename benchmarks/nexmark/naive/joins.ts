import type { Auction, Bid } from '../events.js';
import type { Asked, Naive } from '../query.js';
import { auctionsOf, bidsOf, groups, personsOf } from './read.js';

export const q3: Naive = (asked) => {
  const people = groups(personsOf(asked), ({ id }) => id);
  return auctionsOf(asked)
    .filter(({ category }) => category === 10)
    .flatMap(({ id, seller }) =>
      (people.get(seller) ?? [])
        .filter(({ state }) => state === 'OR' || state === 'ID' || state === 'CA')
        .map(({ name, city, state }) => ({ name, city, state, id })),
    );
};

/** Each auction that has a valid bid, with the best: sorted, not compared one by one. */
function winners(asked: Asked): { readonly auction: Auction; readonly bid: Bid }[] {
  const bids = groups(bidsOf(asked), ({ auction }) => auction);
  return auctionsOf(asked).flatMap((auction) => {
    const [bid] = (bids.get(auction.id) ?? [])
      .filter(({ dateTime }) => dateTime >= auction.dateTime && dateTime <= auction.expires)
      .sort((a, b) => b.price - a.price || a.dateTime - b.dateTime || a.number - b.number);
    return bid === undefined ? [] : [{ auction, bid }];
  });
}

export const q4: Naive = (asked) =>
  [...groups(winners(asked), ({ auction }) => auction.category)].map(([category, won]) => {
    const total = won.reduce((sum, { bid }) => sum + bid.price, 0);
    return { category, final: Math.floor(total / won.length) };
  });

export const q6: Naive = (asked) => {
  const closed = winners(asked).filter(({ auction }) => auction.expires < asked.watermark);
  return [...groups(closed, ({ auction }) => auction.seller)].flatMap(([seller, won]) => {
    won.sort((a, b) => a.bid.dateTime - b.bid.dateTime || a.auction.id - b.auction.id);
    return won.map(({ auction: { id } }, n) => {
      const last = won.slice(Math.max(0, n - 10), n + 1).map(({ bid }) => bid.price);
      return { seller, id, avgPrice: Math.floor(last.reduce((a, b) => a + b) / last.length) };
    });
  });
};

export const q8: Naive = (asked) => {
  const periodOf = (time: number): number => time - (time % 10_000);
  const sold = new Set(auctionsOf(asked).map(({ seller, dateTime }) => `${seller} ${periodOf(dateTime)}`));
  return personsOf(asked)
    .map(({ id, name, dateTime }) => ({ id, name, stime: periodOf(dateTime) }))
    .filter(({ id, stime }) => sold.has(`${id} ${stime}`));
};

export const q9: Naive = (asked) =>
  winners(asked).map(({ auction, bid }) => {
    const { id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra } = auction;
    return {
      ...{ id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra },
      ...{ bidder: bid.bidder, price: bid.price, bidDateTime: bid.dateTime, bidExtra: bid.extra },
    };
  });

export const q13: Naive = (asked) => {
  const values = new Map(asked.side.map(({ key, value }) => [key, value]));
  return bidsOf(asked).flatMap(({ auction, number, bidder, price, dateTime }) => {
    const value = values.get(auction % 10_000);
    return value === undefined ? [] : [{ auction, number, bidder, price, dateTime, value }];
  });
};

export const q20: Naive = (asked) => {
  const auctions = groups(
    auctionsOf(asked).filter(({ category }) => category === 10),
    ({ id }) => id,
  );
  return bidsOf(asked).flatMap(({ number, auction, bidder, price, channel, url, dateTime, extra }) =>
    (auctions.get(auction) ?? []).map((of) => ({
      ...{ number, auction, bidder, price, channel, url, bidDateTime: dateTime, bidExtra: extra },
      ...{ itemName: of.itemName, description: of.description, initialBid: of.initialBid, reserve: of.reserve },
      ...{ auctionDateTime: of.dateTime, expires: of.expires, seller: of.seller, category: of.category },
      auctionExtra: of.extra,
    })),
  );
};
