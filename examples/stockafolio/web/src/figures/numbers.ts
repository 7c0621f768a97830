import type { Shares, Whole } from '@stockafolio/example/api';
import { visitorsForm } from './number-form.js';

const CLOCK = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
/** Sweden writes dates like ISO 8601. */
const DATE = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/New_York', dateStyle: 'short' });
const DAY = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});

/** 1234567 as `1,234,567`. */
export function count(n: Whole): string {
  return visitorsForm().number(typeof n === 'string' ? BigInt(n) : n);
}

/** Shares with up to eight decimals: `1,234.5`. */
export function shares(n: Shares): string {
  // As a text, which is exact.
  return visitorsForm().number(String(n));
}

/** Hundredths of a per cent as `12.34%`. */
export function percent(basisPoints: number): string {
  return visitorsForm().percent(basisPoints / 10_000);
}

/** The same with a sign: `+1.25%`. */
export function change(basisPoints: number): string {
  return `${basisPoints > 0 ? '+' : ''}${percent(basisPoints)}`;
}

/** A time on New York's clocks: `10:15:32`. */
export function newYorkTime(iso: string): string {
  return CLOCK.format(Date.parse(iso));
}

/** The New York day of a time: `2026-01-05`. */
export function newYorkDate(iso: string): string {
  return DATE.format(Date.parse(iso));
}

/** A minute of the day as `09:31`. */
export function minuteText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** `2026-11-24` as `Tue, Nov 24, 2026`. */
export function dayText(day: string): string {
  return DAY.format(Date.parse(`${day}T00:00:00Z`));
}

/** The same without weekday and year: `Nov 24`. */
export function shortDay(day: string): string {
  return dayText(day).replace(/^\w+, |, \d+$/g, '');
}

/** How long ago a market time was; a replayed market may also be ahead of the clock. */
export function ageText(time: number, now: number): string {
  const age = now - time;
  if (age <= -2_000) return `${duration(-age)} ahead of the clock`;
  return age < 2_000 ? 'just now' : `${duration(age)} ago`;
}

/** A duration in its two greatest units: `3 h 12 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
