import { map } from 'rxjs';
import {
  int64,
  into,
  minutes,
  money,
  pipeline,
  record,
  sessionWindow,
  table,
  text,
  timestamp,
  timesPrice,
} from '@stockafolio/core';
import { sales } from './sales.js';

const Rush = record('rush', { sales: int64(), turnover: money() });

export const rushTable = table(
  'rushes',
  { partitionBy: ['shop'], clusterBy: ['start'] },
  { shop: text(), start: timestamp(), end: timestamp(), ...Rush.fields },
);

// #region rushes
export const rushes = pipeline('rushes', { sales }, ({ sales }) => [
  into(
    rushTable,
    sales.pipe(
      sessionWindow('rushes', {
        gap: minutes(2),
        allowedLateness: minutes(10),
        key: ['shop'],
        state: Rush,
        fold: (rush, { pieces, price }) => {
          rush.sales += 1;
          rush.turnover += timesPrice(pieces, price);
        },
        merge: (rush, later) => {
          rush.sales += later.sales;
          rush.turnover += later.turnover;
        },
      }),
      map(({ window, key: [shop], value }) => ({ shop, ...window, ...value })),
    ),
  ),
]);
// #endregion rushes
