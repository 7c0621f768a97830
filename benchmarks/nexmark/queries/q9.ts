import { into, pipeline, table } from '@stockafolio/core';
import type { Auction, Bid } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { without } from '../without.js';
import { auctionFields, winnerFields, winningBids } from './winning-bids.js';

const won = table('q9_auctions', { partitionBy: ['id'] }, { ...auctionFields, ...winnerFields });

/** Winning bids: of each auction, so far. */
export const q9: Query = {
  pipeline: pipeline('q9', feeds.q9, ({ auctions, bids }) => {
    const keys = { auction: ({ id }: Auction) => [id] as const, bid: ({ auction }: Bid) => [auction] as const };
    return [into(won, winningBids(auctions, bids, keys, 'each time'))];
  }),
  answer: async (read) => (await read(won)).map((row) => without(row, 'bidNumber')),
};
