import {
  int64,
  into,
  keyPart,
  minutes,
  pipeline,
  record,
  shard,
  table,
  text,
  timestamp,
  tumblingWindow,
} from '@stockafolio/core';
import { map } from 'rxjs';
import { longText } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { dayOf, minuteOf } from './days.js';

/** One partition of this table for each minute, as the definition has one folder. */
const log = table(
  'q10_log',
  { partitionBy: ['dt', 'hm'], clusterBy: ['number'] },
  {
    dt: text(),
    hm: text(),
    number: int64(),
    auction: int64(),
    bidder: int64(),
    price: int64(),
    dateTime: timestamp(),
    extra: longText(),
  },
);

/** A minute is complete, and has so many bids: what the definition's success files say. */
const complete = table(
  'q10_complete',
  { partitionBy: ['dt', 'hm'], clusterBy: ['shard'] },
  { dt: text(), hm: text(), shard: shard(), bids: int64() },
);

const Count = record('count', { bids: int64() });
const all = keyPart(text(), () => 'bids');

/** Log to file system: into partitions of a minute, each marked when it is complete. */
export const q10: Query = {
  pipeline: pipeline('q10', feeds.q10, ({ bids }) => [
    into(
      log,
      bids.pipe(
        map(({ number, auction, bidder, price, dateTime, extra }) => ({
          ...{ dt: dayOf(dateTime), hm: minuteOf(dateTime), number },
          ...{ auction, bidder, price, dateTime, extra },
        })),
      ),
    ),
    into(
      complete,
      bids.pipe(
        tumblingWindow('minutes', {
          size: minutes(1),
          emit: 'final only',
          key: [all],
          state: Count,
          fold: (count) => void (count.bids += 1),
        }),
        map(({ window: { start }, value }) => ({ dt: dayOf(start), hm: minuteOf(start), ...value })),
      ),
    ),
  ]),
  answer: async (read) => {
    const bids = await read(log);
    const marks = await read(complete);
    const counts = new Map<string, number>();
    for (const { dt, hm, bids } of marks) counts.set(`${dt} ${hm}`, (counts.get(`${dt} ${hm}`) ?? 0) + bids);
    return [
      ...bids.map((row) => ({ ...row })),
      ...[...counts].map(([minute, bids]) => ({ dt: minute.slice(0, 10), hm: minute.slice(11), bids })),
    ];
  },
};
