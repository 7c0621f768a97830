import type { CheckpointHeader } from '../checkpoint/header.js';
import type { Mutation, Tables } from '../ports/index.js';
import type { Table } from '../table/index.js';
import type { Progress } from './progress.js';
import { scanSystemTable } from './scan-system-table.js';
import { checkpointCuts } from './system-tables.js';

/** The row that says up to where all rows of a partition are in; its versions rise with the offset. */
export function cutRow(pipeline: string, partition: number, offset: number): Mutation {
  return { table: checkpointCuts as Table, values: [pipeline, partition, offset], version: offset + 1 };
}

/** What the tables hold of a source partition. */
export interface Whole {
  /** The offset up to which rows of single keys are in, those of shared figures maybe not. */
  readonly progress: number;
  /** The offset of the last cut, at or below that, of which everything is in; undefined where the tables tell of none. */
  readonly cut: number | undefined;
}

/** What the tables of a pipeline hold, by source partition, where they are so far. */
export async function readWhole(
  tables: Pick<Tables, 'scan'>,
  pipeline: string,
  written: ReadonlyMap<number, Progress>,
): Promise<ReadonlyMap<number, Whole>> {
  const cuts = new Map<number, number>();
  for await (const { partition, offset } of scanSystemTable(tables, checkpointCuts as Table, pipeline))
    cuts.set(Number(partition), Number(offset));
  return new Map([...written].map(([n, { offset }]) => [n, { progress: offset, cut: cuts.get(n) }]));
}

/**
 * The offset up to which the tables hold what a checkpoint goes on from; undefined where they hold nothing of it. Those of
 * earlier versions have no row for their cut, and progress alone is what they go by.
 */
export function heldFor(
  { hasCut = false }: Pick<CheckpointHeader, 'hasCut'>,
  whole: Whole | undefined,
): number | undefined {
  if (whole === undefined) return undefined;
  const { progress, cut } = whole;
  if (cut === undefined) return hasCut ? undefined : progress;
  return Math.min(progress, cut);
}
