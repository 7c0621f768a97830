import { moneyWeighted, paymentsOf, type Return, type ValuedDay } from './returns.js';

/** The level of an index at the close of a day. */
export type IndexLevels = (day: string) => number | undefined;

/** What an index returned over the days of an account. */
export interface BenchmarkReturns {
  readonly timeWeighted: Return;
  /** If each payment of the account had bought the index, or sold it. */
  readonly moneyWeighted: Return;
}

/**
 * The returns of an index beside those of an account.
 *
 * - Time-weighted: the product of level / level of the day before, minus 1. A day on which the account has nothing
 *   counts in neither.
 * - Money-weighted: of an account whose payments all went into the index (the index return of A. Long and C. Nickels,
 *   1996). What it would be worth at the end is the sum of payment x last level / level at the payment.
 *
 * @param flows as for the account: with `start`, a payment buys at the level of the day before
 */
export function benchmarkReturns(
  levels: IndexLevels,
  opening: { readonly day: string; readonly value: number },
  days: readonly ValuedDay[],
  flows: 'start' | 'end' = 'start',
): BenchmarkReturns {
  let before = levels(opening.day);
  let last = opening.value;
  let growth = 1;
  let worth = opening.value;
  let missing = isLevel(before) ? undefined : opening.day;
  for (const { day, value, flow } of days) {
    const level = levels(day);
    if (!isLevel(level)) missing ??= day;
    if (!isLevel(level) || !isLevel(before)) break;
    const capital = flows === 'start' ? last + flow : last;
    const isHeld = capital !== 0 || (flows === 'start' ? value : value - flow) !== 0;
    if (isHeld) growth *= level / before;
    worth = flows === 'start' ? (worth + flow) * (level / before) : worth * (level / before) + flow;
    [before, last] = [level, value];
  }
  if (missing !== undefined) {
    const why: Return = { kind: 'none', why: `the index has no level on ${missing}` };
    return { timeWeighted: why, moneyWeighted: why };
  }
  return {
    timeWeighted: { kind: 'rate', rate: growth - 1 },
    moneyWeighted: moneyWeighted(paymentsOf(opening, days, worth)),
  };
}

const isLevel = (level: number | undefined): level is number => level !== undefined && level > 0;
