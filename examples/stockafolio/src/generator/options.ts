import { StockafolioError } from '@stockafolio/core';

/** How often each of n is chosen: all alike, or the k-th in proportion to 1 / k^exponent. */
export type Skew = 'uniform' | { readonly zipf: number };

export interface GeneratorOptions {
  /** How many trades; Infinity for no end. */
  readonly trades: number;
  /** How many users there are, at most 10^9; `u0000000` trades most where users are skewed. */
  readonly users: number;
  /** A whole number from 0 to 2^53-1: the same options give the same trades. */
  readonly seed: number;
  /** Epoch milliseconds. Trading begins then, or where New York is closed with the next session. */
  readonly start: number;
  /** Trades per second of event time, while New York is open. */
  readonly rate: number;
  /** `uniform` unless told. */
  readonly userSkew?: Skew;
  /** `uniform` unless told. */
  readonly symbolSkew?: Skew;
  /** How many milliseconds a trade may come after a later one; 0 unless told: in order of time. */
  readonly outOfOrder?: number;
}

/** @throws ERR_USAGE naming the first option that cannot be */
export function checkOptions(options: GeneratorOptions): void {
  const { trades, users, seed, start, rate, outOfOrder = 0 } = options;
  if (trades !== Number.POSITIVE_INFINITY) whole('trades', trades, 0, Number.MAX_SAFE_INTEGER);
  whole('users', users, 1, 1e9);
  whole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  whole('start', start, Date.UTC(1990, 0, 1), Date.UTC(2200, 11, 1));
  whole('outOfOrder', outOfOrder, 0, 86_400_000);
  if (!(rate > 0 && rate <= 1e9)) refuse('rate', rate, 'a number above 0, at most 1e9');
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
