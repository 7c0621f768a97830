import type { Pipeline, Table } from '@stockafolio/core';
import type { Archive, Clock, GroupTarget, Tables } from '@stockafolio/core/ports';
import { type CheckpointStore, progress, tableWriters } from '@stockafolio/engine';

/** The row with the id of tables whose store keeps none: no table has this name. */
const TABLES_THEMSELVES = '*';

/** The target of a stream's group: the pipeline, its tables and its checkpoints. */
export async function streamTarget(
  { name }: Pick<Pipeline, 'name'>,
  tables: Tables,
  checkpoints: CheckpointStore | undefined,
  clock: Pick<Clock, 'now'>,
): Promise<GroupTarget> {
  const id = (await tables.identity?.(progress as Table)) ?? (await keptTablesId(tables, name, checkpoints, clock));
  return {
    role: `pipeline '${name}'`,
    ids: {
      ...(id === undefined ? {} : { tables: id }),
      ...(checkpoints === undefined ? {} : { checkpoints: checkpoints.id }),
    },
  };
}

/** The target of an archiver's group: the archive. */
export async function archiveTarget(
  stream: string,
  archive: Pick<Archive<unknown>, 'identity'>,
  clock: Pick<Clock, 'now'>,
): Promise<GroupTarget> {
  const id = await archive.identity?.(clock.now());
  return { role: `archive of '${stream}'`, ids: id === undefined ? {} : { archive: id } };
}

/** An id in a row of the tables, created if there is none. If two processes write it at once, one of the ids stays. */
async function keptTablesId(
  tables: Tables,
  pipeline: string,
  checkpoints: CheckpointStore | undefined,
  clock: Pick<Clock, 'now'>,
): Promise<string | undefined> {
  // Then no other process can open them either, and there is no table of writers.
  if (checkpoints === undefined) return undefined;
  const table = tableWriters as Table;
  const read = async (): Promise<string | undefined> => {
    const row = await tables.get(table, [TABLES_THEMSELVES, 'stream']);
    return row === undefined ? undefined : String(row.values[table.columns.length - 1]);
  };
  const kept = await read();
  if (kept !== undefined) return kept;
  const made = `tables of ${checkpoints.location}@${clock.now()}`;
  await tables.write([{ table, values: [TABLES_THEMSELVES, 'stream', pipeline, made], version: 1 }]);
  return read();
}
