import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedTables } from '@stockafolio/connectors/embedded';
import type { Table } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';

const AT_A_TIME = 5_000;

/**
 * The rows of a store in the order of their keys: as they come where the store has that order, otherwise sorted in a
 * folder that is removed by `close`. It needs room on disk for the tables, but no memory.
 */
export async function inKeyOrder(
  store: Tables,
  tables: readonly Table[],
): Promise<Pick<Tables, 'scanAll'> & { close(): Promise<void> }> {
  if (store.inKeyOrder) return { scanAll: (table) => store.scanAll(table), close: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'stockafolio-sorted-'));
  const sorted = embeddedTables(folder);
  const close = async (): Promise<void> => {
    await sorted.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await sorted.create(tables);
    for (const table of tables) await copyRows(store, sorted, table);
  } catch (error) {
    await close();
    throw error;
  }
  return { scanAll: (table) => sorted.scanAll(table), close };
}

async function copyRows(from: Tables, to: Tables, table: Table): Promise<void> {
  let rows: Mutation[] = [];
  for await (const { values, version } of from.scanAll(table)) {
    rows.push({ table, values, version });
    if (rows.length < AT_A_TIME) continue;
    await to.write(rows);
    rows = [];
  }
  if (rows.length > 0) await to.write(rows);
}
