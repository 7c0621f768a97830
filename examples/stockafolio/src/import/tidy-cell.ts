import { listedSpelling } from '../universe/listed-spelling.js';
import type { TradeField } from './import-options.js';

/**
 * A cell as it is meant: without outer spaces, absent if it has only spaces, and a symbol as it is listed. Members of
 * JSON are used unchanged: their writer means each character.
 */
export function tidyCell(field: TradeField, cell: string): string | undefined {
  const trimmed = cell.trim();
  if (trimmed === '') return undefined;
  return field === 'symbol' ? listedSpelling(trimmed) : trimmed;
}
