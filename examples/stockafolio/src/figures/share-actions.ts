import { rowObject, type RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { accountEvents } from '../account-tables.js';

/** Kinds of events, other than trades, that change shares. */
const kinds: ReadonlySet<string> = new Set(['split', 'stock-dividend', 'transfer-in', 'transfer-out']);

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
    if (symbol !== undefined && kinds.has(kind)) changed.add(symbol);
  }
  return changed;
}
