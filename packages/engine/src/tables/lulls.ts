import type { Pipeline, Table } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import type { Lull } from '../merge/merge.js';
import { inputName } from './input-name.js';
import { scanSystemTable } from './scan-system-table.js';
import { streamLulls } from './system-tables.js';

type Reader = Pick<Pipeline, 'name' | 'streams'>;

/** The row of a lull; a later one of the same offset replaces it. */
export function lullRow(pipeline: Reader, partition: number, { input, offset, sent }: Lull): Mutation {
  const values = [inputName(pipeline, input), partition, offset, sent];
  return { table: streamLulls as Table, values, version: Math.max(1, sent) };
}

/** The lulls of one source partition. */
export async function readLulls(
  tables: Pick<Tables, 'scan'>,
  pipeline: Reader,
  partition: number,
): Promise<readonly Lull[]> {
  const lulls: Lull[] = [];
  for await (const each of scanLulls(tables, pipeline)) if (each.partition === partition) lulls.push(each.lull);
  return lulls;
}

/** Copies the lulls of a pipeline from tables to others, so that what is made again there has the same order. */
export async function copyLulls(
  from: Pick<Tables, 'scan'>,
  to: Pick<Tables, 'create' | 'write'>,
  pipeline: Reader,
): Promise<void> {
  if (pipeline.streams.length === 1) return;
  await to.create([streamLulls as Table]);
  for await (const { partition, lull } of scanLulls(from, pipeline))
    await to.write([lullRow(pipeline, partition, lull)]);
}

async function* scanLulls(
  tables: Pick<Tables, 'scan'>,
  pipeline: Reader,
): AsyncGenerator<{ readonly partition: number; readonly lull: Lull }> {
  for (const input of pipeline.streams.keys())
    for await (const row of scanSystemTable(tables, streamLulls as Table, inputName(pipeline, input)))
      yield {
        partition: Number(row['partition']),
        lull: { input, offset: Number(row['offset']), sent: Number(row['sent']) },
      };
}
