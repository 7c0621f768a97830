import { StockafolioError } from '@stockafolio/core';

/** How often each of n is chosen: all equally, or the k-th in proportion to 1 / k^exponent. */
export type Skew = 'uniform' | { readonly zipf: number };

export interface GeneratorOptions {
  /** How many trades; Infinity for an endless generator. */
  readonly trades: number;
  /** How many users there are, at most 10^9; `u0000000` trades most where users are skewed. */
  readonly users: number;
  /** A whole number from 0 to 2^53-1: the same options give the same trades. */
  readonly seed: number;
  /** Epoch milliseconds. Trading begins then, or with the next session if New York is closed. */
  readonly start: number;
  /** Trades per second of event time, while New York is open. */
  readonly rate: number;
  /** Defaults to `uniform`. */
  readonly userSkew?: Skew;
  /** Defaults to `uniform`. */
  readonly symbolSkew?: Skew;
  /** How many milliseconds a trade may arrive after a later one; defaults to 0: in time order. */
  readonly outOfOrder?: number;
  /** The part of the trades, 0 to 1, whose quantity has a fraction of a share; defaults to 0. */
  readonly fractions?: number;
  /** The part of the records, 0 to 1, that are other events of accounts than trades; defaults to 0. See AccountActivity. */
  readonly events?: number;
  /** The part of the records, 0 to 1, that withdraw or correct others; defaults to 0. See AmendedActivity. */
  readonly amendments?: number;
  /** Whether companies split their shares and pay dividends, from the second day on; defaults to false. See MarketActions. */
  readonly actions?: boolean;
}

/** @throws ERR_USAGE naming the first invalid option */
export function checkOptions(options: GeneratorOptions): void {
  const { trades, users, seed, start, rate, outOfOrder = 0, fractions = 0, events = 0, amendments = 0 } = options;
  if (trades !== Number.POSITIVE_INFINITY) whole('trades', trades, 0, Number.MAX_SAFE_INTEGER);
  whole('users', users, 1, 1e9);
  whole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  whole('start', start, Date.UTC(1990, 0, 1), Date.UTC(2200, 11, 1));
  whole('outOfOrder', outOfOrder, 0, 86_400_000);
  if (!(rate > 0 && rate <= 1e9)) refuse('rate', rate, 'a number above 0, at most 1e9');
  if (!(fractions >= 0 && fractions <= 1)) refuse('fractions', fractions, 'a number from 0 to 1');
  if (!(events >= 0 && events < 1)) refuse('events', events, 'a number from 0, less than 1');
  if (!(amendments >= 0 && amendments < 1)) refuse('amendments', amendments, 'a number from 0, less than 1');
  for (const [name, skew] of [
    ['userSkew', options.userSkew],
    ['symbolSkew', options.symbolSkew],
  ] as const) {
    if (typeof skew !== 'object') continue;
    if (!(skew.zipf > 0 && skew.zipf <= 10)) refuse(name, skew.zipf, 'an exponent above 0, at most 10');
  }
}

function whole(name: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    refuse(name, value, `a whole number from ${min} to ${max}`);
  }
}

function refuse(name: string, value: number, allowed: string): never {
  throw new StockafolioError('ERR_USAGE', `generator: ${name} cannot be ${value}`, { hint: `it must be ${allowed}` });
}
