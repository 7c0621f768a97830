import { int64, into, pipeline, record, seconds, table, timestamp, tumblingWindow } from '@stockafolio/core';
import { map } from 'rxjs';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';

const counts = table(
  'q12_counts',
  { partitionBy: ['bidder'], clusterBy: ['starttime'] },
  { bidder: int64(), starttime: timestamp(), endtime: timestamp(), bidCount: int64() },
);

const Count = record('count', { bidCount: int64() });

/** Processing time windows: the stream's time is when a message was sent. */
export const q12: Query = {
  pipeline: pipeline('q12', feeds.q12, ({ bids }) => [
    into(
      counts,
      bids.pipe(
        tumblingWindow('counts', {
          size: seconds(10),
          key: ['bidder'],
          state: Count,
          fold: (count) => void (count.bidCount += 1),
        }),
        map(({ key: [bidder], window: { start, end }, value: { bidCount } }) => ({
          ...{ bidder, starttime: start, endtime: end, bidCount },
        })),
      ),
    ),
  ]),
  answer: (read) => read(counts),
};
