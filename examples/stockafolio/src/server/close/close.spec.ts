import { expect } from 'chai';
import { DAY, marketTrades, OPENING, traded, tradeOf, useServer } from '../../../test/traded.js';
import { compareClose } from '../../commands/compare-close.js';
import { portfolio } from '../../pipeline.js';
import { userTotals } from '../../tables.js';
import type { WireLastComparison, WireTwinRows, WireTwins } from '../wire/types.js';

const units = (decimal: string): bigint => BigInt(decimal.replace('.', ''));

describe('the close in the API', () => {
  const serve = useServer();

  it('has no comparison before one was kept', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables });
    expect((await server.inject('/api/close/comparison')).json()).to.deep.equal({ comparison: null });
  });

  it('gives the last comparison, and counts what was written since', async () => {
    const trades = marketTrades(600);
    const live = await traded(trades);
    const close = await traded(trades);
    await compareClose(portfolio, live.tables, close.tables, OPENING);
    const { server } = await serve({ live: live.tables, close: close.tables });
    const last = async (): Promise<WireLastComparison['comparison']> =>
      (await server.inject('/api/close/comparison')).json<WireLastComparison>().comparison;
    expect(await last()).to.include({ differences: 0, since: 0, isOther: false, against: 'batch', newer: 0 });
    live.push(tradeOf({ id: 'later', time: OPENING + 10_800_000 }));
    await live.commit();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await last()).to.include({ differences: 0, since: 1, isOther: false });
  });

  it('names the first rows that differ, with their columns', async () => {
    const live = await traded([tradeOf({ id: '1' })]);
    const close = await traded([tradeOf({ id: '1' })]);
    const row = await live.tables.get(userTotals, ['ann']);
    const values = [...(row?.values ?? [])];
    values[1] = 7;
    await live.tables.write([{ table: userTotals, values, version: (row?.version ?? 0) + 1 }]);
    await compareClose(portfolio, live.tables, close.tables, OPENING);
    const { server } = await serve({ live: live.tables });
    const { comparison } = (await server.inject('/api/close/comparison')).json<WireLastComparison>();
    expect(comparison).to.include({ differences: 1 });
    expect(comparison?.first).to.deep.equal([
      { table: 'user_totals', kind: 'changed', key: 'ann', columns: [{ column: 'trades', expected: '1', found: '7' }] },
    ]);
  });

  it('does not show the comparison of tables that were made anew as one of these', async () => {
    const first = await traded(marketTrades(50));
    await compareClose(portfolio, first.tables, first.tables, OPENING);
    const anew = await traded(marketTrades(3));
    const kept = { ...anew.tables, get: first.tables.get.bind(first.tables) };
    const { server } = await serve({ live: kept });
    const { comparison } = (await server.inject('/api/close/comparison')).json<WireLastComparison>();
    expect(comparison).to.include({ isOther: true });
  });

  for (const of of ['sectors', 'symbols'] as const) {
    it(`gives each figure of ${of} twice, the difference, and rows that add up to it`, async () => {
      const trades = marketTrades(900);
      const { tables: live } = await traded(trades);
      const { tables: close } = await traded(trades.slice(0, 500));
      const { server } = await serve({ live, close });
      const twins = (await server.inject(`/api/close/figures?day=${DAY}&of=${of}`)).json<WireTwins>();
      expect(twins).to.include({ isClosed: true, hasClose: true, day: DAY });
      expect([twins.total.live.trades, twins.total.close.trades, twins.total.difference.trades]).to.eql([
        900, 500, 400,
      ]);
      for (const twin of [twins.total, ...twins.twins.slice(0, 3)])
        expect(units(twin.difference.value)).to.equal(units(twin.live.value) - units(twin.close.value));
      const [greatest] = twins.twins;
      const query = new URLSearchParams({ day: DAY, of, name: greatest?.name ?? '' });
      const { rows } = (await server.inject(`/api/close/rows?${String(query)}`)).json<WireTwinRows>();
      const sum = (side: 'live' | 'close'): number =>
        rows.reduce((all, row) => all + Number(row[side]?.sums.trades ?? 0), 0);
      expect([sum('live'), sum('close')]).to.eql([greatest?.live.trades, greatest?.close.trades]);
    });
  }

  it('of a day without a close has only live figures', async () => {
    const { tables } = await traded(marketTrades(30));
    const { server } = await serve({ live: tables });
    expect((await server.inject('/api/close/figures')).json()).to.include({ isClosed: false, hasClose: false });
  });
});
