import { expect } from 'chai';
import { int64, table, text } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import { memoryTables } from '@stockafolio/testing';
import { keyOf, mend, reconcile, type Difference, type RepairVersions } from './reconcile.js';

const totals = table('totals', { partitionBy: ['user'] }, { user: text(), amount: int64() });
/** The archive's last version, in microseconds, and the present time. */
const LAST = 1_000;
const NOW = 5_000;

describe('reconcile', () => {
  it('ignores rows newer than the expected ones, unless they have the same version', async () => {
    const [expected, found] = [memoryTables(), memoryTables()];
    for (const tables of [expected, found]) await tables.create([totals]);
    const rows = (...of: [string, number, number][]): Mutation[] =>
      of.map(([user, amount, version]) => ({ table: totals, values: [user, amount], version }));
    await expected.write(rows(['ann', 1, 500], ['bob', 1, 500], ['cid', 1, 700], ['dan', 1, 700]));
    await found.write(rows(['ann', 2, 601], ['bob', 2, 600], ['cid', 2, 700], ['dan', 1, 700], ['eve', 2, 601]));
    const counts = { compared: 0, newer: 0 };
    const named: string[] = [];
    for await (const each of reconcile(expected, found, [totals], { upTo: 600, now: NOW }, counts))
      named.push(`${keyOf(each).join()} ${each.kind}`);
    expect(named).to.eql(['bob changed', 'cid changed']);
    expect(counts).to.eql({ compared: 4, newer: 2 });
  });
});

describe('mend', () => {
  let expected: Tables;
  let found: Tables;

  const put = (tables: Tables, user: string, amount: number, version: number): Promise<void> =>
    tables.write([{ table: totals, values: [user, amount], version }]);
  const remove = (user: string, version: number): Promise<void> =>
    found.write([{ table: totals, values: [user], version, deleted: true }]);
  const differences = async (): Promise<Difference[]> => {
    const options = { upTo: Number.POSITIVE_INFINITY, now: NOW };
    const all: Difference[] = [];
    for await (const each of reconcile(expected, found, [totals], options, { compared: 0, newer: 0 })) all.push(each);
    return all;
  };
  const kinds = async (): Promise<string[]> =>
    (await differences()).map(({ kind, expected, found }) => `${(expected ?? found)?.values[0] as string} ${kind}`);

  /** How often partitions were raised above the present time. */
  let raised = 0;
  const versions: RepairVersions = {
    lowest: LAST,
    highest: LAST + 100,
    raise: async () => {
      raised++;
      return NOW * 1000;
    },
  };
  const none = { future: [], open: [] };

  beforeEach(async () => {
    raised = 0;
    expected = memoryTables();
    found = memoryTables();
    for (const tables of [expected, found]) {
      await tables.create([totals]);
      for (const user of ['ann', 'bob', 'cid', 'dan']) await put(tables, user, 7, 500);
    }
  });

  it('repairs changed, missing and extra rows, whatever their versions within the archive', async () => {
    await put(found, 'ann', 8, 501);
    await remove('bob', LAST - 1);
    await put(found, 'eve', 1, 1);
    expect(await kinds()).to.eql(['ann changed', 'bob missing', 'eve extra']);
    expect(await mend(found, await differences(), versions)).to.eql(none);
    expect(await kinds()).to.eql([]);
    expect(raised).to.equal(0);
    await put(found, 'bob', 9, LAST + 1);
    expect(await kinds(), 'the next record of any partition counts').to.eql(['bob changed']);
  });

  it('rewrites with the present time a row that was deleted, changed or added by hand with a current timestamp', async () => {
    const byHand = NOW * 1000 - 1;
    await put(found, 'ann', 8, byHand);
    await remove('bob', byHand);
    await put(found, 'eve', 1, byHand);
    expect(await mend(found, await differences(), versions)).to.eql(none);
    expect(await kinds()).to.eql([]);
    expect(raised).to.equal(1);
    await put(found, 'bob', 9, NOW * 1000 + 1);
    expect(await kinds(), 'a later record still counts').to.eql(['bob changed']);
  });

  it('leaves a row alone that was changed by hand if later changes would be lost below the repair', async () => {
    const byHand = NOW * 1000 - 1;
    await put(found, 'ann', 8, byHand);
    await remove('bob', byHand);
    await put(found, 'cid', 8, 501);
    const { future, open } = await mend(found, await differences(), { ...versions, raise: async () => undefined });
    expect(future).to.eql([]);
    expect(open.map(({ expected }) => expected?.values[0])).to.have.members(['ann', 'bob']);
    expect(await kinds()).to.eql(['ann changed', 'bob missing']);
    await put(found, 'ann', 9, byHand + 1);
    expect((await found.get(totals, ['ann']))?.values).to.eql(['ann', 9]);
  });

  it('reports the row that it cannot repair: one that was deleted under a version in the future', async () => {
    await remove('bob', NOW * 1000 + 1_000_000);
    await remove('cid', 600);
    const { future } = await mend(found, await differences(), versions);
    expect(future.map(({ kind, expected }) => [kind, expected?.values[0]])).to.eql([['missing', 'bob']]);
    expect(await kinds()).to.eql(['bob missing']);
  });
});
