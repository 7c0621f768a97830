import {
  hoppingWindow,
  int64,
  into,
  pipeline,
  record,
  seconds,
  shard,
  shardedFold,
  table,
  timestamp,
  whenFinal,
} from '@stockafolio/core';
import { filter, map } from 'rxjs';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { highestOf } from './highest-of.js';

/** The auctions that had at least as many bids as all that came before them in their partition: candidates. */
const candidates = table(
  'q5_candidates',
  { partitionBy: ['end'], clusterBy: ['num', 'auction', 'shard'], descending: ['num'] },
  { end: timestamp(), num: int64(), auction: int64(), shard: shard() },
);

const Count = record('count', { num: int64() });
const Most = record('most', { num: int64() });

/** Hot items: of the last 10 seconds, every 2 seconds. */
export const q5: Query = {
  pipeline: pipeline('q5', feeds.q5, ({ bids }) => [
    into(
      candidates,
      bids.pipe(
        hoppingWindow('counts', {
          size: seconds(10),
          step: seconds(2),
          key: ['auction'],
          state: Count,
          fold: (count) => void (count.num += 1),
        }),
        whenFinal(),
        shardedFold('most', {
          key: ({ window }) => [window.end],
          state: Most,
          fold: (most, { value: { num } }) => {
            if (num < most.num) return false;
            most.num = num;
            return true;
          },
          expires: ({ window }) => window.end + seconds(10),
        }),
        filter(({ result }) => result),
        map(({ record: { window, key, value } }) => ({ end: window.end, num: value.num, auction: key[0] })),
      ),
    ),
  ]),
  answer: async (read) => highestOf(await read(candidates), 'end', 'num'),
};
