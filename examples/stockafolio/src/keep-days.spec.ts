import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import type { StreamEvent } from './account-stream.js';
import { tradingDay } from './calendar/trading-day.js';
import { positionDays, symbolCloses } from './day-tables.js';
import { portfolioOf } from './pipeline.js';
import { tradeValue } from './quantity.js';

const DAY = 86_400_000;
const FIRST = Date.UTC(2026, 0, 5, 15);
const byDay = portfolioOf({ byDay: true });

const anyEvent = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      symbol: fc.constantFrom('A', 'B'),
      sector: fc.constant('Energy'),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      quantity: fc.integer({ min: 1e6, max: 9e8 }),
      price: fc.integer({ min: 1_0000, max: 500_0000 }),
      commission: fc.constantFrom(undefined, 0, -1),
    }),
  },
  fc.record({
    kind: fc.constant('dividend' as const),
    symbol: fc.constantFrom('A', 'B'),
    currency: fc.constantFrom(undefined, 'EUR'),
    amount: fc.integer({ min: -500, max: 500_0000 }),
  }),
);

/** Events of some hours of ten days: many of one day, in any order. */
const anyEvents: fc.Arbitrary<StreamEvent[]> = fc
  .array(fc.tuple(anyEvent, fc.nat(9), fc.nat(20)), { maxLength: 40, size: 'max' })
  .map((all) =>
    all.map(([event, day, hour], n): StreamEvent => ({
      ...{ id: `e${n}`, user: 'ann', time: FIRST + day * DAY + hour * 3_600_000 },
      ...event,
    })),
  );

/** The sums by day, symbol and currency, without those that are nothing. */
async function summed(events: readonly StreamEvent[]): Promise<Record<string, readonly number[]>> {
  const harness = pipelineHarness<StreamEvent>(byDay, { partitions: 1 });
  harness.push(...events);
  await harness.commit();
  const sums: Record<string, readonly number[]> = {};
  for (const { day, symbol, currency, quantity, paid, costs, dividends } of await harness.rows(positionDays)) {
    const own = [quantity, paid, costs, dividends];
    const key = `${day} ${symbol} ${currency}`;
    sums[key] = own.map((amount, n) => amount + (sums[key]?.[n] ?? 0));
  }
  return Object.fromEntries(Object.entries(sums).filter(([, amounts]) => amounts.some((amount) => amount !== 0)));
}

function naive(events: readonly StreamEvent[]): Record<string, readonly number[]> {
  const sums: Record<string, number[]> = {};
  for (const { time, symbol = '', currency = 'USD', side, quantity = 0, price = 0, commission, amount } of events) {
    const key = `${tradingDay(time)} ${symbol} ${currency}`;
    const own = (sums[key] ??= [0, 0, 0, 0]);
    const sign = side === 'sell' ? -1 : 1;
    const effect = [sign * quantity, sign * tradeValue(quantity, price), commission ?? 0, amount ?? 0];
    effect.forEach((each, n) => (own[n] = (own[n] ?? 0) + (n === 1 && quantity === 0 ? 0 : each)));
  }
  return Object.fromEntries(Object.entries(sums).filter(([, amounts]) => amounts.some((each) => each !== 0)));
}

describe('what users did by day', () => {
  it('adds up to the same in any order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyEvents.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
        ),
        async ([events, arrived]) => {
          expect(await summed(arrived)).to.deep.equal(naive(events));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is undone by trades with the opposite side, whenever they come', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, anyEvents, async (events, later) => {
        const trades = events.filter(({ side }) => side !== undefined);
        const undone = trades.map(({ commission, side, ...trade }): StreamEvent => ({
          ...{ ...trade, id: `${trade.id}-undone`, side: side === 'buy' ? 'sell' : 'buy' },
          ...(commission === undefined ? {} : { commission: 0 - commission }),
        }));
        const after = later.map((event) => ({ ...event, id: `later-${event.id}` }));
        expect(await summed([...trades, ...after, ...undone])).to.deep.equal(naive(after));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps in its state one day of each position, and has a row for a record of an earlier day', async () => {
    const harness = pipelineHarness<StreamEvent>(byDay, { partitions: 1 });
    const bought = (id: string, day: number): StreamEvent => ({
      ...{ id, user: 'ann', symbol: 'A', sector: 'Energy', side: 'buy', quantity: 1e8, price: 10_0000 },
      time: FIRST + day * DAY,
    });
    harness.push(bought('a', 1), bought('b', 1), bought('c', 0), bought('d', 2), bought('e', 1));
    await harness.commit();
    const rows = await harness.rows(positionDays);
    expect(rows.map(({ day, part, quantity }) => [day, part, quantity / 1e8])).to.deep.equal([
      ['2026-01-07', 0, 1],
      ['2026-01-06', 0, 2],
      ['2026-01-06', 2, 1],
      ['2026-01-05', 1, 1],
    ]);
  });
});

describe('the closes of symbols', () => {
  it('are the prices of the newest trades of each day, in any order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, async (events) => {
        const harness = pipelineHarness<StreamEvent>(byDay, { partitions: 1 });
        harness.push(...events);
        await harness.commit();
        const newest = new Map<string, StreamEvent>();
        for (const event of events) {
          if (event.side === undefined) continue;
          const key = `${event.symbol} ${tradingDay(event.time)}`;
          if (event.time >= (newest.get(key)?.time ?? 0)) newest.set(key, event);
        }
        const rows = await harness.rows(symbolCloses);
        expect(Object.fromEntries(rows.map(({ symbol, day, price }) => [`${symbol} ${day}`, price]))).to.deep.equal(
          Object.fromEntries([...newest].map(([key, { price }]) => [key, price])),
        );
      }),
      { numRuns: 60 },
    );
  });
});
