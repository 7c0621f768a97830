import { StockafolioError, type Table } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import type { TableIds } from './header.js';

/** The ids of these tables, for those that have one. */
export async function readTableIds(tables: Pick<Tables, 'identity'>, of: readonly Table[]): Promise<TableIds> {
  const ids: Record<string, string> = {};
  for (const table of of) {
    const id = await tables.identity?.(table);
    if (id !== undefined) ids[table.name] = id;
  }
  return ids;
}

/**
 * Checks that tables are the same as before: one that was dropped and created again lacks everything written before.
 *
 * @param of whose tables they were, for the message
 * @throws ERR_TABLES_REMADE naming the first table that differs
 */
export function checkTableIds(of: string, were: TableIds, are: TableIds): void {
  for (const [name, id] of Object.entries(were)) {
    const now = are[name];
    if (now === undefined || now === id) continue;
    throw new StockafolioError(
      'ERR_TABLES_REMADE',
      `table '${name}' is not the one that belongs to ${of}: it was dropped and created again, and lacks what was written before`,
      { hint: 'rebuild tables and checkpoints from the archive: stockafolio batch --from-start' },
    );
  }
}
