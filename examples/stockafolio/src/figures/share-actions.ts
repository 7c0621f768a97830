import { rowObject, type RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { shareActionKinds } from '../account-stream.js';
import { accountEvents } from '../account-tables.js';

/**
 * The symbols of which a user's shares have changed since a time, other than by trades: by splits, dividends in shares and
 * transfers.
 *
 * @param since epoch milliseconds
 */
export async function changedSince(tables: Tables, user: string, since: number): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  for await (const { values } of tables.scan(accountEvents, [user])) {
    const { time, kind, symbol } = rowObject(accountEvents, values) as RowOf<typeof accountEvents>;
    if (time < since) break;
    if (symbol !== undefined && shareActionKinds.has(kind)) changed.add(symbol);
  }
  return changed;
}
