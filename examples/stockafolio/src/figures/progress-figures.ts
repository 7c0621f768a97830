import type { Tables } from '@stockafolio/core/ports';
import { progress } from '@stockafolio/engine';
import { readRows } from './read-rows.js';

/** Up to where the tables are exact, over all partitions. */
export interface ProgressFigures {
  /** Messages that are in the tables: the sum of the partitions' offsets. */
  readonly records: number;
  /** Event time up to which no partition expects another trade, epoch milliseconds; undefined before the first one. */
  readonly watermark: number | undefined;
  /** The newest event time that any partition has reached. */
  readonly newest: number | undefined;
  readonly partitions: number;
  /** The next offset of each partition to process. */
  readonly offsets: ReadonlyMap<number, number>;
}

/** Reads up to where the tables are exact. */
export async function progressFigures(tables: Tables, pipeline: string): Promise<ProgressFigures> {
  const rows = await readRows(tables, progress, [pipeline]);
  const marks = rows.flatMap(({ watermark }) => (watermark === undefined ? [] : [watermark]));
  return {
    records: rows.reduce((sum, { offset }) => sum + offset, 0),
    watermark: marks.length === 0 ? undefined : Math.min(...marks),
    newest: marks.length === 0 ? undefined : Math.max(...marks),
    partitions: rows.length,
    offsets: new Map(rows.map(({ partition, offset }) => [partition, offset])),
  };
}
