const MINUTE = 60_000;
const DAY = 86_400_000;
/** Shorter than any period between two changes of the clocks. */
const STEP = 20 * DAY;
/** A zone that changes its clocks does so within this many steps. */
const REACH = 20;

/** A period during which New York keeps one offset: `from` (inclusive) to `until` (exclusive). */
interface Period {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
}

const format = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});

const periods: Period[] = [];
let current: Period = { from: 0, until: 0, offset: 0 };

/**
 * Milliseconds that New York's clocks are ahead of UTC at this time; negative.
 *
 * Asking Intl costs microseconds, so each period between two clock changes is found once and cached.
 *
 * @throws RangeError if `time` is not a valid time
 */
export function newYorkOffset(time: number): number {
  if (time >= current.from && time < current.until) return current.offset;
  let found = periods.find((s) => time >= s.from && time < s.until);
  if (found === undefined) {
    found = periodAt(time);
    periods.push(found);
  }
  current = found;
  return found.offset;
}

/**
 * The time at which New York's clocks show `minute` minutes after midnight of a day. If there are two such times, it is
 * the first. If the clocks skip that time, it is computed as if they had not yet gone forward.
 *
 * @param days days since 1970-01-01
 * @param minute may have a fraction
 */
export function newYorkMoment(days: number, minute: number): number {
  const local = days * DAY + minute * MINUTE;
  const offsetBefore = newYorkOffset(local - DAY);
  const before = local - offsetBefore;
  if (newYorkOffset(before) === offsetBefore) return before;
  const offsetAfter = newYorkOffset(local + DAY);
  const after = local - offsetAfter;
  return newYorkOffset(after) === offsetAfter ? after : before;
}

function periodAt(time: number): Period {
  const offset = offsetFromIntl(time);
  return { from: change(time, -STEP, offset), until: change(time, STEP, offset), offset };
}

/**
 * The nearest time in the direction of `step` at which the offset changes (going back: since which the offset holds).
 */
function change(time: number, step: number, offset: number): number {
  let same = time;
  for (let i = 0; i < REACH; i++) {
    const other = same + step;
    if (offsetFromIntl(other) !== offset) return bisect(same, other, offset);
    same = other;
  }
  return same;
}

function bisect(inside: number, outside: number, offset: number): number {
  let same = inside;
  let other = outside;
  while (Math.abs(other - same) > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetFromIntl(middle) === offset) same = middle;
    else other = middle;
  }
  return Math.max(same, other);
}

function offsetFromIntl(time: number): number {
  const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type as string, Number(value)]));
  const part = (type: string): number => parts.get(type) ?? 0;
  const seconds = part('hour') * 3600 + part('minute') * 60 + part('second');
  return Date.UTC(part('year'), part('month') - 1, part('day')) + seconds * 1000 - Math.floor(time / 1000) * 1000;
}
