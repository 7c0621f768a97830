import type { CheckpointHeader } from '../checkpoint/header.js';
import { isStockafolioError } from '../errors/index.js';
import type { Tables } from '../ports/index.js';
import { rowObject, type Table } from '../table/index.js';
import { checkpointCuts, progress } from './system-tables.js';

/** How far the tables of a pipeline are, in one source partition. */
export interface Progress {
  /** The next offset to be taken in: everything below it is in the tables. */
  readonly offset: number;
  /** Identity of the source that they were made from. */
  readonly source: string;
}

/** How far the tables of a pipeline are, by source partition; other processes may move them on. */
export async function readProgress(tables: Pick<Tables, 'scan'>, pipeline: string): Promise<Map<number, Progress>> {
  const read = new Map<number, Progress>();
  for await (const { values } of tables.scan(progress, [pipeline])) {
    const { partition, offset, source } = rowObject(progress, values);
    read.set(Number(partition), { offset: Number(offset), source: String(source) });
  }
  return read;
}

/** What the tables hold of a source partition. */
export interface Whole {
  /** The offset up to which rows of single keys are in, those of shared figures maybe not. */
  readonly progress: number;
  /** The offset of the last cut, at or below that, of which everything is in; undefined where the tables tell of none. */
  readonly cut: number | undefined;
}

/** What the tables of a pipeline hold, by source partition. */
export async function readWhole(tables: Pick<Tables, 'scan'>, pipeline: string): Promise<ReadonlyMap<number, Whole>> {
  const cuts = new Map<number, number>();
  try {
    for await (const { values } of tables.scan(checkpointCuts as Table, [pipeline])) {
      const { partition, offset } = rowObject(checkpointCuts as Table, values);
      cuts.set(Number(partition), Number(offset));
    }
  } catch (error) {
    // An earlier version made these tables.
    if (!isStockafolioError(error, 'ERR_TABLE_UNKNOWN')) throw error;
  }
  const progress = await readProgress(tables, pipeline);
  return new Map([...progress].map(([n, { offset }]) => [n, { progress: offset, cut: cuts.get(n) }]));
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
