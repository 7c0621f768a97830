import { int64, into, pipeline, record, seconds, shard, shardedFold, table, timestamp } from '@stockafolio/core';
import { filter, map, mergeMap } from 'rxjs';
import { longText, type Bid } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { highestOf } from './highest-of.js';

/** The bids that were at least as high as all that came before them in their partition: candidates. */
const candidates = table(
  'q7_candidates',
  { partitionBy: ['end'], clusterBy: ['price', 'number', 'shard'], descending: ['price'] },
  {
    end: timestamp(),
    price: int64(),
    number: int64(),
    shard: shard(),
    auction: int64(),
    bidder: int64(),
    dateTime: timestamp(),
    extra: longText(),
  },
);

const PERIOD = seconds(10);
const Highest = record('highest', { price: int64() });

/** A bid, as one of the period that ends then. */
interface InPeriod {
  readonly end: number;
  readonly bid: Bid;
}

/**
 * The period of a bid. The SQL finds bids by BETWEEN, so one at the very end of a period is a candidate there as well, although it
 * does not count in the maximum.
 */
function periodsOf(bid: Bid): InPeriod[] {
  const start = Math.floor(bid.dateTime / PERIOD) * PERIOD;
  const own = { end: start + PERIOD, bid };
  return bid.dateTime === start ? [{ end: start, bid }, own] : [own];
}

/** Highest bid of each 10 seconds, and all bids that are as high. */
export const q7: Query = {
  pipeline: pipeline('q7', feeds.q7, ({ bids }) => [
    into(
      candidates,
      bids.pipe(
        mergeMap(periodsOf),
        shardedFold('highest', {
          key: ({ end }) => [end],
          state: Highest,
          fold: (highest, { end, bid: { price, dateTime } }) => {
            if (price < highest.price) return false;
            if (dateTime < end) highest.price = price;
            return true;
          },
          expires: ({ end }) => end + PERIOD,
        }),
        filter(({ result }) => result),
        map(({ record: { end, bid } }) => {
          const { price, number, auction, bidder, dateTime, extra } = bid;
          return { end, price, number, auction, bidder, dateTime, extra };
        }),
      ),
    ),
  ]),
  answer: async (read) => {
    const rows = await read(candidates);
    const within = rows.filter(({ end, dateTime }) => dateTime < end);
    const highest = new Map(highestOf(within, 'end', 'price').map(({ end, price }) => [end, price]));
    return rows
      .filter(({ end, price }) => highest.get(end) === price)
      .map(({ auction, price, bidder, dateTime, extra }) => ({ auction, price, bidder, dateTime, extra }));
  },
};
