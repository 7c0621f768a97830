import { int64, into, pipeline, record, seconds, sessionWindow, table, timestamp } from '@stockafolio/core';
import { map } from 'rxjs';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';

const sessions = table(
  'q11_sessions',
  { partitionBy: ['bidder'], clusterBy: ['starttime'] },
  { bidder: int64(), starttime: timestamp(), endtime: timestamp(), bidCount: int64() },
);

const Count = record('count', { bidCount: int64() });

/** In Flink, two bids exactly the gap apart are in one session; here they would be in two. So the gap is a millisecond longer. */
const LONGER = 1;

/** User sessions: bids of a user without a pause of more than 10 seconds. */
export const q11: Query = {
  pipeline: pipeline('q11', feeds.q11, ({ bids }) => [
    into(
      sessions,
      bids.pipe(
        sessionWindow('sessions', {
          gap: seconds(10) + LONGER,
          key: ['bidder'],
          state: Count,
          fold: (count) => void (count.bidCount += 1),
          merge: (count, later) => void (count.bidCount += later.bidCount),
        }),
        map(({ key: [bidder], window: { start, end }, value: { bidCount } }) => ({
          ...{ bidder, starttime: start, endtime: end - LONGER, bidCount },
        })),
      ),
    ),
  ]),
  answer: (read) => read(sessions),
};
