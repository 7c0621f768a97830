import type { Tables } from '@stockafolio/core/ports';
import { userTotals } from '../../tables.js';

/**
 * Reads a user's rows again only if the user has traded, which the version of the totals tells, and once more at the
 * next step: a commit's rows may be visible before all of them are written.
 *
 * @param read is given the New York day that the tables have reached; the rows are read again when it changes
 */
export function watchedRows<R>(
  tables: Tables,
  user: string,
  read: (day: string) => Promise<R>,
): (day: string) => Promise<R | undefined> {
  let rows: R | undefined;
  let version: number | undefined;
  let of = '';
  let settled = false;
  return async (day) => {
    const found = await tables.get(userTotals, [user]);
    if (found?.version !== version || day !== of || !settled) {
      rows = await read(day);
      // Only now: a failed read is repeated, however often it fails.
      settled = found?.version === version && day === of;
      version = found?.version;
      of = day;
    }
    return rows;
  };
}
