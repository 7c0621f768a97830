import { hours, int64, into, joinAsOf, keyPart, pipeline, table, text, timestamp } from '@stockafolio/core';
import { map } from 'rxjs';
import type { Bid } from '../events.js';
import { feeds } from '../feeds.js';
import { SIDE_ROWS } from '../generator/side.js';
import type { Query } from '../query.js';

const enriched = table(
  'q13_bids',
  { partitionBy: ['auction'], clusterBy: ['number'] },
  { auction: int64(), number: int64(), bidder: int64(), price: int64(), dateTime: timestamp(), value: text() },
);

/** Bounded side input join. */
export const q13: Query = {
  pipeline: pipeline('q13', feeds.q13, ({ side, bids }) => [
    into(
      enriched,
      bids.pipe(
        joinAsOf('side', side, {
          key: [keyPart(int64(), ({ auction }: Bid) => auction % SIDE_ROWS)],
          otherKey: ['key'],
          keep: hours(1),
        }),
        map(({ left: { auction, number, bidder, price, dateTime }, right: { value } }) => ({
          ...{ auction, number, bidder, price, dateTime, value },
        })),
      ),
    ),
  ]),
  answer: (read) => read(enriched),
};
