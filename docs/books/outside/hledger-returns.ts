import type { CaseFile, Difference } from './case.js';

/**
 * Payments into an investment, what it was worth behind the last day, and the rates in percent. A year has 365.25 days
 * there, and a period ends with the day after it.
 */
export interface RateCase {
  readonly name: string;
  readonly payments: readonly (readonly [day: string, amount: number])[];
  readonly end: readonly [day: string, value: number];
  readonly rate: number;
}

/** Values at the ends of days, with the payments of the day, and the return of the whole period in percent. */
export interface GrowthCase {
  readonly name: string;
  readonly days: readonly (readonly [day: string, value: number, flow: number])[];
  readonly rate: number;
  readonly differs?: Difference;
  readonly here?: number;
}

const halves: RateCase['payments'] = [
  ['2017-01-01', 100],
  ['2017-06-01', 100],
];
const withdrawn: RateCase['payments'] = [
  ['2017-01-01', 100],
  ['2017-07-01', 100],
  ['2017-10-01', -50],
];

export const hledgerRates: CaseFile & { readonly cases: readonly RateCase[] } = {
  source: 'hledger: roi.test, IRR',
  count: 18,
  omitted: { display: 2 },
  cases: [
    { name: '1', payments: halves, end: ['2018-01-01', 200], rate: 0 },
    { name: '2', payments: [['2017-01-01', 100]], end: ['2018-01-01', 112], rate: 12.01 },
    { name: '3', payments: [['2017-01-01', 100]], end: ['2018-01-01', 112], rate: 12.01 },
    { name: '4', payments: halves, end: ['2018-01-01', 220], rate: 12.73 },
    { name: '5', payments: halves, end: ['2018-01-01', 20], rate: -95.74 },
    { name: '6', payments: withdrawn, end: ['2018-01-01', 155], rate: 3.64 },
    { name: '7', payments: [['2017-06-01', 100], ...withdrawn.slice(1)], end: ['2018-01-01', 155], rate: 5.24 },
    {
      name: '10',
      payments: [
        ['2019-11-01', 100],
        ['2019-11-02', -101],
      ],
      end: ['2019-12-01', 0],
      rate: 3687.75,
    },
    { name: '11', payments: [['2020-12-02', 131.2335958]], end: ['2021-01-03', 148.89009204], rate: 322.4 },
    { name: '12', payments: [['2020-12-02', 10_000 / 73.88]], end: ['2021-01-03', 11_000 / 73.88], rate: 196.8 },
    {
      name: '13',
      payments: [
        ['2010-01-01', 200],
        ['2011-12-31', -16],
        ['2012-03-29', -200],
      ],
      end: ['2012-03-30', 0],
      rate: 3.53,
    },
    { name: '14', payments: [['2022-08-01', 101]], end: ['2023-01-01', 200], rate: 410.88 },
    { name: '15', payments: [['2023-01-01', 5]], end: ['2024-01-01', 6], rate: 20.01 },
    {
      name: '16',
      payments: [
        ['2019-01-01', 43.11],
        ['2019-07-01', 509.3],
      ],
      end: ['2020-01-01', 622.49],
      rate: 24.53,
    },
    {
      name: '17',
      payments: [
        ['2024-11-07', 20],
        ['2024-11-26', 20_000],
      ],
      end: ['2025-01-01', 20_041.97],
      rate: 1.12,
    },
    {
      name: '18',
      payments: [
        ['2024-07-25', 1000],
        ['2024-07-26', 450_000],
      ],
      end: ['2025-01-01', 451_000],
      rate: 0,
    },
  ],
};

export const hledgerGrowth: CaseFile & { readonly cases: readonly GrowthCase[] } = {
  source: 'hledger: roi.test, TWR',
  count: 18,
  omitted: { display: 2, 'no values by day': 6 },
  cases: [
    {
      name: '1',
      days: [
        ['2017-01-01', 100, 100],
        ['2017-06-01', 200, 100],
      ],
      rate: 0,
    },
    {
      name: '2',
      days: [
        ['2017-01-01', 100, 100],
        ['2017-12-31', 112, 0],
      ],
      rate: 12,
    },
    {
      name: '3',
      days: [
        ['2017-01-01', 100, 100],
        ['2017-01-31', 101, 0],
        ['2017-02-28', 102, 0],
        ['2017-06-30', 106, 0],
        ['2017-12-31', 112, 0],
      ],
      rate: 12,
    },
    {
      name: '4',
      days: [
        ['2017-01-01', 100, 100],
        ['2017-06-01', 200, 100],
        ['2017-12-31', 220, 0],
      ],
      rate: 12.73,
      differs: 'flows between values',
      here: 10,
    },
    {
      name: '5',
      days: [
        ['2017-01-01', 100, 100],
        ['2017-06-01', 200, 100],
        ['2017-12-31', 20, 0],
      ],
      rate: -95.75,
      differs: 'flows between values',
      here: -90,
    },
    {
      name: '6',
      days: [
        ['2017-01-01', 100, 100],
        ['2017-06-30', 110, 0],
        ['2017-07-01', 210, 100],
        ['2017-10-01', 160, -50],
        ['2017-12-31', 155, 0],
      ],
      rate: 7.02,
      differs: 'flows between values',
      here: 6.56,
    },
    {
      name: '11',
      days: [
        ['2020-12-02', 131.2335958, 131.2335958],
        ['2021-01-02', 148.89009204, 0],
      ],
      rate: 13.45,
    },
    {
      name: '12',
      days: [
        ['2020-12-02', 135.35, 135.35],
        ['2021-01-02', 148.885, 0],
      ],
      rate: 10,
    },
    {
      name: '15',
      days: [
        ['2023-01-01', 5, 5],
        ['2023-12-31', 6, 0],
      ],
      rate: 20,
    },
    {
      name: '18',
      days: [
        ['2024-07-25', 1000, 1000],
        ['2024-07-31', 451_000, 450_000],
      ],
      rate: 0,
    },
  ],
};
