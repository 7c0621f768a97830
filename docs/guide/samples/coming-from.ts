import {
  int64,
  into,
  minutes,
  pipeline,
  processByKey,
  record,
  seconds,
  table,
  text,
  timestamp,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { filter, map } from 'rxjs';
import { sales } from './sales.js';

const Count = record('count', { sales: int64() });

export const quietMinutes = table(
  'quiet_minutes',
  { partitionBy: ['shop'], clusterBy: ['minute'] },
  { shop: text(), minute: timestamp(), sales: int64() },
);

export const quiet = pipeline('quiet', { sales }, ({ sales }) => [
  into(
    quietMinutes,
    // #region suppressed
    sales.pipe(
      tumblingWindow('minutes', {
        size: minutes(1),
        allowedLateness: seconds(30),
        key: ['shop'],
        state: Count,
        fold: (count) => void (count.sales += 1),
      }),
      whenFinal(),
      filter(({ value }) => value.sales < 10),
      map(({ key: [shop], window: { start: minute }, value }) => ({ shop, minute, ...value })),
    ),
    // #endregion suppressed
  ),
]);

const Settled = record('settled', { shop: text(), article: text(), time: timestamp() });
const Last = record('last', { article: text(), time: timestamp() });

export const lastSales = table('last_sales', { partitionBy: ['shop'], clusterBy: ['time'] }, Settled.fields);

export const debounced = pipeline('debounced', { sales }, ({ sales }) => [
  into(
    lastSales,
    // #region debounced
    sales.pipe(
      processByKey('debounced', {
        key: ['shop'],
        state: Last,
        timers: ['pause'],
        output: Settled,
        onRecord: (last, { article, time }, { key: [shop], timers: { pause }, emit }) => {
          if (time < last.time) return;
          // A record arrives before the watermark, so its time may be past a timer that has not fired.
          if (pause.at !== undefined && pause.at <= time) emit({ shop, article: last.article, time: pause.at });
          last.article = article;
          last.time = time;
          pause.set(time + seconds(20));
        },
        onTimer: ({ article }, { time }, { key: [shop], emit }) => emit({ shop, article, time }),
      }),
    ),
    // #endregion debounced
  ),
]);
