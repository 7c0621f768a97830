import { filter, map } from 'rxjs';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  type Mutable,
  pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
  topic,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { addTo, byUser, type Sale, sales, Sum } from './sales.js';

/** What one pipeline announces of a sale, for others to read. */
export const Notice = record('notice', { user: text({ min: 1 }), item: text(), amount: int64(), time: timestamp() });
export type Notice = Infer<typeof Notice>;
export const notices = stream('notices', Notice, { key: 'user', time: (notice) => notice.time });

/** The newest sum of each user and item. */
export const ItemSum = record('item_sum', { user: text(), item: text(), amount: int64(), last: timestamp() });
export const itemSums = stream('item-sums', ItemSum, { key: 'user', time: (sum) => sum.last });

/** What was sold in a minute. */
export const Minute = record('minute', { user: text(), amount: int64(), time: timestamp() });
export const minutes = stream('minutes', Minute, { key: 'user', time: (minute) => minute.time });

export const noticeTopic = topic(notices);
export const itemSumTopic = topic(itemSums, { compactBy: ['user', 'item'] });
export const minuteTopic = topic(minutes);

/** Which sales are announced, and how. */
export const isNoticed = ({ amount }: Sale): boolean => amount % 3 !== 0;
export const noticeOf = ({ user, item, amount, time }: Sale): Notice => ({ user, item, amount: amount * 2, time });

const SumOfItem = record('sum_of_item', { amount: int64(), last: timestamp() });

/** Sends to three topics: records, what a fold makes of each, and final values of windows. */
export const noticing = pipeline('noticing', { sales }, ({ sales }) => [
  into(noticeTopic, sales.pipe(filter(isNoticed), map(noticeOf))),
  into(
    itemSumTopic,
    sales.pipe(
      foldByKey('item-sums', {
        key: ['user', 'item'],
        state: SumOfItem,
        fold: (sum, { amount, time }) => {
          sum.amount += amount;
          sum.last = time;
        },
      }),
    ),
  ),
  into(
    minuteTopic,
    sales.pipe(
      tumblingWindow('by-minute', { size: 60_000, key: ['user'], state: Sum, fold: addTo }),
      whenFinal(),
      map(({ key: [user], value: { amount }, window: { end } }) => ({ user, amount, time: end })),
    ),
  ),
  into(byUser, sales.pipe(foldByKey('by-user', { key: ['user'], state: Sum, fold: addTo }))),
]);

/** Every notice of a user, in order: it shows each one that is lost, doubled or out of order. */
export const Noticed = record('noticed', { count: int64(), amount: int64(), order: int64(), last: timestamp() });
export const noticedByUser = table('noticed_by_user', { partitionBy: ['user'] }, { user: text(), ...Noticed.fields });

export function addNotice(noticed: Mutable<Infer<typeof Noticed>>, { amount, time }: Notice): void {
  noticed.count += 1;
  noticed.amount += amount;
  noticed.order = (noticed.order * 31 + amount) % 1_000_000_007;
  noticed.last = time;
}

const byNoticedUser = { key: ['user'], state: Noticed, fold: addNotice } as const;

/** Reads the notices. */
export const noticed = pipeline('noticed', { notices }, ({ notices }) => [
  into(noticedByUser, notices.pipe(foldByKey('noticed', byNoticedUser))),
]);

/** The same, without a topic in between. */
export const noticedAtOnce = pipeline('noticed-at-once', { sales }, ({ sales }) => [
  into(noticedByUser, sales.pipe(filter(isNoticed), map(noticeOf), foldByKey('noticed', byNoticedUser))),
]);
