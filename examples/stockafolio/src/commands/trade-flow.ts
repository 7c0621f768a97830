import type { OutgoingMessage } from '@stockafolio/core/ports';
import { dateOfDays, daysOfDate, keyBytes, StockafolioError } from '@stockafolio/core';
import { isCalendarDay } from '../calendar/calendar-day.js';
import { nextSession, sessionOf, type Session } from '../calendar/sessions.js';
import { tradingDay } from '../calendar/trading-day.js';
import { trades, type StreamEvent } from '../account-stream.js';
import { wireForm } from '../wire-forms.js';

/** A trade, or another event, as a message: with its user as key, and its own time. */
export function messageOfTrade(trade: StreamEvent): OutgoingMessage {
  return { key: keyBytes(trades.key(trade)), value: wireForm.encode(trade), timestamp: trade.time };
}

/** The last session that had begun by then. */
export function lastSession(now: number): Session {
  for (let day = daysOfDate(tradingDay(now)); ; day--) {
    const session = sessionOf(dateOfDays(day));
    if (session !== undefined && session.open <= now) return session;
  }
}

/** The opening of the last session that had begun by then, epoch milliseconds. */
export function lastOpening(now: number): number {
  return lastSession(now).open;
}

/** Parses the time of `--start`: ISO 8601, a day (its opening), or epoch milliseconds. */
export function parseStart(text: string): number {
  if (isCalendarDay(text)) return sessionOf(text)?.open ?? nextSession(Date.parse(`${text}T00:00:00Z`)).open;
  // The date parser turns a day that does not exist into another one.
  const noDay = /^\d{4}-\d\d-\d\d/.test(text) && !isCalendarDay(text.slice(0, 10));
  const time = /^\d{9,}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(time) || noDay) {
    throw new StockafolioError('ERR_USAGE', `--start: '${text}' is not a time`, {
      hint: 'write a day (2026-01-05), ISO 8601 (2026-01-05T15:00:00Z) or epoch milliseconds',
    });
  }
  return time;
}
