import type { Pipeline, Table } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import { inputName } from './input-name.js';
import { scanSystemTable } from './scan-system-table.js';
import { earlyRows } from './system-tables.js';

type Reader = Pick<Pipeline, 'name' | 'streams'>;

/** The rows that say up to where open windows were emitted. @param offsets the next to process, by stream */
export function earlyRowsUpTo(
  pipeline: Reader,
  partition: number,
  offsets: readonly number[],
  version: number,
): readonly Mutation[] {
  return offsets.map((offset, input) => ({
    table: earlyRows as Table,
    values: [inputName(pipeline, input), partition, offset],
    version,
  }));
}

/** Up to which offsets open windows of a partition were emitted, by stream; 0 if none were. */
export async function readEarlyRows(
  tables: Pick<Tables, 'scan'>,
  pipeline: Reader,
  partition: number,
): Promise<readonly number[]> {
  const offsets: number[] = [];
  for (const input of pipeline.streams.keys()) {
    offsets.push(0);
    for await (const row of scanSystemTable(tables, earlyRows as Table, inputName(pipeline, input)))
      if (Number(row['partition']) === partition) offsets[input] = Number(row['offset']);
  }
  return offsets;
}
