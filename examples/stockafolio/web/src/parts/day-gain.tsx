import type { WireDayBase, WireDayGain, WireDayTotals } from '@stockafolio/example/api';
import { count, shortDay } from '../figures/numbers.js';
import { Amount } from './amount.js';
import type { Explanation } from './explain.js';

/** What the day's P&L is, in words that fit a portfolio and a position. */
const WHAT =
  'What the day has gained, realized or not: the value now, less the value when the day began, less what was bought, plus what was sold. The percentage is of what was held when the day began, plus what was opened since.';

const UNKNOWN = 'not known: no price, a split or transfer on the day, or too many trades';

/** From which prices a portfolio's day counts. */
export function sinceText({ gain, fromClose, fromFirstPrice, unknown, closeDay }: WireDayTotals): string {
  if (gain === null) return UNKNOWN;
  const [closes, firsts] = [Number(fromClose), Number(fromFirstPrice)];
  const without =
    Number(unknown) === 0 ? '' : `; without ${count(unknown)} of unknown price, or split or transferred on the day`;
  if (closes === 0 && firsts === 0) return `nothing was held when the day began${without}`;
  if (closes === 0) return `since the day’s first prices: no close is known${without}`;
  const since = `since the close${closeDay === null ? '' : ` of ${shortDay(closeDay)}`}`;
  return firsts === 0
    ? `${since}${without}`
    : `${since}; ${count(firsts)} of ${count(closes + firsts)} since the day’s first price${without}`;
}

/** From which price a position's day counts. */
export function baseText(base: WireDayBase | null, day: WireDayGain | null): string {
  if (base === null || day === null) return UNKNOWN;
  return base.kind === 'close'
    ? `since the close of ${shortDay(base.day)}`
    : 'since the day’s first price: no close is known';
}

/** How the day's P&L adds up. */
export function explainDay(day: WireDayGain, since: string): Explanation {
  const { before, bought, sold, now, gain, trades } = day;
  return {
    what: WHAT,
    sum: [
      ['Value now', <Amount value={now} />],
      ['− Value when the day began', <Amount value={before} />],
      ['− Bought', <Amount value={bought} />],
      ['+ Sold', <Amount value={sold} />],
      ['Day’s P&L', <Amount value={gain} as="gain" />],
    ],
    from: `From ${tradesText(trades, 'of the day')} and the latest prices, ${since}.`,
  };
}

/** `1 trade of the day`. */
export function tradesText(trades: number | string, what: string): string {
  return `${count(trades)} ${Number(trades) === 1 ? 'trade' : 'trades'} ${what}`;
}
