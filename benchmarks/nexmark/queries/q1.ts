import { int64, into, money, pipeline, table, timestamp } from '@stockafolio/core';
import { map } from 'rxjs';
import { longText } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { euros } from './euros.js';

const converted = table(
  'q1_bids',
  { partitionBy: ['auction'], clusterBy: ['number'] },
  { auction: int64(), number: int64(), bidder: int64(), price: money(), dateTime: timestamp(), extra: longText() },
);

/** Currency conversion. */
export const q1: Query = {
  pipeline: pipeline('q1', feeds.q1, ({ bids }) => [
    into(
      converted,
      bids.pipe(
        map(({ auction, number, bidder, price, dateTime, extra }) => ({
          ...{ auction, number, bidder, dateTime, extra },
          price: euros(price),
        })),
      ),
    ),
  ]),
  answer: (read) => read(converted),
};
