import { expect } from 'chai';
import fc from 'fast-check';
import { DAY, OPENING, traded, tradeOf } from '../../test/traded.js';
import { SHARE } from '../quantity.js';
import type { Trade } from '../trade.js';
import { dayGain } from './day-gain.js';
import { MOST_TODAY, portfolioFigures, type PortfolioFigures } from './portfolio-figures.js';

const FRIDAY = OPENING - 3 * 86_400_000;
const base = { price: 100_0000, kind: 'close', day: '2026-01-02' } as const;

const anyTrades = (id: string, start: number): fc.Arbitrary<Trade[]> =>
  fc
    .array(
      fc.record({
        user: fc.constantFrom('ann', 'bob'),
        symbol: fc.constantFrom('IBM', 'AAPL', 'KO'),
        side: fc.constantFrom('buy', 'sell'),
        quantity: fc.integer({ min: 1, max: 900 }).map((n) => n / 100),
        price: fc.integer({ min: 1_0000, max: 300_0000 }),
      }),
      { minLength: 1, maxLength: 30 },
    )
    .map((each) => each.map((fields, n) => tradeOf({ ...fields, id: `${id}${n}`, time: start + n * 1_000 }) as Trade));

const profit = ({ unrealized, realized }: PortfolioFigures): bigint => unrealized + BigInt(realized);

describe('the gain of a day', () => {
  it('is the change of unrealized and realized profit since the last prices of the day before', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrades('f', FRIDAY), anyTrades('m', OPENING), async (friday, monday) => {
        // A symbol that was first traded on Monday has no close, but then nothing of it was held.
        const before = await portfolioFigures((await traded(friday)).tables, 'ann');
        const after = await portfolioFigures((await traded([...friday, ...monday])).tables, 'ann', 8, DAY);
        if (after === undefined) return;
        expect(after.day.gain).to.equal(profit(after) - (before === undefined ? 0n : profit(before)));
        expect(after.day).to.include({ fromFirstPrice: 0, unknown: 0, now: after.marketValue, day: DAY });
        expect(after.day.before).to.equal(before?.marketValue ?? 0n);
        expect(after.day.trades).to.equal(monday.filter(({ user }) => user === 'ann').length);
      }),
      { numRuns: 40 },
    );
  });

  it('counts from the first price of the day where no close is known, and says so', async () => {
    // The rows of Friday's prices are gone; its trades and positions are not.
    const { tables } = await traded([
      tradeOf({ id: '1', time: OPENING - 30 * 86_400_000, price: 90_0000 }),
      tradeOf({ id: '2', user: 'bob', price: 100_0000 }),
      tradeOf({ id: '3', user: 'bob', price: 103_0000, time: OPENING + 1 }),
    ]);
    const ann = await portfolioFigures(tables, 'ann');
    expect(ann?.day).to.include({ gain: 30_0000n, atStake: 1_000_0000n, fromClose: 0, fromFirstPrice: 1, trades: 0 });
    expect(ann?.holdings[0]?.dayBase).to.deep.equal({ price: 100_0000, kind: 'first price', day: DAY });
  });

  it('of a symbol that was not traded on the day is nothing, since its last price', async () => {
    const { tables } = await traded([
      tradeOf({ id: '1', time: FRIDAY, price: 90_0000 }),
      tradeOf({ id: '2', user: 'bob', symbol: 'KO' }),
    ]);
    const ann = await portfolioFigures(tables, 'ann', 8, DAY);
    expect(ann?.day).to.include({ gain: 0n, fromClose: 1, closeDay: '2026-01-02', before: 900_0000n, now: 900_0000n });
  });

  it('includes what was sold completely', async () => {
    const { tables } = await traded([
      tradeOf({ id: '1', time: FRIDAY }),
      tradeOf({ id: '2', side: 'sell', price: 104_0000 }),
    ]);
    const ann = await portfolioFigures(tables, 'ann');
    expect(ann?.holdings).to.deep.equal([]);
    expect(ann?.day).to.include({ gain: 40_0000n, sold: 1_040_0000n, now: 0n, atStake: 1_000_0000n });
  });

  it('is not known of shares that a split or a transfer has changed, which the total says', async () => {
    const { tables } = await traded([
      tradeOf({ id: '1', time: FRIDAY }),
      tradeOf({ id: '2', time: FRIDAY + 1, symbol: 'KO' }),
      { id: 's', user: 'ann', symbol: 'IBM', time: OPENING, kind: 'split', numerator: 2, denominator: 1 },
      tradeOf({ id: '4', time: OPENING + 1, user: 'bob', price: 50_0000 }),
      tradeOf({ id: '5', time: OPENING + 1, user: 'bob', symbol: 'KO', price: 103_0000 }),
    ]);
    const ann = await portfolioFigures(tables, 'ann');
    expect(
      ann?.holdings.map(({ symbol, quantity, dayGain: of }) => [symbol, quantity / SHARE, of?.gain]),
    ).to.deep.equal([
      ['KO', 10, 30_0000n],
      ['IBM', 20, undefined],
    ]);
    expect(ann?.day).to.include({ gain: 30_0000n, fromClose: 1, unknown: 1 });
  });

  it('and other sums are of dollars alone', async () => {
    const { tables } = await traded([
      tradeOf({ id: '1' }),
      { ...tradeOf({ id: '2', symbol: 'SAP' }), currency: 'EUR' },
      // Somebody else holds a symbol of the same name in dollars.
      tradeOf({ id: '3', symbol: 'SAP', user: 'bob', price: 7_0000 }),
    ]);
    const ann = await portfolioFigures(tables, 'ann');
    expect(ann).to.include({ cost: 1_000_0000n, marketValue: 1_000_0000n, unrealized: 0n });
    expect(ann?.holdings.map(({ symbol, currency, price }) => [symbol, currency, price])).to.deep.equal([
      ['IBM', 'USD', 100_0000],
      ['SAP', 'EUR', undefined],
    ]);
    expect(ann?.day.unknown).to.equal(1);
  });

  it('is not known of more trades than are read', async () => {
    const trades = Array.from({ length: MOST_TODAY + 1 }, (_, n) => tradeOf({ id: String(n), time: OPENING + n }));
    const { tables } = await traded(trades);
    const ann = await portfolioFigures(tables, 'ann');
    expect([ann?.day.gain, ann?.holdings[0]?.dayGain]).to.deep.equal([undefined, undefined]);
    const { tables: enough } = await traded(trades.slice(1));
    expect((await portfolioFigures(enough, 'ann'))?.day).to.include({ gain: 0n, trades: MOST_TODAY });
  });

  it('is relative to what was held at the close, and what was opened since', () => {
    const row = { ...tradeOf({ id: '1', quantity: 30, side: 'sell', price: 100_0000 }), value: 3_000_0000 };
    const { atStake, before } = dayGain(row.quantity * -(2 / 3), [row], 100_0000, base);
    // Ten were held and closed; twenty were opened short.
    expect([before, atStake]).to.deep.equal([1_000_0000n, 3_000_0000n]);
  });
});
