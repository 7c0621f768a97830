import { StockafolioError } from '../errors/index.js';
import type { Value } from '../schema/index.js';
import type { Table } from './table.js';

/**
 * The order of rows: by the key columns from the first to the last, descending columns from the largest to the
 * smallest. Numbers and bigints are ordered by size, false before true, text by Unicode code point.
 *
 * Accepts whole rows, primary keys or leading parts of them. Only the part of the key that both have is compared, so a
 * row equals every prefix of its key.
 *
 * @returns below 0 if `a` comes first, above 0 if `b` does, 0 if they are equal
 */
export function compareKeys(table: Table, a: readonly Value[], b: readonly Value[]): number {
  const length = Math.min(table.keyLength, a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return table.columns[i]?.descending === true ? -order : order;
  }
  return 0;
}

function compareValues(a: Value, b: Value): number {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (a === undefined || b === undefined || typeof a !== typeof b) {
    throw new StockafolioError('ERR_ROW_INVALID', `a key cannot hold both ${typeof a} and ${typeof b} in one column`);
  }
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

/**
 * By Unicode code point, which is the order of the UTF-8 bytes. JavaScript's own `<` compares UTF-16 units, where the
 * surrogates (the characters from U+10000 on) come before U+E000 to U+FFFF.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const xHigh = x >= 0xd800 && x < 0xe000;
      const yHigh = y >= 0xd800 && y < 0xe000;
      return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
    }
  }
  return a.length - b.length;
}
