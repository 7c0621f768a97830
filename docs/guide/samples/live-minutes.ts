import { map } from 'rxjs';
import { int64, into, minutes, pipeline, record, table, text, timestamp, tumblingWindow } from '@stockafolio/core';
import { sales } from './sales.js';

const Pieces = record('pieces', { pieces: int64() });

export const liveMinutes = table(
  'live_minutes',
  { partitionBy: ['shop'], clusterBy: ['minute'] },
  { shop: text(), minute: timestamp(), ...Pieces.fields },
);

export const live = pipeline('live', { sales }, ({ sales }) => [
  into(
    liveMinutes,
    sales.pipe(
      // #region emit
      tumblingWindow('live-minutes', {
        size: minutes(1),
        emit: { everyMs: 200 },
        key: ['shop'],
        state: Pieces,
        fold: (sum, { pieces }) => void (sum.pieces += pieces),
      }),
      // #endregion emit
      map(({ window, key: [shop], value }) => ({ shop, minute: window.start, ...value })),
    ),
  ),
]);
