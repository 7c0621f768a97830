import {
  foldByKey,
  int64,
  into,
  money,
  oneOf,
  pipeline,
  record,
  repartition,
  table,
  text,
  timesPrice,
  timestamp,
  type Infer,
  type Mutable,
} from '@stockafolio/core';
import { map } from 'rxjs';
import { sales, type Sale } from './sales.js';

const Sold = record('sold', { pieces: int64(), turnover: money() });

function addSale(sold: Mutable<Infer<typeof Sold>>, { pieces, price }: Sale): void {
  sold.pieces += pieces;
  sold.turnover += timesPrice(pieces, price);
}

export const articleTotals = table(
  'article_totals',
  { partitionBy: ['article'] },
  { article: text(), pieces: int64(), turnover: money() },
);

// #region chain
/** What the whole chain has sold of each article. */
export const chain = pipeline('chain', { sales }, ({ sales }) => {
  const byArticle = sales.pipe(repartition('by-article', 'article'));
  return [into(articleTotals, byArticle.pipe(foldByKey('totals', { key: ['article'], state: Sold, fold: addSale })))];
});
// #endregion chain

const category = oneOf('bread', 'cake', 'coffee');
const CategorySale = record('category_sale', { category, pieces: int64(), time: timestamp() });
const Pieces = record('pieces', { pieces: int64() });

export const categoryPieces = table('category_pieces', { partitionBy: ['category'] }, { category, pieces: int64() });

export const categories = pipeline('categories', { sales }, ({ sales }) => [
  into(
    categoryPieces,
    // #region mapped
    sales.pipe(
      map(({ category, pieces, time }) => ({ category, pieces, time })),
      repartition('by-category', { key: 'category', schema: CategorySale, time: (sale) => sale.time }),
      // #endregion mapped
      foldByKey('pieces', {
        key: ['category'],
        state: Pieces,
        fold: (sum, { pieces }) => {
          sum.pieces += pieces;
        },
      }),
    ),
  ),
]);
