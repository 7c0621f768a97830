import { progress } from '@stockafolio/core/engine';
import type { Tables } from '@stockafolio/core/ports';
import { readRows } from './read-rows.js';

/** What the tables are exact up to, over all partitions. */
export interface ProgressFigures {
  /** Messages that are in the tables: the sum of the partitions' offsets. */
  readonly records: number;
  /** Event time up to which no partition expects another trade, epoch milliseconds; undefined before the first one. */
  readonly watermark: number | undefined;
  /** The newest event time that any partition has come to. */
  readonly newest: number | undefined;
  readonly partitions: number;
  /** The next offset of each partition that is to be taken in. */
  readonly offsets: ReadonlyMap<number, number>;
}

/** Reads what the tables are exact up to. */
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
