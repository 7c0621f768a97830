import {
  foldByKey,
  int64,
  into,
  money,
  oneOf,
  pipeline,
  record,
  shard,
  shardedFold,
  table,
  timesPrice,
} from '@stockafolio/core';
import { sales } from './sales.js';

const Turnover = record('turnover', { turnover: money() });
const Count = record('count', { shops: int64() });

export const shopSizes = table(
  'shop_sizes',
  { partitionBy: ['size'], clusterBy: ['shard'] },
  { size: oneOf('small', 'large'), shard: shard(), shops: int64() },
);

const sizeOf = (turnover: number): 'small' | 'large' => (turnover < 1_000_0000 ? 'small' : 'large');

// #region sizes
export const sizes = pipeline('sizes', { sales }, ({ sales }) => [
  into(
    shopSizes,
    sales.pipe(
      foldByKey('turnovers', {
        key: ['shop'],
        state: Turnover,
        fold: (sum, { pieces, price }) => void (sum.turnover += timesPrice(pieces, price)),
      }),
      shardedFold('sizes', {
        key: ({ value: { turnover } }) => [sizeOf(turnover)],
        state: Count,
        fold: (count) => void (count.shops += 1),
        unfold: (count) => void (count.shops -= 1),
      }),
    ),
  ),
]);
// #endregion sizes
