import { StockafolioError, type Stream, type Table } from '@stockafolio/core';
import type { Stage } from '@stockafolio/core/plan';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import { scanSystemTable } from './scan-system-table.js';
import { partitionings } from './system-tables.js';

/** How a source is partitioned, which determines the partition of each key's records. */
export interface Partitioning {
  /** Number of partitions. */
  readonly partitions: number;
  /** The partitioner's name; `function` for any other. */
  readonly partitioner: string;
}

/**
 * How a source with this number of partitions is partitioned for a stream. Undefined if that is unknown or does not
 * matter, as for a stream that is keyed by nothing.
 */
export function partitioningOf(
  { partitioner }: Pick<Stream<unknown>, 'partitioner'>,
  partitions: number | undefined,
): Partitioning | undefined {
  if (partitioner === undefined || partitions === undefined) return undefined;
  return { partitions, partitioner: typeof partitioner === 'string' ? partitioner : 'function' };
}

/**
 * Checks that what was made from a source fits how the source is partitioned now.
 *
 * @param of what was made from it, for the message
 * @throws ERR_PARTITIONS_CHANGED
 */
export function checkPartitioning(of: string, was: Partitioning | undefined, is: Partitioning | undefined): void {
  if (was === undefined || is === undefined) return;
  if (was.partitions === is.partitions && was.partitioner === is.partitioner) return;
  throw partitionsChanged(of, was, is);
}

/** The error if the records of a key are in another partition than its totals. */
export function partitionsChanged(of: string, was: Partitioning, is: Partitioning): StockafolioError {
  return new StockafolioError(
    'ERR_PARTITIONS_CHANGED',
    `${of} had ${shown(was)}; now there are ${shown(is)}: keys have moved away from their state`,
    {
      hint: `archive the topic to its end (all topics of the pipeline, if it reads several), make new tables and checkpoints from the archive (stockafolio batch --repartition ${is.partitions} --files FILES --tables NEW --checkpoints NEW), and start the stream with these (--take-group, once)`,
    },
  );
}

/** What the tables of a pipeline record about the partitioning of their source. */
export interface NotedPartitioning {
  readonly partitioning: Partitioning;
  /** The offset up to which the archive of the partition was repartitioned, if the tables were made that way. */
  readonly divided: number | undefined;
}

/** How the source was partitioned when the tables were made, for each partition of which they hold rows. */
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
 * Checks that the source is partitioned as it was when the tables were made.
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

/** The row that records how the source is partitioned, to be written once, with the first rows of a partition. */
export function partitioningRow(
  pipeline: string,
  partition: number,
  { partitions, partitioner }: Partitioning,
  divided?: number,
): Mutation {
  const values = [pipeline, partition, partitions, partitioner, divided];
  return { table: partitionings as Table, values, version: 1 };
}

/**
 * How many partitions a stage behind repartitions had when its tables were made: it keeps them, whatever its source has
 * since. Undefined if it has not run yet.
 */
export async function readStagePartitions(
  tables: Pick<Tables, 'scan'>,
  { name, behind }: Pick<Stage, 'name' | 'behind'>,
): Promise<number | undefined> {
  // The rows of a stage are named otherwise if it reads one lane.
  for (const of of [name, ...behind.map(({ stream }) => `${name}/${stream.name}-0`)])
    for (const { partitioning } of (await readPartitionings(tables, of)).values()) return partitioning.partitions;
  return undefined;
}

/** Copies to tables what others record about the partitioning of the source. */
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
