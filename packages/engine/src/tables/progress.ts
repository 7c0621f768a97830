import { rowObject } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import type { EnginePosition } from '../partition/engine-position.js';
import { progress } from './system-tables.js';

/** How far the tables of a pipeline are, for one source partition. */
export interface Progress {
  /** The next offset to process: everything below it is in the tables. */
  readonly offset: number;
  /** Identity of the source that they were made from. */
  readonly source: string;
}

/** How far the tables of a pipeline are, by source partition; other processes may advance them. */
export async function readProgress(tables: Pick<Tables, 'scan'>, pipeline: string): Promise<Map<number, Progress>> {
  const read = new Map<number, Progress>();
  for await (const { values } of tables.scan(progress, [pipeline])) {
    const { partition, offset, source } = rowObject(progress, values);
    read.set(Number(partition), { offset: Number(offset), source: String(source) });
  }
  return read;
}

/**
 * The row that states how far the tables are exact, and up to which event time: minus infinity before the first record.
 */
export function progressRow(
  pipeline: string,
  partition: number,
  source: string,
  { offset, version }: Pick<EnginePosition, 'offset' | 'version'>,
  watermark: number,
): Mutation {
  const known = watermark === Number.NEGATIVE_INFINITY ? undefined : watermark;
  return { table: progress, values: [pipeline, partition, offset, known, source], version };
}
