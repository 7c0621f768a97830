import { remembering } from './remembering.js';

/* Times are shown on New York's clocks, the market's; beside them on the visitor's own, where that is another. */

const NEW_YORK = 'America/New_York';

interface Clock {
  /** `15:59:32`. */
  readonly time: (at: number) => string;
  /** A day and a month, as the visitor writes them: `Nov 27`. */
  readonly day: (at: number) => string;
  /** The day as `2026-11-27`; Sweden writes dates like ISO 8601. */
  readonly iso: (at: number) => string;
}

function clock(timeZone: string | undefined): Clock {
  const zone = timeZone === undefined ? {} : { timeZone };
  const written = (locale: string | undefined, options: Intl.DateTimeFormatOptions): ((at: number) => string) => {
    const format = new Intl.DateTimeFormat(locale, { ...options, ...zone });
    return remembering((at: number) => format.format(at));
  };
  return {
    time: written('en-US', { hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    day: written(undefined, { month: 'short', day: 'numeric' }),
    iso: written('sv-SE', { dateStyle: 'short' }),
  };
}

const market = clock(NEW_YORK);
const own = clock(undefined);
const ownZone = zoneName(Date.now(), undefined);

/** A moment as a clock shows it. */
export interface Shown {
  readonly time: string;
  /** The date, only where it is not that clock's today. */
  readonly date: string | undefined;
}

/** A moment on New York's clocks. */
export function inNewYork(at: number, now: number): Shown {
  return shownBy(market, at, now);
}

/**
 * The same moment on the visitor's clocks; undefined where they show what New York's do.
 *
 * @param timeZone defaults to the browser's
 */
export function atHome(at: number, now: number, timeZone?: string): (Shown & { readonly zone: string }) | undefined {
  const home = timeZone === undefined ? own : clock(timeZone);
  const [day, time] = [home.iso(at), home.time(at)];
  if (day === market.iso(at) && time === market.time(at)) return undefined;
  return { ...shownBy(home, at, now), zone: timeZone === undefined ? ownZone : zoneName(at, timeZone) };
}

/** `15:59:32`, or with the date of another day `Nov 27, 15:59:32`. */
export function momentText({ time, date }: Shown): string {
  return date === undefined ? time : `${date}, ${time}`;
}

function shownBy({ time, day, iso }: Clock, at: number, now: number): Shown {
  return { time: time(at), date: iso(at) === iso(now) ? undefined : day(at) };
}

/** The city of a time zone: `Berlin`; or its offset, `GMT+1`, where it has none. */
function zoneName(at: number, timeZone: string | undefined): string {
  const name = timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const city = name.includes('/') && !name.startsWith('Etc/') ? name.split('/').at(-1) : undefined;
  if (city !== undefined) return city.replaceAll('_', ' ');
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'short' }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? name;
}
