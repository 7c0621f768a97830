import { dateOfDays, daysOfDate } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { sectorTotals } from '../tables.js';
import { readRows } from './read-rows.js';
import { sideBySide } from './side-by-side.js';

/** How many calendar days to look back. */
const BACK = 21;

/** The days with trades in the three weeks up to `last`, `YYYY-MM-DD`, newest first. */
export async function tradingDays(tables: Tables, last: string): Promise<string[]> {
  const days = Array.from({ length: BACK }, (_, n) => dateOfDays(daysOfDate(last) - n));
  const traded = await sideBySide(days, async (day) => (await readRows(tables, sectorTotals, [day], 1)).length > 0);
  return days.filter((_, n) => traded[n]);
}
