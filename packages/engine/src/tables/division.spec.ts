import { expect } from 'chai';
import { accounts } from '@stockafolio/conformance';
import { isStockafolioError, type Table } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import { memoryTables } from '@stockafolio/testing';
import { beginDivision, divisionId, readDivision } from './division.js';
import { partitioningRow } from './partitioning.js';
import { partitionings, progress } from './system-tables.js';

const is = { partitions: 3, partitioner: 'murmur2' };

const begin = async (tables: Tables, ends: readonly [number, number], rest: readonly [number, number] = [0, 0]) => {
  const inputs = [ends, rest].map((of) => ({ is, ends: new Map(of.map((end, partition) => [partition, end])) }));
  return (await beginDivision(tables, accounts, inputs, 3)).map((each) => [...each.values()]);
};

/** Tables that nothing was written to. */
async function newTables(): Promise<Tables> {
  const tables = memoryTables();
  await tables.create([progress, partitionings] as unknown as Table[]);
  return tables;
}

/** Tables whose writing process dies after so many writes. */
function dyingAfter(tables: Tables, writes: number): Tables {
  let left = writes;
  const write = async (rows: readonly Mutation[]): Promise<void> => {
    if (left-- === 0) throw new Error('killed');
    await tables.write(rows);
  };
  return { ...tables, write };
}

describe('the division of archives', () => {
  it('is that of the run which began it, for each stream', async () => {
    const tables = await newTables();
    expect(await readDivision(tables, accounts)).to.equal(undefined);
    expect(await divisionId(tables, [accounts])).to.equal('');
    expect(await begin(tables, [5, 7], [2, 0])).to.deep.equal([
      [5, 7, 0],
      [2, 0, 0],
    ]);
    expect(await begin(tables, [9, 9], [9, 9])).to.deep.equal([
      [5, 7, 0],
      [2, 0, 0],
    ]);
    expect(await readDivision(tables, accounts)).to.equal(3);
  });

  it('is complete if a run that was killed while it began is followed by another', async () => {
    const tables = await newTables();
    await begin(dyingAfter(tables, 1), [5, 7], [2, 0]).catch(() => undefined);
    expect(await begin(tables, [9, 9], [9, 9])).to.deep.equal([
      [9, 9, 0],
      [2, 0, 0],
    ]);
  });

  it('has nothing of a stream that came later', async () => {
    const tables = await newTables();
    const single = { name: accounts.name, streams: accounts.streams.slice(0, 1) };
    await beginDivision(tables, single, [{ is, ends: new Map([[0, 5]]) }], 1);
    // Of one stream the rows have the name of the pipeline alone.
    await tables.write([partitioningRow('accounts/orders', 0, is, 5)]);
    const inputs = [5, 9].map((end) => ({ is, ends: new Map([[0, end]]) }));
    const ends = await beginDivision(tables, accounts, inputs, 1);
    expect(ends.map((each) => each.get(0))).to.deep.equal([5, 0]);
  });

  it('differs from every other one by its ends', async () => {
    const ids = new Set<string>();
    for (const ends of [
      [5, 7],
      [5, 8],
    ] as const) {
      const tables = await newTables();
      await begin(tables, ends);
      ids.add(await divisionId(tables, [accounts]));
    }
    expect(ids.size).to.equal(2);
  });

  it('is refused in tables with rows of other partitions', async () => {
    const tables = await newTables();
    await tables.write([partitioningRow('accounts/orders', 0, { ...is, partitions: 2 })]);
    const error = await begin(tables, [5, 7]).catch((thrown: unknown) => thrown);
    expect(isStockafolioError(error, 'ERR_TABLES_TAKEN')).to.equal(true);
  });
});
