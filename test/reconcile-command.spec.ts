import { embeddedTables } from '@stockafolio/connectors/embedded';
import type { Mutation, StoredRow } from '@stockafolio/core/ports';
import { portfolio, positions, tradesByUser, userTotals } from '@stockafolio/example';
import { lastComparison, type Comparison } from '@stockafolio/runner-batch';
import { expect } from 'chai';
import { dump, expectSameLines } from './support/dumps.js';
import { lastLine, must } from './support/run-command.js';
import { archive, batch, stream } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

async function kept(folder: string): Promise<Comparison | undefined> {
  const tables = embeddedTables(folder, { readOnly: true });
  try {
    return await lastComparison(tables, portfolio.name);
  } finally {
    await tables.close();
  }
}

describe('reconcile', () => {
  const at = tempFolder();
  const generate = ['generate', '--to'];

  before(async () => {
    await must([...generate, `log:${at('log')}`, '--trades', '3000', '--users', '200', '--start', '2026-01-05']);
    await archive(at('log'), at('archive'));
  });

  it('finds what is wrong with tables, repairs it, and then finds nothing', async () => {
    await batch(at('archive'), at('planted'), at('planted-checkpoints'));
    const right = await dump(at('planted'));
    const reconcile = ['reconcile', '--files', `file:${at('archive')}`, '--tables', `embedded:${at('planted')}`];
    expect(lastLine(await must([...reconcile, '--json']))).to.include({ differences: 0, newer: 0 });

    const store = embeddedTables(at('planted'));
    await store.create([positions, userTotals, tradesByUser]);
    const found: StoredRow[] = [];
    for await (const row of store.scanAll(userTotals)) found.push(row);
    const [changed, deleted] = found;
    if (changed === undefined || deleted === undefined) throw new Error('there are no rows to change');
    const faults: Mutation[] = [
      { table: userTotals, values: [...changed.values.slice(0, 1), 1, 1n, 1, 1, 1], version: changed.version + 1 },
      { table: userTotals, values: deleted.values.slice(0, 1), version: deleted.version + 1, deleted: true },
      {
        table: positions,
        values: ['nobody', 'IBM', 'Information Technology', 1, 1, 1, 1_767_600_000_000, undefined, undefined],
        version: 1,
      },
    ];
    await store.write(faults);
    await store.close();

    expect(lastLine(await must([...reconcile, '--json']))).to.include({
      changed: 1,
      missing: 1,
      extra: 1,
      differences: 3,
    });
    const { stdout } = await must(reconcile);
    expect(stdout).to.match(/user_totals \(.*\): changed: .*trades is 1, should be/);
    expect(stdout)
      .to.match(/user_totals \(.*\): missing/)
      .and.match(/positions \(nobody, IBM\): extra/);
    expect(lastLine(await must([...reconcile, '--repair', '--json']))).to.include({ differences: 3, repaired: 3 });
    expect(await kept(at('planted')), 'kept on request only').to.equal(undefined);
    expect(lastLine(await must([...reconcile, '--keep-result', '--json']))).to.include({ differences: 0 });
    const result = await kept(at('planted'));
    expect(result).to.include({ against: 'archive', day: null, isWhole: true, repaired: 0 });
    expect(result?.partitions.reduce((sum, { found }) => sum + found, 0)).to.equal(3_000);
    expect(result?.tables.find(({ table }) => table === 'trades_by_user')).to.include({ compared: 3_000, missing: 0 });
    expectSameLines(await dump(at('planted')), right, 'repaired tables');
  });

  it('finds rows that an older run has left', async () => {
    await must([...generate, `log:${at('grown')}`, '--trades', '500', '--users', '20', '--start', '2026-01-05']);
    await stream(at('grown'), at('stale'), at('stale-checkpoints'));
    await must([...generate, `log:${at('grown')}`, '--trades', '500', '--users', '20', '--start', '2026-01-06']);
    await archive(at('grown'), at('grown-archive'));
    const reconcile = ['reconcile', '--files', `file:${at('grown-archive')}`, '--tables', `embedded:${at('stale')}`];
    const first = lastLine(await must([...reconcile, '--repair', '--json']));
    expect(first['stale']).to.be.greaterThan(0);
    expect(first['missing']).to.be.greaterThan(0);
    expect(lastLine(await must([...reconcile, '--json']))['differences']).to.equal(0);
  });
});
