import { foldByKey, into, keyPart, pipeline, shard, shardedFold, table, text } from '@stockafolio/core';
import type { Bid } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { dayIsDone, dayOf } from './days.js';
import {
  addAuctions,
  addBid,
  addBidders,
  auctionFields,
  Auctions,
  bidderFields,
  Bidders,
  bidFields,
  Bids,
  Levels,
  see,
} from './ranks.js';
import { sumBy } from './sum-by.js';

const byDay = { partitionBy: ['day'], clusterBy: ['shard'] } as const;
const columns = { day: text(), shard: shard() };
const dayBids = table('q15_bids', byDay, { ...columns, ...bidFields });
const dayBidders = table('q15_bidders', byDay, { ...columns, ...bidderFields });
const dayAuctions = table('q15_auctions', byDay, { ...columns, ...auctionFields });

const day = keyPart(text(), ({ dateTime }: Bid) => dayOf(dateTime));
const expires = ({ dateTime }: Bid): number => dayIsDone(dateTime);
const levels = { state: Levels, fold: (seen: Parameters<typeof see>[0], { price }: Bid) => see(seen, price), expires };

/**
 * Bidding statistics: bids, bidders and auctions of each day. A partition counts the distinct bidders that it has all bids of,
 * and the same with auctions; so the sum over partitions is the count of all.
 */
export const q15: Query = {
  pipeline: pipeline('q15', feeds.q15, ({ bids, bidsOfBidders }) => [
    into(
      dayBids,
      bids.pipe(
        shardedFold('bids', { key: [day], state: Bids, fold: (sum, { price }) => addBid(sum, price), expires }),
      ),
    ),
    into(
      dayAuctions,
      bids.pipe(
        foldByKey('auctions', { ...levels, key: ['auction', day] }),
        shardedFold('day-auctions', {
          key: ({ key }) => [key[1]],
          state: Auctions,
          fold: (sum, { result }) => addAuctions(sum, result),
          expires: ({ record }) => expires(record),
        }),
      ),
    ),
    into(
      dayBidders,
      bidsOfBidders.pipe(
        foldByKey('bidders', { ...levels, key: ['bidder', day] }),
        shardedFold('day-bidders', {
          key: ({ key }) => [key[1]],
          state: Bidders,
          fold: (sum, { result }) => addBidders(sum, result),
          expires: ({ record }) => expires(record),
        }),
      ),
    ),
  ]),
  answer: async (read) =>
    sumBy([...(await read(dayBids)), ...(await read(dayBidders)), ...(await read(dayAuctions))], ['day']),
};
