import type { Tables } from '@stockafolio/core/ports';
import { dateOf, daysOf } from '../calendar/trading-day.js';
import { sectorTotals } from '../tables.js';
import { readRows } from './read-rows.js';

/** Calendar days that are looked back over. */
const BACK = 21;

/** The days with trades among the three weeks up to `last`, `YYYY-MM-DD`, the newest first. */
export async function tradingDays(tables: Tables, last: string): Promise<string[]> {
  const found: string[] = [];
  for (let n = 0; n < BACK; n++) {
    const day = dateOf(daysOf(last) - n);
    if ((await readRows(tables, sectorTotals, [day], 1)).length > 0) found.push(day);
  }
  return found;
}
