import type { CaseFile, Difference } from './case.js';

/** A trade of one symbol: day, shares (below 0 if sold), price and fee. */
type Trade = readonly [day: string, shares: number, price: number, fee: number];

/** Trades, a price at the end, and what the account is worth and has gained then, in the base currency. */
export interface ResultCase {
  readonly name: string;
  readonly trades: readonly Trade[];
  readonly end: readonly [day: string, price: number];
  readonly dividend?: readonly [day: string, amount: number];
  readonly split?: readonly [day: string, numerator: number, denominator: number];
  /** What the currency of the shares costs in the base currency, by day; absent if they are the same. */
  readonly rates?: Readonly<Record<string, string>>;
  readonly value: number;
  readonly result: number;
  readonly differs?: Difference;
  readonly here?: number;
}

export const ghostfolio: CaseFile & { readonly cases: readonly ResultCase[] } = {
  source: 'ghostfolio: portfolio-calculator, ROAI',
  count: 11,
  omitted: { 'no result': 2 },
  cases: [
    {
      name: 'BALN buy and buy',
      trades: [
        ['2021-11-22', 2, 142.9, 1.55],
        ['2021-11-30', 2, 136.6, 1.65],
      ],
      end: ['2021-12-18', 148.9],
      value: 595.6,
      result: 33.4,
    },
    {
      name: 'BALN buy and sell',
      trades: [
        ['2021-11-22', 2, 142.9, 1.55],
        ['2021-11-30', -2, 136.6, 1.65],
      ],
      end: ['2021-12-18', 148.9],
      value: 0,
      result: -15.8,
    },
    {
      name: 'BALN buy and sell in two activities',
      trades: [
        ['2021-11-22', 2, 142.9, 1.55],
        ['2021-11-30', -1, 136.6, 1.65],
        ['2021-11-30', -1, 136.6, 0],
      ],
      end: ['2021-12-18', 148.9],
      value: 0,
      result: -15.8,
    },
    {
      name: 'NOVN buy and sell partially',
      trades: [
        ['2022-03-07', 2, 75.8, 2.95],
        ['2022-04-08', -1, 85.73, 1.3],
      ],
      end: ['2022-04-11', 87.8],
      value: 87.8,
      result: 17.68,
    },
    {
      name: 'GOOGL buy, in francs',
      trades: [['2023-01-03', 1, 89.12, 1]],
      end: ['2023-07-10', 116.45],
      rates: { '2023-01-03': '0.9238', '2023-07-10': '0.8854' },
      value: 103.10483,
      result: 19.851974,
    },
    {
      name: 'MU round trip, in ringgit',
      trades: [
        ['2024-01-01', 10, 100, 0],
        ['2024-02-01', -10, 120, 0],
        ['2024-03-01', 3, 500, 0],
      ],
      end: ['2024-03-02', 500],
      rates: { '2024-01-01': '4', '2024-02-01': '4.1', '2024-03-01': '3.9', '2024-03-02': '3.9' },
      value: 5850,
      result: 920,
    },
    {
      name: 'JNUG buy and sell and buy and sell',
      trades: [
        ['2025-12-11', 9, 209.45, 1],
        ['2025-12-18', -9, 210, 1],
        ['2025-12-18', 10, 204.11, 1],
        ['2025-12-28', -10, 208.01, 1],
      ],
      end: ['2025-12-28', 237.8],
      value: 0,
      result: 39.95,
    },
    {
      name: 'MSFT split',
      trades: [['2023-07-09', 10, 674.44, 0]],
      split: ['2023-07-10', 2, 1],
      end: ['2023-07-10', 331.83],
      value: 6636.6,
      result: -107.8,
    },
    {
      name: 'MSFT buy with dividend',
      trades: [['2021-09-16', 1, 298.58, 19]],
      dividend: ['2021-11-16', 0.62],
      end: ['2023-07-10', 331.83],
      value: 331.83,
      result: 14.25,
      differs: 'dividends apart',
      here: 14.87,
    },
  ],
};
