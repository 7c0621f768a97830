import { StockafolioError } from '@stockafolio/core';
import type { Origin, TradeField } from './import-options.js';

/**
 * The index of each field's column in a CSV file with this header; a field that is merely looked for under its own name
 * may lack.
 *
 * @throws ERR_USAGE where a column that was asked for is not there, or its name is not unique
 */
export function columnsOf(
  header: readonly string[],
  origins: ReadonlyMap<TradeField, Origin>,
): ReadonlyMap<TradeField, number> {
  const columns = new Map<TradeField, number>();
  for (const [field, origin] of origins) {
    if ('constant' in origin) continue;
    const index = indexOf(header, origin.column);
    if (index !== undefined) columns.set(field, index);
    else if (!origin.isDefault) {
      throw new StockafolioError('ERR_USAGE', `there is no column '${origin.column}' for '${field}'`, {
        hint: `the header has ${header.map((name, i) => (name === '' ? `#${i + 1}` : name)).join(', ')}`,
      });
    }
  }
  return columns;
}

function indexOf(header: readonly string[], column: string): number | undefined {
  const first = header.indexOf(column);
  if (first !== -1 && header.includes(column, first + 1)) {
    throw new StockafolioError('ERR_USAGE', `two columns are called '${column}'`, {
      hint: `say which by its number: #${first + 1} is the first`,
    });
  }
  if (first !== -1) return first;
  const number = /^#([1-9]\d{0,5})$/.exec(column)?.[1];
  return number === undefined || Number(number) > header.length ? undefined : Number(number) - 1;
}
