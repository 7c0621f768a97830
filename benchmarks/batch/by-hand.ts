import type { Mutation } from '@stockafolio/core/ports';
import { isTrade, type StreamEvent } from '@stockafolio/example';
import type { BatchPorts, BatchUnit, UnitResult } from '@stockafolio/runner-batch';
import { TypedArrays } from '../operators/typed-arrays.js';

/**
 * A unit of a batch with the loop over typed arrays, and the same reader and tables: the cost of this one job without a
 * library in between. It handles neither late nor bad records, and writes no checkpoint.
 */
export async function unitByHand(
  { archive, tables, pipeline }: BatchPorts<StreamEvent>,
  unit: BatchUnit,
): Promise<UnitResult> {
  const { partition, from, to, writeRows } = unit;
  const loop = new TypedArrays(partition);
  let [records, rows] = [0, 0];
  const write = async (mutations: readonly Mutation[]): Promise<void> => {
    rows += mutations.length;
    for (let n = 0; n < mutations.length; n += writeRows) await tables.write(mutations.slice(n, n + writeRows));
  };
  for (const file of await archive.files()) {
    if (file.partition !== partition) continue;
    for await (const part of archive.read(file, Math.max(from, file.first), { fields: pipeline.reads })) {
      for (const entries of part) {
        for (const entry of entries) if ('record' in entry && isTrade(entry.record)) loop.push(entry.record);
        records += entries.length;
        await write(loop.drain());
      }
    }
  }
  loop.flush();
  await write(loop.commit());
  return { stage: pipeline.name, partition, records, setAside: 0, rows, offset: to, version: 0 };
}
