/*
 * The API's answers, in types that the pages share. Money is a decimal string with four decimals, as `tables dump`
 * prints it. A whole number is a number if it is exact, and otherwise a string; shares likewise, with up to eight
 * decimals and without trailing zeros. A time is ISO 8601 in UTC with
 * milliseconds; a day is New York's, `YYYY-MM-DD`.
 */

export type * from './gain-types.js';
export type * from './performance-types.js';
export type * from './close-types.js';
export type * from './pipeline-types.js';

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

/** A symbol's trades of a day, and its price if it was not traded on a later day. */
export interface WireSymbolDay extends WireSymbolTotal {
  /** Null if the symbol is not a member of the S&P 500. */
  readonly sector: string | null;
  readonly price: Decimal | null;
  /** Since the day's first trade, in hundredths of a per cent. */
  readonly basisPoints: number | null;
}

/** All symbols that were traded on a day. */
export interface WireSymbols {
  readonly day: string;
  readonly newestDay: string;
  /** The greatest value first. */
  readonly symbols: readonly WireSymbolDay[];
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

/** What a day has gained, realized or not, and the parts of that. */
export interface WireDayGain {
  /** `now` minus `before`, minus `bought`, plus `sold`; null if unknown. */
  readonly gain: Decimal | null;
  /** Of `atStake`, in hundredths of a per cent; null if unknown, and of nothing. */
  readonly basisPoints: number | null;
  /** The value, at the closes, of what was held when the day began; negative if short. */
  readonly before: Decimal;
  /** The values of the day's trades. */
  readonly bought: Decimal;
  readonly sold: Decimal;
  readonly trades: Whole;
  /** The value at the latest prices. */
  readonly now: Decimal;
  /** The absolute value of what was held when the day began, plus the value of all that the day's trades have opened. */
  readonly atStake: Decimal;
}

export interface WireDayTotals extends WireDayGain {
  /** The New York day. */
  readonly day: string;
  /** How many positions count from their last price of an earlier day. */
  readonly fromClose: Whole;
  /** How many count from the first price of the day, because no earlier one is known. */
  readonly fromFirstPrice: Whole;
  /** How many are not included: without a price, or with shares that changed on the day other than by trades. */
  readonly unknown: Whole;
  /** The newest day of the closes. */
  readonly closeDay: string | null;
}

/** The price from which a day counts: the last one of an earlier day, or if that is unknown the day's first. */
export interface WireDayBase {
  readonly price: Decimal;
  readonly kind: 'close' | 'first price';
  readonly day: string;
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
  readonly day: WireDayTotals;
  /** Long and short together, both counted as positive. */
  readonly gross: Decimal;
}

export interface WireHolding {
  readonly symbol: string;
  readonly name: string;
  readonly sector: string;
  /** Of its money, such as `USD`. */
  readonly currency: string;
  /** Negative if short. */
  readonly quantity: Shares;
  readonly averageCost: Decimal;
  readonly cost: Decimal;
  readonly realized: Decimal;
  /** Null if no price is known, as are the following. */
  readonly price: Decimal | null;
  readonly marketValue: Decimal | null;
  readonly unrealized: Decimal | null;
  /** What the day has gained, realized or not. */
  readonly dayChange: Decimal | null;
  /** The change of the price since the close, in hundredths of a per cent; since the day's first price without one. */
  readonly dayMove: number | null;
  /** Of the gross market value, in hundredths of a per cent. */
  readonly weight: number | null;
}

/** A position in a symbol, held or closed. */
export interface WirePosition extends WireHolding {
  /** When the latest price was. */
  readonly priceTime: string | null;
  readonly base: WireDayBase | null;
  readonly day: WireDayGain | null;
}

export interface WireSymbol {
  readonly user: string;
  readonly progress: WireAsOf;
  readonly position: WirePosition;
  /** The user's newest trades of the symbol, newest first. */
  readonly trades: readonly WireTrade[];
}

/** The prices of a symbol, and the user's trades of it in that time. */
export interface WirePrices {
  readonly symbol: string;
  readonly span: 'day' | 'week' | 'year';
  /** The New York day of the last point. */
  readonly day: string;
  readonly session: WireSession | null;
  readonly points: readonly { readonly time: string; readonly price: Decimal }[];
  /** In order of time; only the newest if there are more than a thousand. */
  readonly trades: readonly WireTrade[];
}

/** The day's prices of several symbols, every ten minutes. */
export interface WireLines {
  readonly day: string;
  readonly lines: readonly { readonly symbol: string; readonly prices: readonly Decimal[] }[];
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
  readonly currency: string;
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

/** How to sign in. */
export interface WireLogin {
  readonly login: 'off' | 'tokens' | 'oidc';
  /** The address that begins a sign-in at the provider; null if the pages ask for a token, or for nothing. */
  readonly signIn: string | null;
}

/** Who asks, as far as the server knows. */
export interface WireViewer {
  readonly login: WireLogin['login'];
  /** Whether signed in by a cookie, at the provider; else by a token, or not at all. */
  readonly session: boolean;
  /** Null if the viewer is not a user. */
  readonly user: string | null;
  /** A name to show; null if it is not known. */
  readonly name: string | null;
  /** Whether the firm's page, and everybody's portfolio, may be seen. */
  readonly firm: boolean;
}

export interface WireError {
  readonly error: { readonly code: string; readonly message: string };
}

/** The answer to a sign-out: the page at which the provider ends its session too, or a page of this server. */
export interface WireSignedOut {
  readonly next: string;
}
