// #region readme
import { foldByKey, int32, int64, into, money, pipeline, record, stream, table } from '@stockafolio/core';
import { text, timesPrice, timestamp, type Infer, type Mutable } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';

const Trade = record('trade', { user: text(), symbol: text(), quantity: int32(), price: money(), time: timestamp() });
const trades = stream('trades', Trade, { key: 'user', time: (t) => t.time });
const Holding = record('holding', { quantity: int64(), paid: money() });
const holdings = table(
  'holdings',
  { partitionBy: ['user'], clusterBy: ['symbol'] },
  { user: text(), symbol: text(), ...Holding.fields },
);

function enter(holding: Mutable<Infer<typeof Holding>>, t: Infer<typeof Trade>): void {
  holding.quantity += t.quantity;
  holding.paid += timesPrice(t.quantity, t.price);
}

export const portfolio = pipeline('portfolio', { trades }, ({ trades }) => [
  into(holdings, trades.pipe(foldByKey('holdings', { key: ['user', 'symbol'], state: Holding, fold: enter }))),
]);

const harness = pipelineHarness(portfolio);
harness.push({ user: 'ann', symbol: 'IBM', quantity: 2, price: 250_0000, time: 0 });
await harness.commit();
export const rows = await harness.rows(holdings); // [{ user: 'ann', symbol: 'IBM', quantity: 2, paid: 500_0000 }]
// #endregion readme
