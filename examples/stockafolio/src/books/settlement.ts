import { tradingDay } from '../calendar/trading-day.js';
import { dayAfter, isHoliday, weekdayOf } from '../calendar/holidays.js';
import type { TradeEvent } from './account-event.js';

/** From which trade date on a trade settles after how many settlement days, newest first. */
const cycles: readonly (readonly [from: string, days: number])[] = [
  ['2024-05-28', 1],
  ['2017-09-05', 2],
  ['1995-06-07', 3],
];
/** The practice before there was a rule. */
const FIRST_CYCLE = 5;

/** Closed for trading on a special occasion, but open for settlement. */
const settlesWithoutTrading: ReadonlySet<string> = new Set(['2018-12-05']);

/**
 * The day on which a trade of a US security settles: so many settlement days after the day of the trade.
 *
 * One since 2024-05-28, two since 2017-09-05, three since 1995-06-07 (17 CFR 240.15c6-1 and its amendments, 58 FR 52891,
 * 82 FR 15564, 88 FR 13872). Before that five, by the practice of the exchanges.
 *
 * @param traded New York date of the trade, `YYYY-MM-DD`; it need not be a trading day
 * @example settlementDay('2024-10-11') // '2024-10-15': after a weekend and Columbus Day
 */
export function settlementDay(traded: string): string {
  const [, days = FIRST_CYCLE] = cycles.find(([from]) => traded >= from) ?? [];
  let day = traded;
  for (let left = days; left > 0;) {
    day = dayAfter(day);
    if (isSettlementDay(day)) left -= 1;
  }
  return day;
}

/**
 * Whether trades settle on a day: the exchange trades, and the banks are open. Banks have holidays on which the exchange
 * trades: Columbus Day, Veterans Day, and Martin Luther King's before 1998. These are not counted (NASD Notices to
 * Members 88-82, 95-77 and 99-83).
 *
 * A closure of the exchange for a single occasion counts as no settlement day, but for 2018-12-05, on which settlement
 * is known to have been open.
 */
export function isSettlementDay(day: string): boolean {
  const weekday = weekdayOf(day);
  if (weekday === 0 || weekday === 6) return false;
  return settlesWithoutTrading.has(day) || !(isHoliday(day) || isBankHoliday(day, weekday));
}

/** Holidays of the banks alone; one on a Sunday is kept on Monday, and one on a Saturday not at all. */
function isBankHoliday(day: string, weekday: number): boolean {
  const [month, date] = [day.slice(5, 7), day.slice(8)];
  if (month === '01') return weekday === 1 && date >= '15' && date <= '21';
  if (month === '10') return weekday === 1 && date >= '08' && date <= '14';
  return month === '11' && (date === '11' || (date === '12' && weekday === 1));
}

/**
 * The day on which a trade settles: its own settlement date, or else as {@link settlementDay}. A gift moves no cash: it
 * is settled on its day, and nothing is before.
 */
export function settlesOn({ time, settlementDate, origin }: TradeEvent): string {
  const traded = tradingDay(time);
  const day = settlementDate ?? (origin === 'gift' ? traded : settlementDay(traded));
  return day < traded ? traded : day;
}
