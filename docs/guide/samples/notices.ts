import { filter, map } from 'rxjs';
import {
  changelog,
  currentByKey,
  foldByKey,
  int64,
  into,
  pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
  topic,
} from '@stockafolio/core';
import { sales } from './sales.js';

// #region notices
const Notice = record('notice', { shop: text(), article: text(), pieces: int64(), time: timestamp() });
export const notices = stream('notices', Notice, { key: 'shop', time: (notice) => notice.time });

/** Large sales, for whoever wants to know. */
export const largeSales = pipeline('large-sales', { sales }, ({ sales }) => [
  into(
    topic(notices),
    sales.pipe(
      filter((sale) => sale.pieces >= 100),
      map(({ shop, article, pieces, time }) => ({ shop, article, pieces, time })),
    ),
  ),
]);
// #endregion notices

const Count = record('count', { notices: int64() });
export const noticeCounts = table('notice_counts', { partitionBy: ['shop'] }, { shop: text(), ...Count.fields });

// #region reader
/** Another pipeline, maybe of another program, that reads them. */
export const counting = pipeline('counting', { notices }, ({ notices }) => [
  into(
    noticeCounts,
    notices.pipe(foldByKey('counts', { key: ['shop'], state: Count, fold: (count) => void (count.notices += 1) })),
  ),
]);
// #endregion reader

const Sold = record('sold', { pieces: int64(), last: timestamp() });
const StockChange = record('stock_change', { shop: text(), article: text(), ...Sold.fields });
export const stockChanges = stream('stock-changes', StockChange, { key: 'shop', time: (change) => change.last });
// #region compacted
export const soldTopic = topic(stockChanges, { compactBy: ['shop', 'article'] });

export const sold = pipeline('sold', { sales }, ({ sales }) => [
  into(
    soldTopic,
    sales.pipe(
      foldByKey('sold', {
        key: ['shop', 'article'],
        state: Sold,
        fold: (sold, { pieces, time }) => {
          sold.pieces += pieces;
          sold.last = time;
        },
      }),
    ),
  ),
]);
// #endregion compacted

export const soldNow = table(
  'sold_now',
  { partitionBy: ['shop'], clusterBy: ['article'] },
  { shop: text(), article: text(), ...Sold.fields },
);
const Articles = record('articles', { articles: int64() });
export const soldArticles = table('sold_articles', { partitionBy: ['shop'] }, { shop: text(), ...Articles.fields });

// #region changelog
/** What each shop has sold of the articles that are still in the topic, and how many these are. */
export const counters = pipeline('counters', { sold: changelog(soldTopic) }, ({ sold }) => {
  const current = sold.pipe(currentByKey('current'));
  return [
    into(soldNow, current),
    into(
      soldArticles,
      current.pipe(
        foldByKey('articles', {
          key: ({ key: [shop] }) => [shop],
          state: Articles,
          fold: (count) => void (count.articles += 1),
          unfold: (count) => void (count.articles -= 1),
        }),
      ),
    ),
  ];
});
// #endregion changelog
