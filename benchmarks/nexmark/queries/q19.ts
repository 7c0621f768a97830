import { int64, into, pipeline, record, shard, table, text, timestamp, topByKey } from '@stockafolio/core';
import { map } from 'rxjs';
import { longText } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';

const bid = {
  bidder: int64(),
  price: int64(),
  channel: text(),
  url: text(),
  dateTime: timestamp(),
  extra: longText(),
};
const top = table(
  'q19_bids',
  { partitionBy: ['auction'], clusterBy: ['shard', 'rankNumber'] },
  { auction: int64(), shard: shard(), rankNumber: int64(), ...bid },
);
const TopBid = record('top_bid', bid);

/** Auction TOP-10 price; of equal prices the bid with the lower number is first. */
export const q19: Query = {
  pipeline: pipeline('q19', feeds.q19, ({ bids }) => [
    into(
      top,
      bids.pipe(
        topByKey('top', {
          k: 10,
          by: 'price',
          group: ['auction'],
          key: ['auction', 'number'],
          state: TopBid,
          fold: (top, { bidder, price, channel, url, dateTime, extra }) => {
            Object.assign(top, { bidder, price, channel, url, dateTime, extra });
          },
        }),
        map(({ group: [auction], rank, value }) => ({ auction, rankNumber: rank, ...value })),
      ),
    ),
  ]),
  answer: (read) => read(top),
};
