import type { Table } from '@stockafolio/core';
import type { Position, Tables } from '@stockafolio/core/ports';
import { scanSystemTable } from './scan-system-table.js';
import { versionFloors } from './system-tables.js';

/** From this offset on, the records of a partition have versions above this one, in microseconds. */
export interface VersionFloor {
  readonly offset: number;
  readonly version: number;
}

/** The version floors of a pipeline, by source partition, each list in order of offset. */
export async function readFloors(
  tables: Pick<Tables, 'scan'>,
  pipeline: string,
): Promise<ReadonlyMap<number, readonly VersionFloor[]>> {
  const floors = new Map<number, VersionFloor[]>();
  for await (const { partition, offset, above } of scanSystemTable(tables, versionFloors as Table, pipeline)) {
    const all = floors.get(Number(partition)) ?? [];
    floors.set(Number(partition), all);
    all.push({ offset: Number(offset), version: Number(above) });
  }
  return floors;
}

/** Makes the versions of a pipeline's partitions continue above a version, from these positions on. */
export async function writeFloors(
  tables: Pick<Tables, 'create' | 'write'>,
  pipeline: string,
  positions: readonly Position[],
  version: number,
): Promise<void> {
  await tables.create([versionFloors as Table]);
  await tables.write(
    positions.map(({ partition, offset }) => ({
      table: versionFloors as Table,
      values: [pipeline, partition, offset, version],
      version,
    })),
  );
}

/** Copies the version floors of other tables, so that the rows made in these tables have the same versions. */
export async function copyFloors(
  from: Pick<Tables, 'scan'>,
  to: Pick<Tables, 'create' | 'write'>,
  pipeline: string,
): Promise<void> {
  for (const [partition, floors] of await readFloors(from, pipeline))
    for (const { offset, version } of floors) await writeFloors(to, pipeline, [{ partition, offset }], version);
}
