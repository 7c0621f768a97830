import { int64, into, money, pipeline, table, text, timestamp } from '@stockafolio/core';
import { filter, map } from 'rxjs';
import { longText } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { euros } from './euros.js';

const calculated = table(
  'q14_bids',
  { partitionBy: ['auction'], clusterBy: ['number'] },
  {
    auction: int64(),
    number: int64(),
    bidder: int64(),
    price: money(),
    bidTimeType: text(),
    dateTime: timestamp(),
    extra: longText(),
    cCounts: int64(),
  },
);

function timeType(time: number): string {
  const hour = new Date(time).getUTCHours();
  if (hour >= 8 && hour <= 18) return 'dayTime';
  return hour <= 6 || hour >= 20 ? 'nightTime' : 'otherTime';
}

/** Calculation. */
export const q14: Query = {
  pipeline: pipeline('q14', feeds.q14, ({ bids }) => [
    into(
      calculated,
      bids.pipe(
        filter(({ price }) => euros(price) > 1_000_000_0000 && euros(price) < 50_000_000_0000),
        map(({ auction, number, bidder, price, dateTime, extra }) => ({
          ...{ auction, number, bidder, dateTime, extra },
          price: euros(price),
          bidTimeType: timeType(dateTime),
          cCounts: extra.split('c').length - 1,
        })),
      ),
    ),
  ]),
  answer: (read) => read(calculated),
};
