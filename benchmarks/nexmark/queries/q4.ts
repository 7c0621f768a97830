import {
  boolean,
  foldByKey,
  type Infer,
  int64,
  into,
  minutes,
  type Mutable,
  pipeline,
  processByKey,
  record,
  shard,
  shardedFold,
  table,
  timestamp,
} from '@stockafolio/core';
import { map, merge } from 'rxjs';
import type { Auction, Bid } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { sumBy } from './sum-by.js';

const categories = table(
  'q4_categories',
  { partitionBy: ['category'], clusterBy: ['shard'] },
  { category: int64(), shard: shard(), total: int64(), auctions: int64() },
);

const Highest = record('highest', { id: int64(), category: int64(), expires: timestamp(), price: int64() });
/** `price` is 0 as long as there is no bid: no bid is that low. */
const Contest = record('contest', {
  isKnown: boolean(),
  begins: timestamp(),
  expires: timestamp(),
  category: int64(),
  price: int64(),
});
type Contest = Mutable<Infer<typeof Contest>>;
/** A bid that came before its auction. */
const Early = record('early', { price: int64(), time: timestamp() });
const Final = record('final', { category: int64(), price: int64() });
const Sum = record('sum', { total: int64(), auctions: int64() });

/** An auction, or a bid for it. */
interface Side {
  readonly id: number;
  readonly auction?: Auction;
  readonly bid?: Bid;
}

/** Raises the highest price by that of a bid during the auction; returns whether it did. */
function raises(contest: Contest, price: number, time: number): boolean {
  if (price <= contest.price || time < contest.begins || time > contest.expires) return false;
  contest.price = price;
  return true;
}

/**
 * Average price of a category: of the highest bids so far. It is as `winningBids`, without what this query does not need: the
 * texts of auctions and bids, and which of the highest bids wins.
 */
export const q4: Query = {
  pipeline: pipeline('q4', feeds.q4, ({ auctions, bids }) => [
    into(
      categories,
      merge(
        auctions.pipe(map((auction): Side => ({ id: auction.id, auction }))),
        bids.pipe(map((bid): Side => ({ id: bid.auction, bid }))),
      ).pipe(
        processByKey('highest-bids', {
          key: ['id'],
          state: Contest,
          lists: { early: Early },
          timers: ['closed', 'unknown'],
          output: Highest,
          onRecord: (contest, { id, auction, bid }, { time, watermark, timers, lists: { early }, emit }) => {
            let isRaised = false;
            if (auction !== undefined) {
              if (time < watermark) throw new Error('this auction is late: bids for it may be forgotten');
              const { dateTime: begins, expires, category } = auction;
              Object.assign(contest, { isKnown: true, begins, expires, category });
              for (const { price, time } of early) isRaised = raises(contest, price, time) || isRaised;
              early.clear();
              timers.unknown.cancel();
              timers.closed.set(expires + 1);
            } else if (bid !== undefined && contest.isKnown) {
              isRaised = raises(contest, bid.price, bid.dateTime);
            } else if (bid !== undefined) {
              if (time < watermark) throw new Error('this bid is late, and its auction is closed or unknown');
              early.append({ price: bid.price, time: bid.dateTime });
              timers.unknown.set(Math.max(timers.unknown.at ?? 0, time + 1));
            }
            if (isRaised) emit({ id, category: contest.category, expires: contest.expires, price: contest.price });
          },
          onTimer: (_contest, _timer, { remove }) => remove(),
        }),
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
  ]),
  answer: async (read) =>
    sumBy(await read(categories), ['category']).map(({ category = 0, total, auctions }) => ({
      category,
      final: Math.floor(Number(total) / Number(auctions)),
    })),
};
