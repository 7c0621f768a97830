/*
 * What the API gives, in types that the pages share. Money is a decimal string with four decimals, as `tables dump` prints
 * it; a whole number is a number while it is exact, and a string past that; a time is ISO 8601 in UTC with milliseconds; a
 * day is New York's, `YYYY-MM-DD`.
 */

/** Dollars: `-12.3400`. */
export type Decimal = string;

/** A whole number: a string past 2^53. */
export type Whole = number | string;

/** The market time that tables have come to: all of it that a user is told, whoever else trades. */
export interface WireAsOf {
  /** Market time before which nothing more is expected of any partition; null before the first trade. */
  readonly watermark: string | null;
  /** The newest market time that was taken in. */
  readonly newest: string | null;
}

/** How far tables are; the counts are the firm's. */
export interface WireProgress extends WireAsOf {
  /** Messages that are in the tables. */
  readonly records: number;
  /** Messages a second over the last five seconds; null where that is not known. */
  readonly rate: number | null;
  /** Messages of the source that are not in the tables yet; null where the server was not told the source. */
  readonly behind: number | null;
}

export interface WireProgressPair {
  readonly now: string;
  /** A viewer who is not of the firm is told the times alone. */
  readonly live: WireAsOf & Partial<WireProgress>;
  /** Of the tables of the daily batch; null where the server was given none. */
  readonly close: (WireAsOf & Partial<WireProgress>) | null;
}

export interface WireTotal {
  readonly trades: Whole;
  readonly volume: Whole;
  readonly value: Decimal;
  /** The part of `value` that was bought; the rest was sold. */
  readonly buyValue: Decimal;
}

export interface WireTrader {
  readonly user: string;
  readonly trades: Whole;
  readonly volume: Whole;
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

/** The batch's figures of a day, and what they are exact up to. */
export interface WireClose {
  readonly progress: WireProgress;
  readonly total: WireTotal;
  readonly sectors: readonly WireSectorTotal[];
}

export interface WireFirm {
  readonly day: string;
  /** The day that the tables have come to: another one is over, or has not begun. */
  readonly newestDay: string;
  /** Minutes of the day at which New York opens and closes. */
  readonly session: WireSession | null;
  /** How far the tables are now; rate and messages behind are null where the day is not the newest. */
  readonly progress: WireProgress;
  readonly total: WireTotal;
  readonly byValue: readonly WireTrader[];
  readonly byVolume: readonly WireTrader[];
  readonly byTrades: readonly WireTrader[];
  readonly sectors: readonly WireSectorTotal[];
  readonly symbols: readonly WireSymbolTotal[];
  readonly moves: readonly WireMove[];
  readonly minutes: readonly WireMinute[];
  /** Null where the batch has made nothing of this day yet. */
  readonly close: WireClose | null;
  /** Whether the server was given the tables of the daily batch. */
  readonly hasClose: boolean;
}

export interface WireTotals {
  readonly trades: Whole;
  readonly volume: Whole;
  readonly value: Decimal;
  readonly realized: Decimal;
  readonly openPositions: Whole;
  readonly marketValue: Decimal;
  readonly cost: Decimal;
  /** The costs of long and short positions, both counted as positive, of what has a price: what `unrealized` is a part of. */
  readonly grossCost: Decimal;
  readonly unrealized: Decimal;
  /** What the holdings of now have gained since the day's first price of each. */
  readonly dayChange: Decimal;
  /** Long and short together, both counted as positive. */
  readonly gross: Decimal;
}

export interface WireHolding {
  readonly symbol: string;
  readonly name: string;
  readonly sector: string;
  /** Negative where short. */
  readonly quantity: Whole;
  readonly averageCost: Decimal;
  readonly cost: Decimal;
  readonly realized: Decimal;
  /** Null where no price is known, as are the following. */
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
  readonly quantity: number;
  readonly price: Decimal;
  readonly value: Decimal;
}

export interface WirePortfolio {
  readonly user: string;
  readonly progress: WireAsOf;
  readonly totals: WireTotals;
  readonly holdings: readonly WireHolding[];
  readonly sectors: readonly WireSector[];
  /** The newest first. */
  readonly trades: readonly WireTrade[];
}

export interface WireDayValue {
  readonly day: string;
  readonly session: WireSession | null;
  readonly points: readonly { readonly time: string; readonly value: Decimal }[];
}

export interface WireUsers {
  readonly users: readonly string[];
  /** Whether every user was looked at; else only the first of them were. */
  readonly complete: boolean;
}

/** How the server knows who asks. */
export interface WireViewer {
  readonly login: 'off' | 'tokens' | 'oidc';
  /** Null where the viewer is no user. */
  readonly user: string | null;
  /** Whether the firm's page, and everybody's portfolio, may be seen. */
  readonly firm: boolean;
}

export interface WireError {
  readonly error: { readonly code: string; readonly message: string };
}
