import {
  foldByKey,
  into,
  minutes,
  money,
  pipeline,
  record,
  table,
  text,
  timesPrice,
  timestamp,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { sales } from './sales.js';

const Turnover = record('turnover', { turnover: money() });
const BestMinute = record('best_minute', { minute: timestamp(), turnover: money() });

export const bestMinutes = table('best_minutes', { partitionBy: ['shop'] }, { shop: text(), ...BestMinute.fields });

// #region best
export const records = pipeline('records', { sales }, ({ sales }) => [
  into(
    bestMinutes,
    sales.pipe(
      tumblingWindow('minutes', {
        size: minutes(1),
        key: ['shop'],
        state: Turnover,
        fold: (sum, { pieces, price }) => void (sum.turnover += timesPrice(pieces, price)),
      }),
      whenFinal(),
      foldByKey('best-minutes', {
        key: ({ key }) => key,
        state: BestMinute,
        fold: (best, { window, value: { turnover } }) => {
          if (turnover <= best.turnover) return;
          best.minute = window.start;
          best.turnover = turnover;
        },
      }),
    ),
  ),
]);
// #endregion best
