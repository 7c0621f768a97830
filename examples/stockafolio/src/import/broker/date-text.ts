import { StockafolioError, type TimeZone } from '@stockafolio/core';

/** A time of a file. */
export interface FileTime {
  /** Epoch milliseconds. */
  readonly ms: number;
  /** The day that the file writes: `YYYY-MM-DD`. */
  readonly day: string;
  readonly hasClock: boolean;
}

/** Reads a text in one format. */
export type DateReader = (text: string, zone: TimeZone) => FileTime | undefined;

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'half' | 'offset';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const TOKENS: readonly (readonly [string, Part, string])[] = [
  ['YYYY', 'year', '(\\d{4})'],
  ['YY', 'year', '(\\d{2})'],
  ['MMM', 'month', `(${MONTHS.join('|')})`],
  ['MM', 'month', '(\\d{2})'],
  ['M', 'month', '(\\d{1,2})'],
  ['DD', 'day', '(\\d{2})'],
  ['D', 'day', '(\\d{1,2})'],
  ['HH', 'hour', '(\\d{2})'],
  ['H', 'hour', '(\\d{1,2})'],
  ['mm', 'minute', '(\\d{2})'],
  ['ss', 'second', '(\\d{2})'],
  ['.S', 'fraction', '(?:[.,](\\d{1,9}))?'],
  ['A', 'half', '([AP]\\.?M\\.?)'],
  ['Z', 'offset', '(Z|UTC|[+-]\\d{2}:?\\d{2})'],
];

/**
 * Makes the reader of a date format: `YYYY`, `YY` (of this century), `MM`, `M` (one or two digits), `MMM` (Jan), `DD`, `D`,
 * `HH`, `H`, `mm`, `ss`, `.S` (a fraction, or none), `A` (AM, PM), `Z` (an offset); all else is itself. A letter of the
 * text is written in brackets: `YYYY-MM-DD[T]HH:mm`.
 *
 * @throws ERR_USAGE if the format has no year, month or day
 */
export function dateReader(format: string): DateReader {
  const parts: Part[] = [];
  let pattern = '';
  for (let at = 0; at < format.length;) {
    const literal = /^\[([^\]]*)\]/.exec(format.slice(at));
    if (literal !== null) {
      pattern += escaped(literal[1] ?? '');
      at += literal[0].length;
      continue;
    }
    const token = TOKENS.find(([text]) => format.startsWith(text, at));
    if (token === undefined) pattern += escaped(format.charAt(at));
    else {
      parts.push(token[1]);
      pattern += token[2];
    }
    at += token?.[0].length ?? 1;
  }
  if (!(['year', 'month', 'day'] as const).every((part) => parts.includes(part))) {
    throw new StockafolioError('ERR_USAGE', `the date format '${format}' has no year, month or day`, {
      hint: "write one such as 'DD-MM-YYYY HH:mm:ss'",
    });
  }
  const whole = new RegExp(`^${pattern}$`, 'i');
  return (text, zone) => {
    const found = whole.exec(text);
    return found === null ? undefined : timeOf(new Map(parts.map((part, i) => [part, found[i + 1] ?? ''])), zone);
  };
}

function timeOf(parts: ReadonlyMap<Part, string>, zone: TimeZone): FileTime | undefined {
  const written = parts.get('year') ?? '';
  const year = Number(written) + (written.length === 2 ? 2_000 : 0);
  const named = MONTHS.indexOf((parts.get('month') ?? '').toLowerCase());
  const month = named === -1 ? Number(parts.get('month')) : named + 1;
  const day = Number(parts.get('day'));
  const hour = hourOf(Number(parts.get('hour') ?? 0), parts.get('half'));
  const minute = Number(parts.get('minute') ?? 0);
  const second = Number(parts.get('second') ?? 0);
  const fraction = Number((parts.get('fraction') ?? '').slice(0, 3).padEnd(3, '0'));
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  const isDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1900;
  if (!isDate || hour === undefined || minute > 59 || second > 59) return undefined;
  const local = midnight + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction;
  const offset = parts.get('offset');
  return {
    ms: offset === undefined ? zone.momentOf(local) : local - offsetOf(offset),
    day: date.toISOString().slice(0, 10),
    hasClock: parts.has('hour'),
  };
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour > 23 ? undefined : hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0);
}

function offsetOf(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? [];
  const ms = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -ms : ms;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
}
