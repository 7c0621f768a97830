import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { sessionOf } from '../calendar/sessions.js';
import { tradingDay } from '../calendar/trading-day.js';
import { SHARE } from '../quantity.js';
import { Trade } from '../trade.js';
import { listingOf } from '../universe/universe.js';
import type { GeneratorOptions } from './options.js';
import { generateTrades } from './trade-generator.js';

const monday = Date.parse('2026-01-05T14:30:00Z');
const base: GeneratorOptions = { trades: 2000, users: 1000, seed: 7, start: monday, rate: 100 };

const all = (options: Partial<GeneratorOptions>): Trade[] => [...generateTrades({ ...base, ...options })];
const digest = (trades: readonly Trade[]): string =>
  createHash('sha256')
    .update(JSON.stringify(trades.map((trade) => ({ ...trade, quantity: trade.quantity / SHARE }))))
    .digest('hex')
    .slice(0, 16);

const skew = fc.oneof(
  fc.constant('uniform' as const),
  fc.record({ zipf: fc.double({ min: 0.2, max: 3, noNaN: true }) }),
);
const options: fc.Arbitrary<GeneratorOptions> = fc.record({
  trades: fc.nat(500),
  users: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 10_000_000 })),
  seed: fc.maxSafeNat(),
  start: fc.integer({ min: Date.UTC(1995, 0, 1), max: Date.UTC(2150, 0, 1) }),
  rate: fc.oneof(fc.double({ min: 0.001, max: 50, noNaN: true }), fc.constantFrom(1, 1000, 20_000)),
  userSkew: skew,
  symbolSkew: skew,
  outOfOrder: fc.constantFrom(0, 0, 1, 500, 100_000),
});

describe('generated trades', () => {
  it('are the same for the same options, in whatever batches they are taken', () => {
    fc.assert(
      fc.property(options, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (o, sizes) => {
        const generator = generateTrades(o);
        const taken: Trade[] = [];
        for (let i = 0, batch = generator.next(3); batch.length > 0; i++) {
          taken.push(...batch);
          batch = generator.next(sizes[i % sizes.length] ?? 1);
        }
        expect(taken).to.deep.equal([...generateTrades(o)]);
        expect(taken.length).to.equal(o.trades);
      }),
    );
  });

  it('are the same on every machine and version of Node', () => {
    expect(digest(all({ trades: 20_000, rate: 0.5 }))).to.equal('aa8c560a031788b9');
    expect(digest(all({ trades: 20_000, userSkew: { zipf: 1.2 }, symbolSkew: { zipf: 1 }, outOfOrder: 900 }))).to.equal(
      '67ce29fe1ce5b8bd',
    );
  });

  it('differ from seed to seed', () => {
    const rest = ({ seed }: { seed: number }): unknown[] =>
      all({ seed, trades: 50 }).map(({ id, ...other }) => id && other);
    expect(rest({ seed: 1 })).not.to.deep.equal(rest({ seed: 2 }));
    expect(rest({ seed: 1 })).not.to.deep.equal(rest({ seed: 1 + 2 ** 32 }));
  });

  it('are trades by their schema, of the universe, in market hours, with ids that are unique and users of one width', () => {
    fc.assert(
      fc.property(options, (o) => {
        const trades = [...generateTrades(o)];
        const width = String(o.users - 1).length + 1;
        for (const t of trades) {
          const session = sessionOf(tradingDay(t.time));
          const laws = {
            fields: Object.keys(t).join() === Trade.names.slice(0, 8).join(),
            sector: listingOf(t.symbol)?.sector === t.sector,
            hours: session !== undefined && t.time >= session.open && t.time < session.close && t.time >= o.start,
            price: Number.isSafeInteger(t.price) && t.price >= 100,
            quantity: t.quantity % SHARE === 0 && t.quantity >= SHARE && t.quantity <= 500 * SHARE,
            user: t.user.length === width && Number(t.user.slice(1)) < o.users,
          };
          if (Object.values(laws).includes(false)) expect.fail(`${JSON.stringify(t)} breaks ${JSON.stringify(laws)}`);
        }
        expect(new Set(trades.map((t) => t.id)).size).to.equal(trades.length);
      }),
    );
  });

  it('come in time order, at the rate, and continue at the next open', () => {
    const trades = all({ trades: 23_400 * 2 + 1, rate: 2 });
    expect(trades[1]?.time).to.equal(monday + 500);
    expect(trades[46_799]?.time).to.equal(Date.parse('2026-01-05T20:59:59.500Z'));
    expect(trades[46_800]?.time).to.equal(Date.parse('2026-01-06T14:30:00Z'));
    expect(trades.every((t, i) => i === 0 || t.time >= (trades[i - 1]?.time ?? 0))).to.equal(true);
  });

  it('keep a rate of less than one a session', () => {
    const times = all({ trades: 4, rate: 1 / 36_000 }).map((t) => new Date(t.time).toISOString());
    // Ten hours of trading are between two: one session of six and a half, and the rest.
    expect(times).to.deep.equal([
      '2026-01-05T14:30:00.000Z',
      '2026-01-06T18:00:00.000Z',
      '2026-01-08T15:00:00.000Z',
      '2026-01-09T18:30:00.000Z',
    ]);
  });

  it('out of order are the same trades, none later than the limit', () => {
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 5000 }), (o, outOfOrder) => {
        const ordered = [...generateTrades({ ...o, outOfOrder: 0 })];
        const jittered = [...generateTrades({ ...o, outOfOrder })];
        const byNumber = (a: Trade, b: Trade): number => number(a) - number(b);
        expect([...jittered].sort(byNumber)).to.deep.equal(ordered);
        let newest = 0;
        for (const { time } of jittered) {
          newest = Math.max(newest, time);
          if (newest - time > outOfOrder) expect.fail(`${newest - time} ms late`);
        }
      }),
    );
    const jittered = all({ outOfOrder: 1000 });
    expect(jittered.filter((t, i) => i > 0 && t.time < (jittered[i - 1]?.time ?? 0)).length).to.be.above(500);
  });

  it('have prices that walk in steps, within a fifth of the day’s opening, over many days', () => {
    const trades = all({ trades: 50_000, rate: 0.2, symbolSkew: { zipf: 1.5 }, users: 1_000_000 });
    const seen = new Map<string, { low: number; high: number; last: number; day: string }>();
    const steps: number[] = [];
    for (const { symbol, price, time } of trades) {
      const day = tradingDay(time);
      const before = seen.get(symbol);
      if (before?.day !== day) {
        seen.set(symbol, { low: price, high: price, last: price, day });
        continue;
      }
      if (price > 50_0000) steps.push(price / before.last - 1);
      const low = Math.min(before.low, price);
      const high = Math.max(before.high, price);
      // Two prices of one day lie at most a fifth below and a fifth above its opening.
      if (high / low > 1.2 / 0.8 + 0.01) expect.fail(`${symbol} went from ${low} to ${high} on ${day}`);
      seen.set(symbol, { low, high, last: price, day });
    }
    const deviation = Math.sqrt(steps.reduce((sum, s) => sum + s * s, 0) / steps.length);
    expect(deviation).to.be.within(0.0004, 0.0007);
    expect(steps.filter((s) => Math.abs(s) < deviation).length / steps.length).to.be.within(0.64, 0.73);
    expect(trades.some((t) => t.price % 100 !== 0)).to.equal(true);
  });

  it('have the requested part with fractions, and are otherwise the same', () => {
    const [whole, some] = [all({ trades: 5_000 }), all({ trades: 5_000, fractions: 0.25 })];
    const changed = some.filter((trade, n) => trade.quantity !== whole[n]?.quantity);
    expect(changed.length / 5_000).to.be.within(0.22, 0.28);
    for (const { quantity } of changed) expect(quantity).to.be.within(1, 20 * SHARE);
    expect(changed.filter(({ quantity }) => quantity % SHARE !== 0).length / changed.length).to.be.greaterThan(0.99);
    const quantity = 1;
    expect(some.map((trade) => ({ ...trade, quantity }))).to.deep.equal(whole.map((trade) => ({ ...trade, quantity })));
    for (const fractions of [-0.1, 1.1, Number.NaN]) expect(() => all({ fractions })).to.throw(/fractions cannot be/);
  });

  it('are more often bought than sold, mostly in round lots', () => {
    const trades = all({ trades: 20_000 });
    const part = (condition: (t: Trade) => boolean): number => trades.filter(condition).length / trades.length;
    expect(part((t) => t.side === 'buy')).to.be.within(0.58, 0.62);
    expect(part((t) => t.quantity % (100 * SHARE) === 0)).to.be.within(0.58, 0.64);
    expect(part((t) => t.quantity % (10 * SHARE) !== 0)).to.be.within(0.11, 0.16);
  });

  it('reject invalid options by name', () => {
    const refused = (o: Partial<GeneratorOptions>): string => {
      try {
        generateTrades({ ...base, ...o });
      } catch (error) {
        return String(error);
      }
      return '';
    };
    expect(refused({ users: 0 })).to.match(/users cannot be 0/);
    expect(refused({ trades: -1 })).to.match(/trades/);
    expect(refused({ rate: 0 })).to.match(/rate/);
    expect(refused({ seed: 1.5 })).to.match(/seed/);
    expect(refused({ start: Number.NaN })).to.match(/start/);
    expect(refused({ userSkew: { zipf: 0 } })).to.match(/userSkew/);
    expect(refused({ trades: Number.POSITIVE_INFINITY })).to.equal('');
  });
});

function number(trade: Trade): number {
  return Number.parseInt(trade.id.slice(trade.id.indexOf('-') + 1), 36);
}
