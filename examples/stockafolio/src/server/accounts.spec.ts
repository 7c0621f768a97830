import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { accountOf, OPENING, tradeOf, useServer } from '../../test/traded.js';
import type { StreamEvent } from '../account-stream.js';
import { accounts } from '../account-tables.js';
import { portfolio } from '../pipeline.js';
import type { WireAccounts } from './wire/types.js';

const of = (id: string): Pick<StreamEvent, 'id' | 'user' | 'time'> => ({ id, user: 'ann', time: OPENING });

describe('the API of accounts', () => {
  const serve = useServer();
  const asked = async (user: string, ...events: StreamEvent[]): Promise<[number, WireAccounts]> => {
    const harness = pipelineHarness<StreamEvent>(portfolio);
    harness.push(...events);
    await harness.commit();
    const { server } = await serve({ live: harness.tables });
    const answer = await server.inject(`/api/users/${user}/account?limit=3`);
    const rows = await harness.rows(accounts);
    if (answer.statusCode === 200 && rows.length > 0) {
      const wire = answer.json<WireAccounts>().accounts.find(({ currency }) => currency === rows[0]?.currency);
      if (wire !== undefined) expect(Number(wire.deposits)).to.equal((rows[0]?.deposits ?? 0) / 10_000);
    }
    return [answer.statusCode, answer.json<WireAccounts>()];
  };

  it('gives cash by currency after trades, and the newest events', async () => {
    const [code, { accounts: own, events }] = await asked('ann', ...accountOf('ann'));
    expect(code).to.equal(200);
    expect(own.map(({ currency, cash, commissions }) => [currency, cash, commissions])).to.deep.equal([
      // 5000 - 1000 - 1.50 + 440 + 0.48; the transfer brought no cash.
      ['USD', '4438.9800', '-1.5000'],
      ['EUR', '300.0000', '0.0000'],
    ]);
    expect(events.map(({ id, kind, amount, quantity, value }) => [id, kind, amount, quantity, value])).to.deep.equal([
      ['ann-e5', 'split', null, null, null],
      ['ann-e4', 'dividend', '0.4800', null, null],
      ['ann-e3', 'transfer-in', null, 1, '60.0000'],
    ]);
  });

  it('knows no cash of an account of trades alone, with or without commissions', async () => {
    expect(await asked('ann', { ...tradeOf({ id: 't1' }), commission: 1 })).to.deep.equal([
      200,
      { accounts: [], events: [] },
    ]);
  });

  it('has an account before its first trade, and none of a user who is not known', async () => {
    const deposit: StreamEvent = { ...of('e1'), kind: 'deposit', amount: 1_0000 };
    expect((await asked('ann', deposit))[1].accounts[0]?.cash).to.equal('1.0000');
    expect((await asked('bob', deposit))[0]).to.equal(404);
  });
});
