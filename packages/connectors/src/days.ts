import { dateOfDays, daysOfDate as daysOf } from '@stockafolio/core/ports';

/** 0001-01-01 and 9999-12-31. */
const FIRST = -719_162;
const LAST = 2_932_896;

let lastText: string | undefined;
let lastDays = 0;

/** Days since 1970-01-01 of `YYYY-MM-DD`; repeating the last day costs nothing. */
export function daysOfDate(text: string): number {
  if (text !== lastText) {
    lastDays = daysOf(text);
    lastText = text;
  }
  return lastDays;
}

/** `YYYY-MM-DD` of this many days since 1970-01-01; a repeated day is the identical string. */
export function dateReader(): (days: number) => string {
  const known = new Map<number, string>();
  return (days) => {
    let text = known.get(days);
    if (text === undefined) {
      if (!(days >= FIRST && days <= LAST)) throw new RangeError(`day ${days} is not in the years 1 to 9999`);
      text = dateOfDays(days);
      known.set(days, text);
    }
    return text;
  };
}
