import {
  addTo,
  bigMoney,
  date,
  days,
  foldByKey,
  hours,
  int64,
  into,
  keyPart,
  minutes,
  money,
  pipeline,
  record,
  shardedFold,
  timesPrice,
  topByKey,
  tumblingWindow,
  type Infer,
  type Mutable,
} from '@stockafolio/core';
import { filter, map } from 'rxjs';
import { articles, bestShops, categoryDays, largeSales, sales, shopMinutes, type Sale } from './sales.js';

// #region fold
const Sum = record('sum', { pieces: int64(), turnover: money() });

function addSale(sum: Mutable<Infer<typeof Sum>>, sale: Sale): void {
  sum.pieces += sale.pieces;
  sum.turnover += timesPrice(sale.pieces, sale.price);
}
// #endregion fold

const BigSum = record('big_sum', { pieces: int64(), turnover: bigMoney() });

function addToFirm(sum: Mutable<Infer<typeof BigSum>>, sale: Sale): void {
  sum.pieces += sale.pieces;
  addTo(sum, 'turnover', timesPrice(sale.pieces, sale.price));
}

// #region day
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The figures of a day include sales until an hour after midnight. */
const dayIsDone = (sale: Sale): number => Math.floor(sale.time / days(1)) * days(1) + days(1) + hours(1);
const day = keyPart(date(), (sale: Sale) => dayOf(sale.time));
// #endregion day

// #region pipeline
export const shops = pipeline('shops', { sales }, ({ sales }) => [
  into(articles, sales.pipe(foldByKey('articles', { key: ['shop', 'article'], state: Sum, fold: addSale }))),
  // #endregion pipeline
  // #region plain
  into(
    largeSales,
    sales.pipe(
      filter((s) => s.pieces >= 100),
      map(({ shop, time, article, pieces, price }) => ({ shop, time, article, pieces, price })),
    ),
  ),
  // #endregion plain
  // #region window
  into(
    shopMinutes,
    sales.pipe(
      tumblingWindow('shop-minutes', {
        size: minutes(1),
        allowedLateness: minutes(10),
        key: ['shop'],
        state: Sum,
        fold: addSale,
      }),
      map(({ window, key: [shop], value }) => ({ shop, minute: window.start, ...value })),
    ),
  ),
  // #endregion window
  // #region sharded
  into(
    categoryDays,
    sales.pipe(
      shardedFold('category-days', {
        key: [day, 'category'],
        state: BigSum,
        fold: addToFirm,
        expires: dayIsDone,
      }),
    ),
  ),
  // #endregion sharded
  // #region top
  into(
    bestShops,
    sales.pipe(
      topByKey('best-shops', {
        k: 10,
        by: 'turnover',
        group: [day],
        key: ['shop'],
        state: Sum,
        fold: addSale,
        expires: dayIsDone,
      }),
      map(({ group: [day], rank, key: [shop], value: { turnover } }) => ({ day, rank, shop, turnover })),
    ),
  ),
  // #endregion top
]);
