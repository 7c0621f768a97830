import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import type { AccountEvent } from './books/account-event.js';
import { balancesAt } from './books/balances.js';
import { newYorkMoment } from './calendar/new-york-time.js';
import { tradingDay } from './calendar/trading-day.js';
import type { StreamEvent } from './account-stream.js';
import { accounts } from './account-tables.js';
import { portfolioOf } from './pipeline.js';
import { SHARE } from './quantity.js';
import { unsettled } from './settlement-table.js';
import { positions } from './tables.js';
import { dateOfDays, daysOfDate } from '@stockafolio/core';

const DAY = 86_400_000;
/** Columbus Day is on the 14th. */
const FIRST = Date.UTC(2024, 9, 7, 15);

type Kind = 'buy' | 'sell' | 'split' | 'stock-dividend' | 'deposit';

/** Events of a user in order; shares are held at each split and dividend. */
const anyEvents: fc.Arbitrary<readonly StreamEvent[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom<Kind>('buy', 'buy', 'sell', 'split', 'stock-dividend', 'deposit'),
      symbol: fc.constantFrom('KO', 'GE'),
      ...{
        step: fc.integer({ min: 0, max: 40 }),
        parts: fc.integer({ min: 1, max: 5_000 }),
        of: fc.integer({ min: 1, max: 4 }),
      },
    }),
    { maxLength: 30, size: 'max' },
  )
  .map((drawn) => {
    let time = FIRST;
    const held = new Map<string, number>();
    return drawn.flatMap(({ kind, symbol, step, parts, of }, n): StreamEvent[] => {
      time += step * 3_600_000;
      const event = { id: `e${n}`, user: 'ann', time };
      const quantity = parts * (SHARE / 100);
      const before = held.get(symbol) ?? 0;
      if (kind === 'deposit') return [{ ...event, kind, amount: parts }];
      if (kind === 'buy' || kind === 'sell') {
        held.set(symbol, before + (kind === 'buy' ? quantity : -quantity));
        const terms = { symbol, sector: 'Energy', side: kind, quantity, price: 200_0000 + parts };
        return [{ ...event, ...terms, ...(of === 1 ? { commission: 1_2500 } : {}) }];
      }
      if (before === 0) return [];
      if (kind === 'split') {
        held.set(symbol, before * of);
        return [{ ...event, kind, symbol, numerator: of, denominator: 1 }];
      }
      held.set(symbol, before + Math.sign(before) * quantity);
      return [{ ...event, kind, symbol, quantity }];
    });
  });

/** The same event as the books know it. */
function asBooks(event: StreamEvent, rank: number): AccountEvent {
  const { id, user, time, kind, symbol = '', quantity = 0, price = 0, side = 'buy', amount = 0, commission } = event;
  const base = { id, user, time, rank, place: { file: 'f', line: rank } };
  if (kind === 'deposit') return { ...base, kind, currency: 'USD', amount };
  if (kind === 'split') return { ...base, kind, symbol, numerator: event.numerator ?? 1, denominator: 1 };
  if (kind === 'stock-dividend') return { ...base, kind, symbol, quantity };
  const value = Number((BigInt(quantity) * BigInt(price) * 2n + BigInt(SHARE)) / (BigInt(SHARE) * 2n));
  const fees = commission === undefined ? [] : [{ currency: 'USD', amount: commission }];
  return { ...base, kind: 'trade', symbol, side, quantity, price, value, currency: 'USD', fees };
}

describe('keepUnsettled', () => {
  it('leaves of each position and of cash what the books have settled, at the end of any day', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, fc.nat(20), async (events, after) => {
        const day = dateOfDays(daysOfDate(tradingDay(FIRST)) + after);
        const end = newYorkMoment(daysOfDate(day) + 1, 0) - 1;
        const harness = pipelineHarness(portfolioOf({ settlement: true }), { partitions: 1 });
        const past = events.filter(({ time }) => time <= end);
        harness.push(...past, { id: 'last', user: 'bob', time: end, kind: 'deposit', amount: 1 });
        await harness.commit();
        const shares = new Map<string, number>();
        let cash = 0;
        for (const { symbol, quantity, cost, realized } of (await harness.rows(positions)).filter(
          ({ user }) => user === 'ann',
        )) {
          shares.set(symbol, quantity);
          cash += realized - cost;
        }
        for (const { user, deposits, commissions } of await harness.rows(accounts))
          if (user === 'ann') cash += deposits + commissions;
        for (const { symbol, quantity, amount, settles } of await harness.rows(unsettled)) {
          expect(settles > day, settles).to.equal(true);
          shares.set(symbol, (shares.get(symbol) ?? 0) - quantity);
          cash -= amount;
        }
        const settled = balancesAt(events.map(asBooks), day, 'settlement');
        expect(new Map([...shares].filter(([, each]) => each !== 0))).to.deep.equal(settled.shares);
        expect(cash).to.equal(settled.cash.get('USD') ?? 0);
      }),
      { numRuns: 300 },
    );
  });

  it('has a row until the day on which a trade settles begins in New York', async () => {
    const harness = pipelineHarness(portfolioOf({ settlement: true }), { partitions: 2 });
    const trade = {
      user: 'ann',
      symbol: 'KO',
      sector: 'Energy',
      side: 'buy',
      quantity: 2 * SHARE,
      price: 5_0000,
    } as const;
    harness.push({ ...trade, id: 't1', time: Date.UTC(2024, 9, 11, 15) });
    harness.push({ ...trade, id: 't2', time: Date.UTC(2024, 9, 14, 15), commission: 1_0000 });
    await harness.commit();
    const row = { user: 'ann', symbol: 'KO', settles: '2024-10-15', quantity: 4 * SHARE, amount: -21_0000 };
    expect((await harness.rows(unsettled)).map((each) => ({ ...each }))).to.deep.include(row);
    harness.push({ ...trade, id: 't3', time: Date.UTC(2024, 9, 15, 4, 1) + DAY });
    await harness.commit();
    expect((await harness.rows(unsettled)).map(({ settles }) => settles)).to.deep.equal(['2024-10-17']);
  });
});
