import { type Branch, int64, into, latestByKey, pipeline, record, table, text, timestamp } from '@stockafolio/core';
import type { Observable } from 'rxjs';
import { type Bid, longText } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';

const bid = { price: int64(), channel: text(), url: text(), dateTime: timestamp(), extra: longText() };
const last = table(
  'q18_bids',
  { partitionBy: ['bidder'], clusterBy: ['auction'] },
  { bidder: int64(), auction: int64(), ...bid },
);
const LastBid = record('last_bid', bid);

/** The rows of the last bid of each bidder for each auction. */
export function lastBidsOf(bids: Observable<Bid>): Branch {
  return into(
    last,
    bids.pipe(
      latestByKey('last', {
        key: ['bidder', 'auction'],
        state: LastBid,
        fold: (last, { price, channel, url, dateTime, extra }) => {
          Object.assign(last, { price, channel, url, dateTime, extra });
        },
      }),
    ),
  );
}

/** Find last bid: of each bidder for each auction. */
export const q18: Query = {
  pipeline: pipeline('q18', feeds.q18, ({ bids }) => [lastBidsOf(bids)]),
  answer: (read) => read(last),
};
