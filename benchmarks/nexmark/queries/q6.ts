import { int64, into, pipeline, processByKey, record, table, text } from '@stockafolio/core';
import type { Auction, SellersBid } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { winningBids } from './winning-bids.js';

const averages = table(
  'q6_averages',
  { partitionBy: ['seller'], clusterBy: ['id'] },
  { seller: int64(), id: int64(), avgPrice: int64() },
);

/** The definition says 10, and its SQL says 10 before the row and the row itself. */
const ROWS = 11;

const Sold = record('sold', { id: int64(), price: int64() });
const Average = record('average', { seller: int64(), id: int64(), avgPrice: int64() });

/**
 * Average selling price by seller: for each closed auction, of it and the seller's ten before it, by the time of the
 * winning bid. An auction that closes later may have an earlier winning bid, which changes the ten averages behind it.
 */
export const q6: Query = {
  pipeline: pipeline('q6', feeds.q6, ({ auctions, bids }) => [
    into(
      averages,
      winningBids(
        auctions,
        bids,
        {
          auction: ({ seller, id }: Auction) => [seller, id],
          bid: ({ seller, auction }: SellersBid) => [seller, auction],
        },
        'closed',
      ).pipe(
        processByKey('sellers', {
          key: ['seller'],
          maps: { sold: { key: text(), value: Sold } },
          output: Average,
          onRecord: (_, { id, price, bidDateTime }, { key: [seller], maps: { sold }, emit }) => {
            const at = `${String(bidDateTime).padStart(16, '0')} ${String(id).padStart(16, '0')}`;
            sold.set(at, { id, price });
            const last: number[] = [];
            let changed = 0;
            for (const [when, each] of sold) {
              last.push(each.price);
              if (last.length > ROWS) last.shift();
              if (when < at) continue;
              const sum = last.reduce((total, one) => total + one, 0);
              emit({ seller, id: each.id, avgPrice: Math.floor(sum / last.length) });
              if (++changed === ROWS) break;
            }
          },
        }),
      ),
    ),
  ]),
  answer: (read) => read(averages),
};
