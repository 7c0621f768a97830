import type { Table } from '@stockafolio/core';
import type { Mark, Mutation, Position, Tables } from '@stockafolio/core/ports';
import type { EnginePosition } from '../partition/engine-position.js';
import { scanSystemTable } from './scan-system-table.js';
import { sourceMarks } from './system-tables.js';

/** The row of a position, if it has a mark. */
export function markRow(
  pipeline: string,
  partition: number,
  { offset, version, mark }: Pick<EnginePosition, 'offset' | 'version' | 'mark'>,
): readonly Mutation[] {
  if (mark === undefined) return [];
  const values = [pipeline, partition, offset, mark.epoch, mark.checksum];
  return [{ table: sourceMarks as Table, values, version }];
}

/** The positions up to which the tables of a pipeline were made, by source partition, if their mark is known. */
export async function readMarks(
  tables: Pick<Tables, 'scan'>,
  pipeline: string,
): Promise<ReadonlyMap<number, Position>> {
  const marks = new Map<number, Position>();
  for await (const row of scanSystemTable(tables, sourceMarks as Table, pipeline)) {
    const { partition, offset, epoch, checksum } = row;
    const mark: Mark = {
      ...(epoch === undefined ? {} : { epoch: Number(epoch) }),
      ...(checksum === undefined ? {} : { checksum: Number(checksum) }),
    };
    marks.set(Number(partition), { partition: Number(partition), offset: Number(offset), mark });
  }
  return marks;
}
