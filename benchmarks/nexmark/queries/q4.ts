import { foldByKey, int64, into, minutes, pipeline, record, shard, shardedFold, table } from '@stockafolio/core';
import type { Auction, Bid } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { sumBy } from './sum-by.js';
import { winningBids } from './winning-bids.js';

const categories = table(
  'q4_categories',
  { partitionBy: ['category'], clusterBy: ['shard'] },
  { category: int64(), shard: shard(), total: int64(), auctions: int64() },
);

const Final = record('final', { category: int64(), price: int64() });
const Sum = record('sum', { total: int64(), auctions: int64() });

/** Average price of a category: of the winning bids so far. */
export const q4: Query = {
  pipeline: pipeline('q4', feeds.q4, ({ auctions, bids }) => {
    const keys = { auction: ({ id }: Auction) => [id] as const, bid: ({ auction }: Bid) => [auction] as const };
    return [
      into(
        categories,
        winningBids(auctions, bids, keys, 'each time').pipe(
          foldByKey('finals', {
            key: ['id'],
            state: Final,
            fold: (final, { category, price }) => {
              final.category = category;
              final.price = price;
            },
            expires: ({ expires }) => expires + minutes(1),
          }),
          shardedFold('categories', {
            key: ({ value: { category } }) => [category],
            state: Sum,
            fold: (sum, { value: { price } }) => {
              sum.total += price;
              sum.auctions += 1;
            },
            unfold: (sum, { value: { price } }) => {
              sum.total -= price;
              sum.auctions -= 1;
            },
          }),
        ),
      ),
    ];
  }),
  answer: async (read) =>
    sumBy(await read(categories), ['category']).map(({ category = 0, total, auctions }) => ({
      category,
      final: Math.floor(Number(total) / Number(auctions)),
    })),
};
