import { int64, into, pipeline, table, timestamp } from '@stockafolio/core';
import { map } from 'rxjs';
import { longText } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';

const passed = table(
  'q0_bids',
  { partitionBy: ['auction'], clusterBy: ['number'] },
  { auction: int64(), number: int64(), bidder: int64(), price: int64(), dateTime: timestamp(), extra: longText() },
);

/** Pass through. */
export const q0: Query = {
  pipeline: pipeline('q0', feeds.q0, ({ bids }) => [
    into(
      passed,
      bids.pipe(
        map(({ auction, number, bidder, price, dateTime, extra }) => ({
          ...{ auction, number, bidder, price, dateTime, extra },
        })),
      ),
    ),
  ]),
  answer: (read) => read(passed),
};
