// #region ports
import { embeddedTables } from '@stockafolio/connectors/embedded';
import { int64, table, text } from '@stockafolio/core';

const pages = table('pages', { partitionBy: ['page'] }, { page: text(), visits: int64() });

export async function lastVersion(dir: string): Promise<unknown> {
  const tables = embeddedTables(dir);
  await tables.create([pages]);
  await tables.write([
    { table: pages, values: ['/home', 8], version: 2 },
    { table: pages, values: ['/home', 7], version: 1 }, // an older version changes nothing
  ]);
  const row = await tables.get(pages, ['/home']);
  await tables.close();
  return row; // { values: ['/home', 8], version: 2 }
}
// #endregion ports
