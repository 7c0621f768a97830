/*
 * The API's answers, in types that the pages share. Money is a decimal string with four decimals, as `tables dump`
 * prints it. A whole number is a number if it is exact, and otherwise a string; shares likewise, with up to eight
 * decimals and without trailing zeros. A time is ISO 8601 in UTC with
 * milliseconds; a day is New York's, `YYYY-MM-DD`.
 */

/** Dollars: `-12.3400`. */
export type Decimal = string;

/** A whole number: a string past 2^53. */
export type Whole = number | string;

/** Shares: `12`, `0.5`; a string where a number has other digits. */
export type Shares = number | string;

/**
 * The market time that tables have reached. A user sees nothing else of the progress, because the rest depends on other
 * users.
 */
export interface WireAsOf {
  /** Market time before which no partition expects more trades; null before the first trade. */
  readonly watermark: string | null;
  /** The newest market time that was processed. */
  readonly newest: string | null;
}

/** The progress of tables; the counts are for the firm only. */
export interface WireProgress extends WireAsOf {
  /** Messages that are in the tables. */
  readonly records: number;
  /** Messages per second over the last five seconds; null if unknown. */
  readonly rate: number | null;
  /** Messages of the source that are not in the tables yet; null if the server was not given the source. */
  readonly behind: number | null;
}

export interface WireProgressPair {
  readonly now: string;
  /** A viewer outside the firm sees only the times. */
  readonly live: WireAsOf & Partial<WireProgress>;
  /** Of the tables of the daily batch; null if the server was given none. */
  readonly close: (WireAsOf & Partial<WireProgress>) | null;
}

export interface WireTotal {
  readonly trades: Whole;
  readonly volume: Shares;
  readonly value: Decimal;
  /** The part of `value` that was bought; the rest was sold. */
  readonly buyValue: Decimal;
}

export interface WireTrader {
  readonly user: string;
  readonly trades: Whole;
  readonly volume: Shares;
  readonly value: Decimal;
}

export interface WireSectorTotal extends WireTotal {
  readonly sector: string;
}

export interface WireSymbolTotal extends WireTotal {
  readonly symbol: string;
  readonly name: string;
}

export interface WireMinute extends WireTotal {
  /** From midnight in New York. */
  readonly minute: number;
}

export interface WireMove {
  readonly symbol: string;
  readonly name: string;
  readonly price: Decimal;
  readonly dayOpen: Decimal;
  /** Since the day's first trade, in hundredths of a per cent. */
  readonly basisPoints: number;
}

/** When New York trades on a day; null at weekends and on holidays. */
export interface WireSession {
  readonly open: number;
  readonly close: number;
}

/** The batch's figures of a day, and their progress. */
export interface WireClose {
  readonly progress: WireProgress;
  readonly total: WireTotal;
  readonly sectors: readonly WireSectorTotal[];
}

export interface WireFirm {
  readonly day: string;
  /** The day that the tables have reached: another day is over, or has not begun. */
  readonly newestDay: string;
  /** Minutes of the day at which New York opens and closes. */
  readonly session: WireSession | null;
  /** The present progress of the tables; rate and messages behind are null if the day is not the newest. */
  readonly progress: WireProgress;
  readonly total: WireTotal;
  readonly byValue: readonly WireTrader[];
  readonly byVolume: readonly WireTrader[];
  readonly byTrades: readonly WireTrader[];
  readonly sectors: readonly WireSectorTotal[];
  readonly symbols: readonly WireSymbolTotal[];
  readonly moves: readonly WireMove[];
  readonly minutes: readonly WireMinute[];
  /** Null if the batch has no figures for this day yet. */
  readonly close: WireClose | null;
  /** Whether the server was given the tables of the daily batch. */
  readonly hasClose: boolean;
}

export interface WireTotals {
  readonly trades: Whole;
  readonly volume: Shares;
  readonly value: Decimal;
  readonly realized: Decimal;
  readonly openPositions: Whole;
  readonly marketValue: Decimal;
  readonly cost: Decimal;
  /**
   * The costs of long and short positions with a price, all counted as positive: the base of `unrealized` as a
   * percentage.
   */
  readonly grossCost: Decimal;
  readonly unrealized: Decimal;
  /** The gain of the present holdings since the day's first price of each. */
  readonly dayChange: Decimal;
  /** Long and short together, both counted as positive. */
  readonly gross: Decimal;
}

export interface WireHolding {
  readonly symbol: string;
  readonly name: string;
  readonly sector: string;
  /** Negative if short. */
  readonly quantity: Shares;
  readonly averageCost: Decimal;
  readonly cost: Decimal;
  readonly realized: Decimal;
  /** Null if no price is known, as are the following. */
  readonly price: Decimal | null;
  readonly marketValue: Decimal | null;
  readonly unrealized: Decimal | null;
  readonly dayChange: Decimal | null;
  /** Of the gross market value, in hundredths of a per cent. */
  readonly weight: number | null;
}

export interface WireSector {
  readonly sector: string;
  readonly value: Decimal;
  readonly weight: number;
}

export interface WireTrade {
  readonly id: string;
  readonly time: string;
  readonly symbol: string;
  readonly sector: string;
  readonly side: string;
  readonly quantity: Shares;
  readonly price: Decimal;
  readonly value: Decimal;
}

export interface WirePortfolio {
  readonly user: string;
  readonly progress: WireAsOf;
  readonly totals: WireTotals;
  readonly holdings: readonly WireHolding[];
  readonly sectors: readonly WireSector[];
  /** Newest first. */
  readonly trades: readonly WireTrade[];
}

/** A user's account in one currency; each amount is its effect on the cash, in that currency. */
export interface WireAccount {
  readonly currency: string;
  readonly cash: Decimal;
  readonly deposits: Decimal;
  readonly withdrawals: Decimal;
  readonly dividends: Decimal;
  readonly interest: Decimal;
  readonly fees: Decimal;
  readonly commissions: Decimal;
  readonly taxes: Decimal;
  readonly exchanged: Decimal;
  readonly options: Decimal;
  readonly other: Decimal;
}

/** An event of an account that is no trade. */
export interface WireEvent {
  readonly id: string;
  readonly time: string;
  readonly kind: string;
  readonly symbol: string | null;
  readonly quantity: Shares | null;
  readonly currency: string;
  readonly amount: Decimal | null;
  /** What transferred shares cost. */
  readonly value: Decimal | null;
}

export interface WireAccounts {
  /** US dollars first; empty if nothing but trades is known, so neither is the cash. */
  readonly accounts: readonly WireAccount[];
  /** Newest first. */
  readonly events: readonly WireEvent[];
}

export interface WireDayValue {
  readonly day: string;
  readonly session: WireSession | null;
  readonly points: readonly { readonly time: string; readonly value: Decimal }[];
}

export interface WireUsers {
  readonly users: readonly string[];
  /** Whether every user was searched; otherwise only the first of them were. */
  readonly complete: boolean;
}

/** How the server identifies viewers. */
export interface WireViewer {
  readonly login: 'off' | 'tokens' | 'oidc';
  /** Null if the viewer is not a user. */
  readonly user: string | null;
  /** Whether the firm's page, and everybody's portfolio, may be seen. */
  readonly firm: boolean;
}

export interface WireError {
  readonly error: { readonly code: string; readonly message: string };
}
