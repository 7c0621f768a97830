import type { Decimal, WireAsOf, WireSession } from './types.js';

/** The results of an account over some time. Amounts are of positions and cash in dollars. */
export interface WirePerformance {
  readonly user: string;
  readonly range: '1D' | '1W' | '1M' | 'YTD' | '1Y' | 'ALL';
  /** The New York day of the last point. */
  readonly day: string;
  /** When New York trades on that day. */
  readonly session: WireSession | null;
  /** The market time up to which all of it is exact. */
  readonly progress: WireAsOf;
  /** Whether the tables have results by day, which are an option of the pipeline. */
  readonly kept: boolean;
  /** Why there are no points; null if there are. */
  readonly why: string | null;
  /** Whether the cash of the account is known. If not, the account is its shares: what trades cost is paid in with them. */
  readonly hasCash: boolean;
  /** The first is the beginning of the range. The last is the newest day or moment, which may not be over. */
  readonly points: readonly WirePerformancePoint[];
  readonly summary: WirePerformanceSummary;
  /** What dividends brought in the range, by symbol and currency. */
  readonly dividends: readonly { readonly symbol: string; readonly currency: string; readonly amount: Decimal }[];
  /** How many positions are in another currency, and are not included. */
  readonly otherCurrencies: number;
  /** How many positions have other shares now than their days add up to. */
  readonly differing: number;
}

export interface WirePerformancePoint {
  /** A New York day, at its close; for a range of one day a time. */
  readonly at: string;
  /** Null if a position has no price, as are what depends on it. */
  readonly value: Decimal | null;
  /** Paid in, net, since the first event of the account. */
  readonly invested: Decimal | null;
  /** Since the first point. */
  readonly profit: Decimal | null;
  /** 100 at the first point, and then with the time-weighted return; null if there is none. */
  readonly index: number | null;
  /** 100 at the first point at which the index of the market is known. */
  readonly market: number | null;
  /** What the account would be worth if all payments since the first point had gone into the index. */
  readonly marketValue: Decimal | null;
  /** How many positions have no price up to then. */
  readonly unpriced: number;
  /** How many positions count at the close of an earlier day. */
  readonly earlier: number;
}

export interface WirePerformanceSummary {
  readonly value: Decimal | null;
  readonly invested: Decimal | null;
  readonly profit: Decimal | null;
  readonly timeWeighted: WireReturn;
  /** Rates of a year. */
  readonly moneyWeighted: WireReturn;
  /** Of the index, over the days on which the account had something. */
  readonly marketTimeWeighted: WireReturn;
  /** Of an account whose payments all went into the index; a rate of a year. */
  readonly marketMoneyWeighted: WireReturn;
}

/** A return as a ratio: 0.05 is 5 %. No rate, with the reason; or several that are all right. */
export interface WireReturn {
  readonly rates: readonly number[];
  readonly why: string | null;
}
