import type { FieldType } from '../schema/index.js';

/**
 * Source text that is true if `v` (source text too) is not a value of the type, for functions that are compiled once
 * per table.
 *
 * @param words source text of the set of the words of a `oneOf`
 * @param scope the name under which the text finds {@link misfitScope}
 */
export function misfit(type: FieldType, v: string, words: string, scope: string): string {
  const outside = `${v} < ${type.min ?? '-Infinity'} || ${v} > ${type.max ?? 'Infinity'}`;
  switch (type.kind) {
    case 'text':
      return `typeof ${v} !== 'string' || ${v}.length < ${type.min ?? 0} || ${v}.length > ${type.max ?? 'Infinity'} || ${scope}.isUnfit(${v})`;
    case 'date':
      return `typeof ${v} !== 'string' || !${scope}.isDay(${v})`;
    case 'oneOf':
      return `!${words}.has(${v})`;
    case 'boolean':
      return `typeof ${v} !== 'boolean'`;
    case 'bigMoney':
      return `typeof ${v} !== 'bigint' || BigInt.asIntN(128, ${v}) !== ${v}`;
    case 'bigint64':
      return `typeof ${v} !== 'bigint' || BigInt.asIntN(64, ${v}) !== ${v}`;
    case 'double':
      return `!Number.isFinite(${v}) || ${outside}`;
    default:
      return `!Number.isSafeInteger(${v}) || ${outside}`;
  }
}

export interface MisfitScope {
  readonly isUnfit: (text: string) => boolean;
  readonly isDay: (text: string) => boolean;
}

export const misfitScope: MisfitScope = { isUnfit, isDay };

/**
 * Whether a text contains what no store accepts: U+0000, or a lone surrogate. Both calls take about the same short time
 * for any length.
 */
function isUnfit(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}

const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a text is a day of the calendar, `YYYY-MM-DD`, years 0001 to 9999. */
export function isDay(value: string): boolean {
  if (value.length !== 10 || value.charCodeAt(4) !== HYPHEN || value.charCodeAt(7) !== HYPHEN) return false;
  const year = two(value, 0) * 100 + two(value, 2);
  const month = two(value, 5);
  const day = two(value, 8);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 && isLeap ? 29 : (days[month - 1] ?? 0);
  return year >= 1 && day >= 1 && day <= last;
}

const HYPHEN = 0x2d;

/** The number of two digits; NaN if they are none. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
