import { foldByKey, into, money, pipeline, record, table, text } from '@stockafolio/core';
import { sales } from './sales.js';

export const priceRanges = table(
  'price_ranges',
  { partitionBy: ['shop'], clusterBy: ['article'] },
  { shop: text(), article: text(), low: money(), high: money() },
);

const Range = record('range', { low: money(), high: money() });

export const ranges = pipeline('ranges', { sales }, ({ sales }) => [
  // #region ranges
  into(
    priceRanges,
    sales.pipe(
      foldByKey('price-ranges', {
        key: ['shop', 'article'],
        state: Range,
        initial: ({ price }) => ({ low: price, high: price }),
        fold: (range, { price }) => {
          range.low = Math.min(range.low, price);
          range.high = Math.max(range.high, price);
        },
      }),
    ),
  ),
  // #endregion ranges
]);
