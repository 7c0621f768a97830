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

/**
 * The offset up to which the tables of a pipeline hold everything, shared figures included, by source partition: what a
 * checkpoint can go on from. Those of earlier versions tell their progress alone.
 */
export async function readWhole(tables: Pick<Tables, 'scan'>, pipeline: string): Promise<Map<number, number>> {
  const whole = new Map(
    [...(await readProgress(tables, pipeline))].map(([partition, { offset }]) => [partition, offset]),
  );
  try {
    for await (const { values } of tables.scan(checkpointCuts as Table, [pipeline])) {
      const { partition, offset } = rowObject(checkpointCuts as Table, values);
      const written = whole.get(Number(partition));
      if (written !== undefined) whole.set(Number(partition), Math.min(written, Number(offset)));
    }
  } catch (error) {
    if (!isStockafolioError(error, 'ERR_TABLE_UNKNOWN')) throw error;
  }
  return whole;
}
