import type { Holding } from './holding.js';

/** What all positions of a user have gained on a day. Money in 1e-4 USD; see `DayGain` for the parts. */
export interface DayTotals {
  /** The New York day. */
  readonly day: string;
  /** Undefined if no position has a known gain, or the trades of the day are too many. */
  readonly gain: bigint | undefined;
  readonly before: bigint;
  readonly bought: bigint;
  readonly sold: bigint;
  readonly trades: number;
  readonly now: bigint;
  readonly atStake: bigint;
  /** How many positions count from an earlier close, and from the first price of the day because no close is known. */
  readonly fromClose: number;
  readonly fromFirstPrice: number;
  /** How many positions are not included: without a price, or with shares that changed other than by trades. */
  readonly unknown: number;
  /** The newest day of those closes. */
  readonly closeDay: string | undefined;
}

/**
 * Adds up the gains of a day.
 *
 * @param known whether all trades of the day are known
 * @param positions those that are held, or were traded on the day
 */
export function dayTotals(day: string, known: boolean, positions: readonly Holding[]): DayTotals {
  const sums = { before: 0n, bought: 0n, sold: 0n, now: 0n, atStake: 0n };
  let [gain, trades, fromClose, fromFirstPrice, unknown] = [0n, 0, 0, 0, 0];
  let closeDay: string | undefined;
  for (const { dayGain: of } of positions) {
    if (of === undefined) {
      unknown += 1;
      continue;
    }
    sums.before += of.before;
    sums.bought += of.bought;
    sums.sold += of.sold;
    sums.now += of.now;
    sums.atStake += of.atStake;
    gain += of.gain;
    trades += of.trades;
    if (of.base?.kind === 'first price') fromFirstPrice += 1;
    if (of.base?.kind !== 'close') continue;
    fromClose += 1;
    if (closeDay === undefined || of.base.day > closeDay) closeDay = of.base.day;
  }
  const nothing = !known || (positions.length > 0 && unknown === positions.length);
  return {
    ...{ day, ...sums, gain: nothing ? undefined : gain },
    ...{ trades, fromClose, fromFirstPrice, unknown, closeDay },
  };
}
