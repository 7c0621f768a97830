import { int32, money, table, text, timestamp } from '@stockafolio/core';

/** Each order with what it costs and what has been paid in time. An order that nobody pays comes out half an hour later. */
export const settlements = table(
  'settlements',
  { partitionBy: ['shop'], clusterBy: ['id'] },
  { shop: text(), id: text(), amount: money(), paid: money(), time: timestamp() },
);

/** Orders of articles for which the shop had no quote. */
export const unquoted = table(
  'unquoted',
  { partitionBy: ['shop'], clusterBy: ['time', 'id'] },
  { shop: text(), time: timestamp(), id: text(), article: text(), pieces: int32() },
);

/** What a shop has sold and what it has received, whenever it was paid: the latest figures side by side. */
export const balances = table(
  'balances',
  { partitionBy: ['shop'] },
  { shop: text(), sold: money(), received: money(), open: money() },
);
