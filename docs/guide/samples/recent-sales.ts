import { map } from 'rxjs';
import { countWindow, int64, into, money, pipeline, record, table, text, timesPrice } from '@stockafolio/core';
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
