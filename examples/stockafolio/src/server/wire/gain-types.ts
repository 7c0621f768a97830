import type { Decimal, Shares } from './types.js';

/** What was gained with a symbol since the beginning, by the cost method of the positions. */
export interface WireRealized {
  readonly symbol: string;
  readonly name: string;
  readonly currency: string;
  /** What is still held; 0 of a closed position. */
  readonly quantity: Shares;
  readonly realized: Decimal;
}

/** What was gained in a year with a symbol, by the lots that were closed. */
export interface WireGainOfYear {
  readonly year: string;
  readonly symbol: string;
  readonly name: string;
  readonly currency: string;
  readonly closings: number;
  readonly proceeds: Decimal;
  readonly basis: Decimal;
  /** The sum of `short` and `long`: of what was held for up to a year, and for more. */
  readonly gain: Decimal;
  readonly short: Decimal;
  readonly long: Decimal;
}

/** A user's realized gains. */
export interface WireGains {
  readonly symbols: readonly WireRealized[];
  /** The newest first; null if no lots are kept. */
  readonly years: readonly WireGainOfYear[] | null;
  /** The oldest closing that is counted in `years`; null if all are. */
  readonly since: string | null;
}

/** An open lot at the latest price. */
export interface WireLot {
  readonly number: number;
  readonly lot: string;
  readonly opened: string;
  readonly quantity: Shares;
  readonly currency: string;
  readonly basis: Decimal | null;
  readonly marketValue: Decimal | null;
  readonly gain: Decimal | null;
  /** That of a closing now: `long` after more than a year. */
  readonly term: 'short' | 'long';
}

/** The open lots of a position. */
export interface WireLots {
  /** The oldest first; null if no lots are kept. */
  readonly lots: readonly WireLot[] | null;
  readonly complete: boolean;
}
