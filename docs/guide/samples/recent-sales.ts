import { filter, map } from 'rxjs';
import {
  countWindow,
  int64,
  into,
  minutes,
  money,
  pipeline,
  record,
  slidingWindow,
  table,
  text,
  timestamp,
  timesPrice,
} from '@stockafolio/core';
import { sales } from './sales.js';

const Recent = record('recent', { pieces: int64(), turnover: money() });

export const dozenTable = table(
  'dozens',
  { partitionBy: ['shop'], clusterBy: ['index'] },
  { shop: text(), index: int64(), ...Recent.fields },
);

// #region dozens
export const dozens = pipeline('dozens', { sales }, ({ sales }) => [
  into(
    dozenTable,
    sales.pipe(
      countWindow('dozens', {
        size: 12,
        key: ['shop'],
        state: Recent,
        fold: (recent, { pieces, price }) => {
          recent.pieces += pieces;
          recent.turnover += timesPrice(pieces, price);
        },
      }),
      map(({ key: [shop], index, value }) => ({ shop, index, ...value })),
    ),
  ),
]);
// #endregion dozens

export const rushAlarms = table(
  'rush_alarms',
  { partitionBy: ['shop'], clusterBy: ['time', 'article'] },
  { shop: text(), time: timestamp(), article: text(), ...Recent.fields },
);

// #region alarms
export const alarms = pipeline('alarms', { sales }, ({ sales }) => [
  into(
    rushAlarms,
    sales.pipe(
      slidingWindow('five-minutes', {
        size: minutes(5),
        key: ['shop'],
        state: Recent,
        fold: (recent, { pieces, price }) => {
          recent.pieces += pieces;
          recent.turnover += timesPrice(pieces, price);
        },
        merge: (recent, later) => {
          recent.pieces += later.pieces;
          recent.turnover += later.turnover;
        },
      }),
      filter(({ value }) => value.pieces > 100),
      map(({ key: [shop], record: { time, article }, value }) => ({ shop, time, article, ...value })),
    ),
  ),
]);
// #endregion alarms
