import { foldByKey, int64, into, keyPart, pipeline, record, table, text } from '@stockafolio/core';
import type { Bid } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { dayIsDone, dayOf } from './days.js';
import { addBid, bidFields } from './ranks.js';

const figures = { ...bidFields, minPrice: int64(), maxPrice: int64(), avgPrice: int64(), sumPrice: int64() };
const auctionDays = table(
  'q17_auctions',
  { partitionBy: ['auction'], clusterBy: ['day'] },
  { auction: int64(), day: text(), ...figures },
);
const Figures = record('figures', figures);

/** Auction statistics of each day. */
export const q17: Query = {
  pipeline: pipeline('q17', feeds.q17, ({ bids }) => [
    into(
      auctionDays,
      bids.pipe(
        foldByKey('auction-days', {
          key: ['auction', keyPart(text(), ({ dateTime }: Bid) => dayOf(dateTime))],
          state: Figures,
          initial: ({ price }) => ({ minPrice: price }),
          fold: (sum, { price }) => {
            addBid(sum, price);
            sum.minPrice = Math.min(sum.minPrice, price);
            sum.maxPrice = Math.max(sum.maxPrice, price);
            sum.sumPrice += price;
            sum.avgPrice = Math.floor(sum.sumPrice / sum.totalBids);
          },
          expires: ({ dateTime }) => dayIsDone(dateTime),
        }),
      ),
    ),
  ]),
  answer: (read) => read(auctionDays),
};
