import type { LotMethod } from '@stockafolio/example';

/**
 * A step of a case: a trade with its day in 2026 (month, day), shares and price, and the lot that it names, if any.
 * `in` and `out` are transfers.
 */
export type Step = readonly [
  kind: 'buy' | 'sell' | 'in' | 'out',
  day: string,
  shares: number,
  price?: number,
  lot?: string,
];

/** Shares and the price of each, in the order of opening; below 0 if short. Of a pool: all shares at the average. */
export type Left = readonly (readonly [shares: number, price: number])[];

/** A case of lots: what is left, what was gained in all, and how many steps are refused. */
export interface LotCase {
  readonly name: string;
  readonly method: LotMethod;
  readonly steps: readonly Step[];
  /** What is expected there. Nothing may be said of the gain. */
  readonly left: Left;
  readonly gain?: number;
  readonly refused?: number;
  /** Why something else comes here, and what. */
  readonly differs?: Difference;
  readonly here?: { readonly left: Left; readonly refused?: number };
}

/** The cases of one file. */
export interface CaseFile {
  readonly source: string;
  readonly count: number;
  readonly omitted: Readonly<Partial<Record<Omission, number>>>;
}

export interface LotFile extends CaseFile {
  readonly cases: readonly LotCase[];
}

/** Why something else comes out here. */
export const differences = {
  'crosses zero': 'a trade of more than is held is refused there; here it closes all, and opens the rest',
  'of nothing': 'a trade of no shares is taken there; here it is refused',
  'one by one': 'a transaction of several legs is refused as a whole there; here each trade is by itself',
  'closes by action': 'shares of a corporate action close an opposite position there; here that is refused',
  'several rates': 'one of several rates is the answer there; here all of them are, by name',
  'a rate exists': 'no rate is found there; here there is one, which makes the payments worth nothing',
  'flows between values':
    'between two values payments count by their days there, as in a rate of money; here each day is valued',
  'dividends apart': 'a result has no dividends there; here they are a part of it',
  'rounded ratios': 'ratios are computed from rounded prices or factors there; here they are those of the company',
} as const;
export type Difference = keyof typeof differences;

/** Why a case is not expressed here. */
export const omissions = {
  'by cost or date': 'lots are chosen by their cost or date; here a trade names a lot, or the method chooses',
  'no method': 'a method that is not offered: none at all, lowest first, or one over several accounts',
  'several currencies': 'lots in several currencies in one position',
  display: 'how a journal is read, checked or printed',
  'across accounts': 'one call for several accounts, or a part of a position that becomes another symbol',
  'no values by day': 'the case gives no values by day, or only rates',
  'no result': 'the case is not run there, or says no result',
  size: 'the data of 500 payments and more are not kept here',
} as const;
export type Omission = keyof typeof omissions;
