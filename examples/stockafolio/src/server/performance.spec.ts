import { expect } from 'chai';
import { byDay, DAY, OPENING, traded, tradeOf, useServer } from '../../test/traded.js';
import type { StreamEvent } from '../account-stream.js';
import { generateTrades } from '../generator/trade-generator.js';
import { portfolio } from '../pipeline.js';
import type { Trade } from '../trade.js';
import type { WirePerformance, WirePortfolio } from './wire/types.js';

const RANGES = ['1D', '1W', '1M', 'YTD', '1Y', 'ALL'] as const;
const units = (decimal: string | null | undefined): bigint => BigInt(String(decimal).replace('.', ''));

/** Trades of the seven sessions from December 31 on, without a weekend's. */
function sessions(count: number): Trade[] {
  const session = 6.5 * 3600;
  const start = Date.UTC(2025, 11, 31, 14, 30);
  return generateTrades({ trades: count, users: 20, seed: 3, start, rate: count / (7 * session) }).next(count);
}

describe('the results of an account, in the API', () => {
  const serve = useServer();
  const of = async (events: readonly StreamEvent[], pipeline = byDay) => {
    const { tables } = await traded(events, pipeline);
    const { server } = await serve({ live: tables });
    return {
      performance: async (user: string, range: string) =>
        (await server.inject(`/api/users/${user}/performance?range=${range}`)).json<WirePerformance>(),
      portfolio: async (user: string) => (await server.inject(`/api/users/${user}`)).json<WirePortfolio>(),
      server,
    };
  };

  it('are what is realized and unrealized together, over all; and over a day the gain of the day', async () => {
    const { performance, portfolio } = await of(sessions(4_000));
    for (const user of ['u00', 'u01', 'u07']) {
      const { totals } = await portfolio(user);
      const all = await performance(user, 'ALL');
      expect(all.hasCash).to.equal(false);
      expect(all.differing).to.equal(0);
      expect(units(all.summary.profit)).to.equal(units(totals.realized) + units(totals.unrealized));
      expect(units(all.summary.value)).to.equal(units(totals.marketValue));
      const day = await performance(user, '1D');
      expect(totals.day.fromFirstPrice, 'all closes are known').to.equal(0);
      expect(day.summary.profit).to.equal(totals.day.gain);
      expect(day.points.at(-1)?.value).to.equal(totals.marketValue);
      expect(day.points.length).to.be.greaterThan(20);
    }
  });

  it('begin with profit 0 and both indices at 100, and end on the newest day', async () => {
    const { performance } = await of(sessions(4_000));
    for (const range of RANGES) {
      const { points, day, summary } = await performance('u00', range);
      const [first, last] = [points[0], points.at(-1)];
      expect([range, first?.profit, first?.index]).to.deep.equal([range, '0.0000', 100]);
      expect(points.find(({ market }) => market !== null)?.market).to.equal(100);
      expect(last?.at.slice(0, 10)).to.equal(day);
      expect(last?.profit).to.equal(summary.profit);
      for (const { value, market } of points.slice(1)) {
        expect(value).to.match(/^-?\d+\.\d{4}$/);
        expect(market).to.be.within(50, 200);
      }
    }
    const { points } = await performance('u00', 'YTD');
    expect(points.map(({ at }) => at).slice(0, 3)).to.deep.equal(['2025-12-31', '2026-01-02', '2026-01-05']);
  });

  it('count cash as a part of the account, and name dividends by symbol', async () => {
    const { performance } = await of([
      { id: 'd', user: 'ann', kind: 'deposit', amount: 5000_0000, time: OPENING - 1 },
      tradeOf({ id: 't', commission: 2_0000 }),
      { id: 'v', user: 'ann', kind: 'dividend', symbol: 'IBM', amount: 12_5000, time: OPENING + 1 },
      { id: 'w', user: 'ann', kind: 'dividend', symbol: 'IBM', amount: 1_0000, time: OPENING + 2 },
    ]);
    const { hasCash, summary, dividends, points } = await performance('ann', 'ALL');
    expect(hasCash).to.equal(true);
    expect(summary).to.include({ value: '5011.5000', invested: '5000.0000', profit: '11.5000' });
    expect(summary.timeWeighted.rates[0]).to.be.closeTo(11.5 / 5000, 1e-12);
    expect(dividends).to.deep.equal([{ symbol: 'IBM', currency: 'USD', amount: '13.5000' }]);
    expect(points.map(({ at }) => at)).to.deep.equal(['2026-01-04', DAY]);
  });

  it('say of how many positions a price is missing, and how many are not included', async () => {
    const { performance } = await of([
      tradeOf({ id: 't' }),
      tradeOf({ id: 'e', symbol: 'SAP.DE', currency: 'EUR' }),
      { id: 'i', user: 'ann', kind: 'transfer-in', symbol: 'KO', sector: 'x', quantity: 1e8, time: OPENING + 1 },
    ]);
    for (const range of ['1D', '1M']) {
      const { points, summary, otherCurrencies } = await performance('ann', range);
      expect(points.at(-1)).to.include({ value: null, profit: null, index: null, unpriced: 1 });
      expect(summary.timeWeighted.why).to.contain('1 position has no price');
      expect(otherCurrencies).to.equal(1);
    }
  });

  it('are not kept without the option, which the answer says how to get', async () => {
    const { server } = await of([tradeOf({ id: 't' })], portfolio);
    const answer = (await server.inject('/api/users/ann/performance')).json<WirePerformance>();
    expect([answer.kept, answer.points]).to.deep.equal([false, []]);
    expect(answer.why).to.contain('--app @stockafolio/example/with-days');
  });

  it('are of users who have traded, and of ranges that there are', async () => {
    const { server } = await of([tradeOf({ id: 't' })]);
    expect((await server.inject('/api/users/nobody/performance')).statusCode).to.equal(404);
    const wrong = await server.inject('/api/users/ann/performance?range=2D');
    expect([wrong.statusCode, wrong.json<{ error: { message: string } }>().error.message]).to.deep.equal([
      400,
      'range: it must be 1D, 1W, 1M, YTD, 1Y, ALL',
    ]);
  });
});
