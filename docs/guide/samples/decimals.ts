import {
  decimal,
  decimalProduct,
  foldByKey,
  int64,
  into,
  jsonCodec,
  pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';

// #region decimals
export const Fill = record('fill', {
  account: text({ min: 1 }),
  coin: text({ min: 1 }),
  quantity: decimal(8, { min: 1, json: 'number' }),
  price: decimal(2, { min: 0 }),
  time: timestamp(),
});

/** What a fill costs, to the cent. */
const cost = decimalProduct({ of: [8, 2], to: 2 });

/** Prices come with more decimals than are kept. */
export const fillForm = jsonCodec(Fill, { decimals: { price: { round: 'half-even' } } });
// #endregion decimals

export const fills = stream('fills', Fill, { key: 'account', time: (f) => f.time });

const Spent = record('spent', { fills: int64(), quantity: decimal(8, { json: 'number' }), spent: decimal(2) });

export const spent = table(
  'spent',
  { partitionBy: ['account'], clusterBy: ['coin'] },
  { account: text(), coin: text(), ...Spent.fields },
);

export const coins = pipeline('coins', { fills }, ({ fills }) => [
  into(
    spent,
    fills.pipe(
      foldByKey('spent', {
        ...{ key: ['account', 'coin'], state: Spent },
        fold: (sum, { quantity, price }) => {
          sum.fills += 1;
          sum.quantity += quantity;
          sum.spent += cost(quantity, price);
        },
      }),
    ),
  ),
]);
