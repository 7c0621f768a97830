import type { Table } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import type { CheckpointHeader } from '../checkpoint/header.js';
import type { Progress } from './progress.js';
import { scanSystemTable } from './scan-system-table.js';
import { checkpointCuts } from './system-tables.js';

/** The row that states up to which offset all rows of a partition are written; its version rises with the offset. */
export function cutRow(pipeline: string, partition: number, offset: number): Mutation {
  return { table: checkpointCuts as Table, values: [pipeline, partition, offset], version: offset + 1 };
}

/** What the tables hold of a source partition. */
export interface Whole {
  /** The offset up to which the rows of single keys are written; the rows of shared figures may not be. */
  readonly progress: number;
  /**
   * The offset of the last cut, at or below `progress`, up to which all rows are written; undefined if the tables
   * record none.
   */
  readonly cut: number | undefined;
}

/** What the tables of a pipeline hold, by source partition. */
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
 * The offset up to which the tables hold what a checkpoint continues from; undefined if they hold nothing of it. Tables
 * of earlier versions have no row for their cut: for them only the progress counts.
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
