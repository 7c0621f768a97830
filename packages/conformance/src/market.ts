import { map } from 'rxjs';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  joinAsOf,
  joinWithin,
  type Mutable,
  pipeline,
  record,
  repartition,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';

export const MarketSale = record('market-sale', {
  ...{ id: text(), user: text(), symbol: text(), quantity: int64({ min: 1 }), time: timestamp() },
});
export const SalePayment = record('sale-payment', { sale: text(), user: text(), paid: int64(), time: timestamp() });
export const Price = record('price', { symbol: text(), price: int64(), time: timestamp() });
export type MarketSale = Infer<typeof MarketSale>;
export type SalePayment = Infer<typeof SalePayment>;
export type Price = Infer<typeof Price>;

const outOfOrderness = 500;
export const marketSales = stream('market-sales', MarketSale, { key: 'user', time: (s) => s.time, outOfOrderness });
export const marketPayments = stream('market-payments', SalePayment, {
  ...{ key: 'user', time: (p: SalePayment) => p.time, outOfOrderness },
});
export const prices = stream('prices', Price, { key: 'symbol', time: (p) => p.time, outOfOrderness });

/** How far a payment may be from its sale, and how long a version of a price is kept; in milliseconds. */
export const PAID_WITHIN = { before: 1_000, after: 4_000, allowedLateness: 300 } as const;
export const PRICES_KEPT = 2_000;

/** What was counted, and an order that tells in which order it was. */
export const Figure = record('figure', { count: int64(), sum: int64(), missing: int64(), order: int64() });
export const accountsTable = table('market_accounts', { partitionBy: ['user'] }, { user: text(), ...Figure.fields });
export const symbolsTable = table('market_symbols', { partitionBy: ['symbol'] }, { symbol: text(), ...Figure.fields });
export const worthTable = table('market_worth', { partitionBy: ['user'] }, { user: text(), ...Figure.fields });
const Valued = record('valued', { user: text(), worth: int64(), time: timestamp() });

/** Adds an amount to a figure; an undefined one is missing. */
export function addFigure(figure: Mutable<Infer<typeof Figure>>, amount: number | undefined): void {
  figure.count += 1;
  figure.sum += amount ?? 0;
  figure.missing += amount === undefined ? 1 : 0;
  figure.order = (figure.order * 31 + (amount ?? 7)) % 1_000_000_007;
}

/** Sales with their payments by user; by symbol with the price of their time; and what these are worth, by user again. */
export const market = pipeline(
  'market',
  { marketSales, marketPayments, prices },
  ({ marketSales: sales, ...other }) => {
    const paid = sales.pipe(
      joinWithin('paid', other.marketPayments, {
        ...PAID_WITHIN,
        kind: 'left',
        key: ['user', 'id'],
        otherKey: ['user', 'sale'],
      }),
      foldByKey('accounts', {
        key: ({ left }) => [left.user],
        state: Figure,
        fold: (figure, { right }) => addFigure(figure, right?.paid),
      }),
    );
    const valued = sales.pipe(
      repartition('by-symbol', 'symbol'),
      joinAsOf('valued', other.prices, { keep: PRICES_KEPT, kind: 'left', key: ['symbol'], otherKey: ['symbol'] }),
    );
    const symbols = valued.pipe(
      foldByKey('symbols', {
        key: ({ left }) => [left.symbol],
        state: Figure,
        fold: (figure, { left, right }) => addFigure(figure, right && right.price * left.quantity),
      }),
    );
    const worth = valued.pipe(
      map(({ left: { user, quantity, time }, right }) => ({ user, worth: (right?.price ?? 0) * quantity, time })),
      repartition('by-user', { key: 'user', schema: Valued, time: ({ time }) => time }),
      foldByKey('worth', { key: ['user'], state: Figure, fold: (figure, { worth: each }) => addFigure(figure, each) }),
    );
    return [into(accountsTable, paid), into(symbolsTable, symbols), into(worthTable, worth)];
  },
);
