import { dateOfDays, daysOfDate } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import type { StreamEvent } from '../account-stream.js';
import type { AccountEvent } from '../books/account-event.js';
import { dailyReturns, type DailyReturns } from '../books/daily-returns.js';
import { moneyWeighted, paymentsOf, type Return } from '../books/returns.js';
import { sessionOf } from '../calendar/sessions.js';
import { tradingDay } from '../calendar/trading-day.js';
import { portfolioOf } from '../pipeline.js';
import { SHARE, tradeValue } from '../quantity.js';
import { accountLine, accountRows, symbolsOf, type AccountLine } from './account-line.js';
import { closesOf } from './day-closes.js';
import { levelsOf, marketIndex } from './market-index.js';
import { beforeRange, performance, type Performance, type Range } from './performance.js';

const byDay = portfolioOf({ byDay: true });
const SYMBOLS = ['A', 'B'] as const;
/** A Monday; holidays and weekends follow. */
const FIRST = '2025-12-15';
const DAYS = 45;
const LAST = dateOfDays(daysOfDate(FIRST) + DAYS - 1);

const symbol = fc.constantFrom(...SYMBOLS);
const amount = fc.integer({ min: 1, max: 9_000_0000 });
const shares = fc.oneof(
  fc.integer({ min: 1, max: 50 }).map((n) => n * SHARE),
  fc.integer({ min: 1e5, max: 3e9 }),
);
const drawn = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('trade'),
      symbol,
      side: fc.constantFrom('buy', 'buy', 'sell'),
      quantity: shares,
      price: fc.integer({ min: 1_0000, max: 300_0000 }),
      commission: fc.nat(9),
    }),
  },
  fc.record({ kind: fc.constantFrom('deposit', 'dividend', 'interest'), symbol, amount }),
  fc.record({ kind: fc.constantFrom('withdrawal', 'fee', 'tax'), symbol, amount: amount.map((each) => 0 - each) }),
  fc.record({ kind: fc.constant('transfer-in'), symbol, quantity: shares, value: amount }),
  fc.record({ kind: fc.constant('split'), symbol, numerator: fc.integer({ min: 2, max: 4 }) }),
);
type Drawn = Partial<{
  symbol: string;
  side: string;
  quantity: number;
  price: number;
  commission: number;
  amount: number;
  value: number;
  numerator: number;
}> & { kind: string };

interface Account {
  readonly stream: StreamEvent[];
  readonly books: AccountEvent[];
}

/** An account that begins with a deposit, as the stream has it and as the books do; actions come before the trades of a day. */
function accountOf(all: readonly (readonly [day: number, Drawn])[]): Account {
  const [stream, books]: [StreamEvent[], AccountEvent[]] = [[], []];
  const held = new Map<string, number>();
  const put = (day: number, hour: number, n: number, { kind, ...fields }: Drawn): void => {
    const time = Date.parse(`${dateOfDays(daysOfDate(FIRST) + day)}T${hour}:00:00.000Z`) + n;
    const of = { id: `e${n}`, user: 'ann', time };
    const { symbol = '', quantity = 0, price = 0, side, commission = 0, value = 0, numerator = 1 } = fields;
    const before = held.get(symbol) ?? 0;
    if (kind === 'split' && before === 0) return;
    if (kind === 'transfer-in' && before < 0) return;
    if (kind === 'trade') held.set(symbol, before + (side === 'buy' ? quantity : 0 - quantity));
    if (kind === 'split') held.set(symbol, before * numerator);
    if (kind === 'transfer-in') held.set(symbol, before + quantity);
    const placed = { ...of, rank: n, place: { file: 'x', line: n + 1 } };
    if (kind === 'trade') {
      stream.push({ ...of, symbol, sector: 'Energy', side: side as 'buy', quantity, price, commission });
      const fees = [{ currency: 'USD', amount: commission }];
      books.push({
        ...placed,
        kind,
        symbol,
        side: side as 'buy',
        quantity,
        price,
        value: tradeValue(quantity, price),
        currency: 'USD',
        fees,
      });
    } else if (kind === 'split') {
      stream.push({ ...of, kind, symbol, numerator, denominator: 1 });
      books.push({ ...placed, kind, symbol, numerator, denominator: 1 });
    } else if (kind === 'transfer-in') {
      stream.push({ ...of, kind, symbol, sector: 'Energy', quantity, value });
      books.push({
        ...placed,
        kind,
        symbol,
        quantity,
        lots: [{ quantity, basis: { currency: 'USD', amount: value }, opened: time }],
      });
    } else {
      const paid = { amount: fields.amount ?? 0, ...(kind === 'dividend' ? { symbol } : {}) };
      stream.push({ ...of, kind: kind as 'deposit', ...paid });
      books.push({ ...placed, kind: kind as 'deposit', currency: 'USD', ...paid });
    }
  };
  put(0, 13, 0, { kind: 'deposit', amount: 2_000_000_0000 });
  const byDayAndKind = [...all].sort(
    ([a, x], [b, y]) => a - b || Number(x.kind === 'trade') - Number(y.kind === 'trade'),
  );
  byDayAndKind.forEach(([day, each], n) => put(day, each.kind === 'trade' ? 15 : 14, n + 1, each));
  return { stream, books };
}

const anyAccount = fc
  .array(fc.tuple(fc.nat(DAYS - 1), drawn), { maxLength: 40, size: 'max' })
  .map((all) => accountOf(all as (readonly [number, Drawn])[]));

/** The trades of another user that close each symbol on each day of the market. */
const anyCloses = fc
  .array(fc.tuple(...SYMBOLS.map(() => fc.integer({ min: 10_0000, max: 200_0000 }))), {
    minLength: DAYS + 1,
    maxLength: DAYS + 1,
  })
  .map((prices) =>
    prices.flatMap((ofDay, n): StreamEvent[] => {
      const day = dateOfDays(daysOfDate(FIRST) - 1 + n);
      if (sessionOf(day) === undefined) return [];
      return ofDay.map((price, s) => ({
        ...{ id: `m${n}-${s}`, user: 'market', symbol: SYMBOLS[s] ?? '', sector: 'Energy', side: 'buy' as const },
        ...{ quantity: SHARE, price, time: (sessionOf(day)?.close ?? 0) - 1 },
      }));
    }),
  );

interface Found {
  readonly line: AccountLine;
  readonly of: (range: Exclude<Range, '1D'>) => Performance;
  readonly closes: ReadonlyMap<string, readonly { readonly day: string; readonly price: number }[]>;
}

async function figuresOf(events: readonly StreamEvent[], newest: string): Promise<Found> {
  const harness = pipelineHarness<StreamEvent>(byDay, { partitions: 1 });
  harness.push(...[...events].sort((a, b) => a.time - b.time));
  await harness.commit();
  expect(await harness.deadLetters()).to.deep.equal([]);
  const rows = await accountRows(harness.tables, 'ann');
  const symbols = [...new Set([...symbolsOf(rows), ...SYMBOLS])];
  const closes = new Map(
    await Promise.all(symbols.map(async (each) => [each, await closesOf(harness.tables, each)] as const)),
  );
  const line = accountLine(rows, closes, newest);
  const levels = levelsOf(marketIndex(closes, '9999-12-31'), new Map(), '9999-12-31');
  return { line, closes, of: (range) => performance(line.days, beforeRange(range, newest), levels, line.hasCash) };
}

function expectReturn(found: Return, law: Return, what: string): void {
  expect(found.kind, what).to.equal(law.kind);
  if (found.kind === 'rate' && law.kind === 'rate') {
    expect(found.rate, what).to.be.closeTo(law.rate, 1e-9 * Math.max(1, Math.abs(law.rate)));
  }
}

describe('the results of an account by day', () => {
  it('are those of the books, over any range', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        anyAccount,
        anyCloses,
        fc.constantFrom('1W' as const, '1M' as const, 'YTD' as const, 'ALL' as const),
        async (account, market, range) => {
          const { line, of, closes } = await figuresOf([...account.stream, ...market], LAST);
          const found = of(range);
          const first = found.points[1]?.at ?? '';
          const levels = levelsOf(marketIndex(closes, '9999-12-31'), new Map(), '9999-12-31');
          const law: DailyReturns = dailyReturns(account.books, {
            ...{ first, last: LAST, base: 'USD', method: 'fifo', benchmark: levels },
            prices: (name, day) => {
              const price = closes.get(name)?.find((close) => close.day === day)?.price;
              return price === undefined ? undefined : { currency: 'USD', amount: price };
            },
          });
          expect(law.unknown).to.equal(undefined);
          expect(line.differing).to.equal(0);
          expect(found.points.slice(1).map(({ at, value }) => [at, value])).to.deep.equal(
            law.days.map(({ day, value }) => [day, value]),
          );
          let profit = 0;
          const profits = law.days.map(({ pnl }) => (profit += pnl));
          expect(found.points.slice(1).map((point) => point.profit)).to.deep.equal(profits);
          for (const { value, invested, profit: since } of found.points.slice(1)) {
            const opening = found.points[0];
            expect((value ?? 0) - (invested ?? 0) - ((opening?.value ?? 0) - (opening?.invested ?? 0))).to.equal(since);
          }
          expectReturn(found.timeWeighted, law.timeWeighted, 'time-weighted');
          expectReturn(found.moneyWeighted, law.moneyWeighted, 'money-weighted');
          if (law.benchmark !== undefined) {
            expectReturn(found.market.timeWeighted, law.benchmark.timeWeighted, 'the market');
            expectReturn(found.market.moneyWeighted, law.benchmark.moneyWeighted, 'the market, by payments');
            const [opening, last] = [law.opening, law.days.at(-1)];
            const worth = found.points.at(-1)?.marketValue;
            if (last !== undefined && opening.value !== undefined && worth !== undefined) {
              const paid = paymentsOf({ day: opening.day, value: opening.value }, law.days, worth);
              expectReturn(moneyWeighted(paid), law.benchmark.moneyWeighted, 'its value at the end');
            }
          }
          if (law.timeWeighted.kind === 'rate') {
            const last = found.points.at(-1);
            expect(last?.growth).to.be.closeTo(
              1 + law.timeWeighted.rate,
              1e-9 * Math.max(1, Math.abs(law.timeWeighted.rate)),
            );
            compared += 1;
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(compared, 'accounts with a rate').to.be.greaterThan(20);
  });
});

describe('what is not known of an account', () => {
  const at = (day: string, minute = 0): number => Date.parse(`${day}T15:00:00.000Z`) + minute * 60_000;
  const trade = (id: string, day: string, fields: Partial<StreamEvent> = {}): StreamEvent => ({
    ...{ id, user: 'ann', symbol: 'A', sector: 'Energy', side: 'buy', quantity: 10 * SHARE, price: 100_0000 },
    time: at(day),
    ...fields,
  });

  it('has no value, profit or rate: a position without a price is counted, and never 0', async () => {
    const { of } = await figuresOf(
      [
        trade('t', '2026-01-05'),
        { id: 'd', user: 'ann', kind: 'deposit', amount: 2000_0000, time: at('2026-01-05', -1) },
        {
          id: 'n',
          user: 'ann',
          kind: 'transfer-in',
          symbol: 'N',
          sector: 'Energy',
          quantity: SHARE,
          time: at('2026-01-06'),
        },
        trade('x', '2026-01-08', { user: 'bob', symbol: 'N', price: 7_0000 }),
      ],
      '2026-01-08',
    );
    const { points, timeWeighted } = of('ALL');
    expect(points.map(({ at: day, value, unpriced, profit }) => [day, value, unpriced, profit])).to.deep.equal([
      ['2026-01-04', 0, 0, 0],
      ['2026-01-05', 2000_0000, 0, 0],
      ['2026-01-06', undefined, 1, undefined],
      ['2026-01-07', undefined, 1, undefined],
      ['2026-01-08', 2007_0000, 0, undefined],
    ]);
    expect(timeWeighted).to.deep.equal({ kind: 'none', why: '1 position has no price on 2026-01-06' });
  });

  it('counts a symbol that was not traded at its last close, divided by splits since then', async () => {
    const { of } = await figuresOf(
      [
        trade('t', '2026-01-05'),
        { id: 's', user: 'ann', kind: 'split', symbol: 'A', numerator: 4, denominator: 1, time: at('2026-01-07') },
        trade('o', '2026-01-08', { user: 'bob', symbol: 'B' }),
      ],
      '2026-01-08',
    );
    expect(of('ALL').points.map(({ value, earlier }) => [value, earlier])).to.deep.equal([
      [0, 0],
      [1000_0000, 0],
      [1000_0000, 1],
      [1000_0000, 1],
      [1000_0000, 1],
    ]);
  });

  it('is cash, if only trades are known: then the account is its shares, and each trade a payment', async () => {
    const { line, of } = await figuresOf(
      [
        trade('t', '2026-01-05'),
        trade('u', '2026-01-06', { side: 'sell', price: 110_0000, commission: 5_0000 }),
        trade('v', '2026-01-07', { user: 'bob' }),
      ],
      '2026-01-07',
    );
    const { points, timeWeighted } = of('ALL');
    expect(line.hasCash).to.equal(false);
    expect(points.map(({ value, invested, profit }) => [value, invested, profit])).to.deep.equal([
      [0, 0, 0],
      [1000_0000, 1000_0000, 0],
      [0, -95_0000, 95_0000],
      [0, -95_0000, 95_0000],
    ]);
    expectReturn(timeWeighted, { kind: 'rate', rate: 0.095 }, 'what was sold counts at the end of its day');
  });

  it('is what is in other currencies, and what the days do not add up to', async () => {
    const { line } = await figuresOf(
      [
        trade('t', '2026-01-05'),
        trade('e', '2026-01-05', { symbol: 'SAP.DE', currency: 'EUR' }),
        // After trades of its day: the days apply it before them.
        trade('b', '2026-01-06', { time: at('2026-01-06', -5) }),
        { id: 's', user: 'ann', kind: 'split', symbol: 'A', numerator: 2, denominator: 1, time: at('2026-01-06') },
      ],
      '2026-01-06',
    );
    expect(line.otherCurrencies).to.equal(1);
    expect(line.differing).to.equal(1);
  });
});

describe('a range of results', () => {
  it('begins at a close before it', () => {
    expect(beforeRange('1W', '2026-03-31')).to.equal('2026-03-24');
    expect(beforeRange('1M', '2026-03-31')).to.equal('2026-02-28');
    expect(beforeRange('1M', '2026-01-15')).to.equal('2025-12-15');
    expect(beforeRange('1Y', '2024-02-29')).to.equal('2023-02-28');
    expect(beforeRange('YTD', '2026-03-31')).to.equal('2025-12-31');
    expect(tradingDay(Date.UTC(2026, 0, 1, 12)) > beforeRange('YTD', '2026-01-01')).to.equal(true);
  });
});

describe('the market index', () => {
  const close = (day: string, price: number) => ({ day, price });

  it('is the mean of the changes of all symbols since their last closes', () => {
    const closes = new Map([
      ['A', [close('2026-01-05', 10), close('2026-01-06', 11), close('2026-01-08', 22)]],
      ['B', [close('2026-01-05', 100), close('2026-01-06', 100)]],
      ['N', [close('2026-01-06', 5), close('2026-01-08', 5)]],
    ]);
    const index = marketIndex(closes, '2026-01-09');
    expect(index.levels.map(({ day }) => day)).to.deep.equal(['2026-01-05', '2026-01-06', '2026-01-08']);
    [100, 105, 105 * (1 + 1 / 3)].forEach((level, n) => expect(index.levels[n]?.level).to.be.closeTo(level, 1e-9));
    expect(marketIndex(closes, '2026-01-08').levels).to.have.length(2);
    const now = levelsOf(
      marketIndex(closes, '2026-01-08'),
      new Map([['A', { ...close('2026-01-08', 22), time: 0, dayOpen: 0 }]]),
      '2026-01-08',
    );
    expect(now('2026-01-08')).to.be.closeTo(105 * (1 + 1 / 3), 1e-9);
    expect([now('2026-01-07'), now('2026-01-04')]).to.deep.equal([now('2026-01-06'), undefined]);
  });

  it('multiplies to the same whatever is the scale of the prices', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 2, maxLength: 30 }),
        fc.integer({ min: 1, max: 1000 }),
        (prices, scale) => {
          const of = (times: number) =>
            marketIndex(
              [['A', prices.map((price, n) => close(dateOfDays(20_000 + n), price * times))]],
              '9999-12-31',
            ).levels.at(-1)?.level ?? 0;
          const whole = (100 * (prices.at(-1) ?? 0)) / (prices[0] ?? 1);
          expect(of(1)).to.be.closeTo(whole, 1e-9 * whole);
          expect(of(scale)).to.be.closeTo(whole, 1e-9 * whole);
        },
      ),
    );
  });
});
