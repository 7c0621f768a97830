import { StockafolioError } from '../errors/index.js';
import type { Mutation, Tables } from '../ports/index.js';
import type { Stream } from '../stream/index.js';
import type { Table } from '../table/index.js';
import { readProgress } from './progress.js';
import { scanSystemTable } from './scan-system-table.js';
import { partitionings } from './system-tables.js';

/** How a source is divided: what decides in which partition the records of a key are. */
export interface Partitioning {
  /** How many partitions it has. */
  readonly partitions: number;
  /** The partitioner's name; `function` for any other. */
  readonly partitioner: string;
}

/** Up to which offset each partition of the archive was divided anew, and for how many partitions. */
export interface Division {
  readonly partitions: number;
  readonly ends: ReadonlyMap<number, number>;
}

/**
 * How a source of so many partitions is divided for a stream; undefined where that is not known, or nothing depends on it, as
 * for a stream that is keyed by nothing.
 */
export function partitioningOf(
  { partitioner }: Pick<Stream<unknown>, 'partitioner'>,
  partitions: number | undefined,
): Partitioning | undefined {
  if (partitioner === undefined || partitions === undefined) return undefined;
  return { partitions, partitioner: typeof partitioner === 'string' ? partitioner : 'function' };
}

/**
 * Makes sure that what was made of a source goes with how it is divided now.
 *
 * @param of what was made of it, for the message
 * @throws ERR_PARTITIONS_CHANGED
 */
export function checkPartitioning(of: string, was: Partitioning | undefined, is: Partitioning | undefined): void {
  if (was === undefined || is === undefined) return;
  if (was.partitions === is.partitions && was.partitioner === is.partitioner) return;
  throw partitionsChanged(of, was, is);
}

/** The records of a key are in another partition than its totals. */
export function partitionsChanged(of: string, was: Partitioning, is: Partitioning): StockafolioError {
  return new StockafolioError(
    'ERR_PARTITIONS_CHANGED',
    `${of} went with ${shown(was)}; now there are ${shown(is)}: keys have moved, away from what is kept of them`,
    {
      hint: `archive the topic to its end, make new tables and checkpoints from the archive (stockafolio batch --repartition ${is.partitions} --files FILES --tables NEW --checkpoints NEW), and start the stream with these (--take-group, once)`,
    },
  );
}

/** What the tables of a pipeline say of how their source was divided. */
export interface NotedPartitioning {
  readonly partitioning: Partitioning;
  /** The offset up to which the archive of the partition was divided anew, where the tables were made so. */
  readonly divided: number | undefined;
}

/** How the source was divided when tables were made, by each partition of which they hold something. */
export async function readPartitionings(
  tables: Pick<Tables, 'scan'>,
  pipeline: string,
): Promise<ReadonlyMap<number, NotedPartitioning>> {
  const noted = new Map<number, NotedPartitioning>();
  for await (const row of scanSystemTable(tables, partitionings as Table, pipeline)) {
    const { partition, partitions, partitioner, divided } = row;
    noted.set(Number(partition), {
      partitioning: { partitions: Number(partitions), partitioner: String(partitioner) },
      divided: divided === undefined ? undefined : Number(divided),
    });
  }
  return noted;
}

/**
 * Makes sure that the source is divided as it was when the tables were made.
 *
 * @throws ERR_PARTITIONS_CHANGED, at every start, until other tables are given
 */
export async function checkTablesPartitioning(
  tables: Pick<Tables, 'scan'>,
  pipeline: string,
  is: Partitioning | undefined,
): Promise<void> {
  if (is === undefined) return;
  for (const { partitioning } of (await readPartitionings(tables, pipeline)).values())
    checkPartitioning(`the tables of pipeline '${pipeline}'`, partitioning, is);
}

/** The row that notes how the source is divided, to be written once, with the first rows of a partition. */
export function partitioningRow(
  pipeline: string,
  partition: number,
  { partitions, partitioner }: Partitioning,
  divided?: number,
): Mutation {
  const values = [pipeline, partition, partitions, partitioner, divided];
  return { table: partitionings as Table, values, version: 1 };
}

/** The division of an archive that tables were made by; undefined where they were not made so. */
export async function readDivision(tables: Pick<Tables, 'scan'>, pipeline: string): Promise<Division | undefined> {
  const ends = new Map<number, number>();
  let partitions = 0;
  for (const [partition, { partitioning, divided }] of await readPartitionings(tables, pipeline)) {
    partitions = partitioning.partitions;
    if (divided !== undefined) ends.set(partition, divided);
  }
  return ends.size === 0 ? undefined : { partitions, ends };
}

/**
 * Notes with new tables up to where an archive is divided anew, before any row is written.
 *
 * @returns the division that counts: that of the run which began it, should this one go on with it
 * @throws ERR_TABLES_TAKEN where the tables are not new
 */
export async function beginDivision(
  tables: Pick<Tables, 'create' | 'scan' | 'write'>,
  pipeline: string,
  is: Partitioning,
  ends: ReadonlyMap<number, number>,
): Promise<Division> {
  await tables.create([partitionings as Table]);
  const known = await readPartitionings(tables, pipeline);
  if (known.size === 0 && (await readProgress(tables, pipeline)).size === 0)
    await tables.write(
      Array.from({ length: is.partitions }, (_, n) => partitioningRow(pipeline, n, is, ends.get(n) ?? 0)),
    );
  const division = await readDivision(tables, pipeline);
  if (division !== undefined && division.partitions === is.partitions) return division;
  throw new StockafolioError('ERR_TABLES_TAKEN', `the tables of pipeline '${pipeline}' have rows of other partitions`, {
    hint: 'an archive is divided anew into new tables, with new checkpoints: name others, or remove these first',
  });
}

/** Gives tables what others know of how the source was divided. */
export async function copyPartitioning(
  from: Pick<Tables, 'scan'>,
  to: Pick<Tables, 'create' | 'write'>,
  pipeline: string,
): Promise<void> {
  const rows = [...(await readPartitionings(from, pipeline))].map(([partition, { partitioning, divided }]) =>
    partitioningRow(pipeline, partition, partitioning, divided),
  );
  if (rows.length === 0) return;
  await to.create([partitionings as Table]);
  await to.write(rows);
}

function shown({ partitions, partitioner }: Partitioning): string {
  return `${partitions} partition${partitions === 1 ? '' : 's'} (${partitioner})`;
}
