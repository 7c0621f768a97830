import { StockafolioError, type Pipeline, type Table } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import { inputName } from './input-name.js';
import { type NotedPartitioning, type Partitioning, partitioningRow, readPartitionings } from './partitioning.js';
import { readProgress } from './progress.js';
import { partitionings } from './system-tables.js';

type Reader = Pick<Pipeline, 'name' | 'streams'>;

/** What an archive of one stream contributes to its repartitioning. */
export interface DividedInput {
  /** How its source is partitioned now; undefined if that does not matter: its partitions are then read as they are. */
  readonly is: Partitioning | undefined;
  /** By partition of the tables, the offset at which the archive of that partition ends for it. */
  readonly ends: ReadonlyMap<number, number>;
}

/** Stands for the partitioner of a stream that is read as it is. */
const AS_IT_IS = '';

/**
 * Into how many partitions archives were repartitioned to make these tables; undefined if the tables were made otherwise.
 */
export async function readDivision(tables: Pick<Tables, 'scan'>, pipeline: Reader): Promise<number | undefined> {
  for (const input of pipeline.streams.keys())
    for (const { partitioning, divided } of (await readPartitionings(tables, inputName(pipeline, input))).values())
      if (divided !== undefined && partitioning.partitioner !== AS_IT_IS) return partitioning.partitions;
  return undefined;
}

/**
 * What tells a repartitioning from all others: its ends. The same records get other numbers in it than before. Empty if
 * the tables were made otherwise.
 */
export async function divisionId(tables: Pick<Tables, 'scan'>, stages: readonly Reader[]): Promise<string> {
  const ends: string[] = [];
  for (const stage of stages)
    for (const input of stage.streams.keys())
      for (const [partition, { divided }] of await readPartitionings(tables, inputName(stage, input)))
        if (divided !== undefined) ends.push(`${inputName(stage, input)} ${partition} ${divided}`);
  return ends.sort().join();
}

/**
 * Notes in new tables up to which offsets archives are repartitioned, before any row is written. The rows of the first
 * stream are written last: if they are there, no row of another stream is missing.
 *
 * @param inputs by stream
 * @param count how many partitions the tables have
 * @returns by stream and partition, the ends that apply: those of the run which began it, if this run continues it
 * @throws ERR_TABLES_TAKEN if the tables are not new
 */
export async function beginDivision(
  tables: Pick<Tables, 'create' | 'scan' | 'write'>,
  pipeline: Reader,
  inputs: readonly DividedInput[],
  count: number,
): Promise<readonly ReadonlyMap<number, number>[]> {
  await tables.create([partitionings as Table]);
  const known = await Promise.all(inputs.map((_, n) => readPartitionings(tables, inputName(pipeline, n))));
  const isNew = known.every(({ size }) => size === 0);
  const isTaken = isNew
    ? (await readProgress(tables, pipeline.name)).size > 0
    : known.some((noted, n) => [...noted.values()].some((each) => !isOf(each, inputs[n]?.is)));
  if (isTaken) throw taken(pipeline);
  // What was archived of a stream that came later, such as a new partition of a broadcast stream, is not in the division.
  const isWhole = (known[0]?.size ?? 0) >= count;
  const ends = inputs.map(
    (input, n) =>
      new Map(
        Array.from({ length: count }, (_, partition): [number, number] => {
          const noted = known[n]?.get(partition)?.divided;
          return [partition, noted ?? (isWhole ? 0 : (input.ends.get(partition) ?? 0))];
        }),
      ),
  );
  for (const n of [...inputs.keys()].reverse()) {
    const rows = rowsOf(inputName(pipeline, n), inputs[n]?.is, ends[n] ?? new Map(), known[n] ?? new Map());
    if (rows.length > 0) await tables.write(rows);
  }
  return ends;
}

function rowsOf(
  name: string,
  is: Partitioning | undefined,
  ends: ReadonlyMap<number, number>,
  known: ReadonlyMap<number, NotedPartitioning>,
): readonly Mutation[] {
  const partitioning = is ?? { partitions: ends.size, partitioner: AS_IT_IS };
  return [...ends].flatMap(([partition, end]) =>
    known.has(partition) ? [] : [partitioningRow(name, partition, partitioning, end)],
  );
}

/** Whether tables note such a division. */
function isOf({ partitioning, divided }: NotedPartitioning, is: Partitioning | undefined): boolean {
  if (divided === undefined) return false;
  return is === undefined || (partitioning.partitions === is.partitions && partitioning.partitioner === is.partitioner);
}

function taken({ name }: Reader): StockafolioError {
  return new StockafolioError('ERR_TABLES_TAKEN', `the tables of pipeline '${name}' have rows of other partitions`, {
    hint: 'repartition an archive into new tables, with new checkpoints: name others, or remove these first',
  });
}
