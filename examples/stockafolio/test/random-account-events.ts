import fc from 'fast-check';
import type { AccountEvent, Cash, TradeEvent } from '../src/books/account-event.js';
import { SHARE } from '../src/books/exact.js';

const DAY = 86_400_000;
/** A Tuesday, 10:00 in New York. */
export const FIRST = Date.UTC(2024, 0, 2, 15);

type Unplaced<E> = E extends unknown ? Omit<E, 'id' | 'user' | 'time' | 'rank' | 'place'> : never;

const symbol = fc.constantFrom('A', 'B', 'C');
const other = fc.constantFrom(['A', 'B'], ['B', 'C'], ['C', 'A']).map(([from = '', to = '']) => ({ symbol: from, to }));
const quantity = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((shares) => shares * SHARE),
  fc.integer({ min: 1, max: 40_000 }).map((parts) => parts * (SHARE / 1000)),
);
const amount = fc.integer({ min: 1, max: 9_000_0000 });
const signed = fc.integer({ min: -900_0000, max: 900_0000 });
const ratio = fc.integer({ min: 1, max: 5 });

/** Trades in one currency, or in two, some with an amount of their own in cash. */
function trades(currencies: readonly string[]): fc.Arbitrary<Unplaced<TradeEvent>> {
  const currency = fc.constantFrom(...currencies);
  const fee = fc.record({ currency, amount: fc.integer({ min: -5, max: 900 }) });
  return fc
    .record({
      symbol,
      side: fc.constantFrom<TradeEvent['side']>('buy', 'buy', 'sell'),
      quantity,
      price: fc.integer({ min: 1, max: 500_0000 }),
      currency,
      fees: fc.array(fee, { maxLength: 2 }),
      paid: fc.option(fc.record({ currency, amount: fc.integer({ min: 0, max: 9_000_0000 }) }), {
        nil: undefined,
        freq: 4,
      }),
      settlementDate: fc.option(fc.constantFrom('2024-01-02', '2024-02-20', '2025-01-02'), { nil: undefined, freq: 4 }),
      origin: fc.constantFrom<TradeEvent['origin']>(undefined, undefined, undefined, 'gift', 'reinvestment'),
    })
    .map(({ paid, settlementDate, origin, ...terms }) => {
      const value = Number((BigInt(terms.quantity) * BigInt(terms.price)) / BigInt(SHARE));
      const sign = terms.side === 'buy' ? -1 : 1;
      const settled: Cash | undefined =
        origin === 'gift'
          ? { currency: terms.currency, amount: 0 }
          : paid === undefined
            ? undefined
            : { currency: paid.currency, amount: 0 + sign * paid.amount };
      return {
        ...{ kind: 'trade' as const, ...terms, value },
        ...(settled === undefined ? {} : { settled }),
        ...(settlementDate === undefined ? {} : { settlementDate }),
        ...(origin === undefined ? {} : { origin }),
      };
    });
}

function others(currencies: readonly string[]): fc.Arbitrary<Unplaced<AccountEvent>> {
  const currency = fc.constantFrom(...currencies);
  const cash = fc.record({ currency, amount });
  const lots = fc.array(
    fc.record({ quantity, basis: cash, opened: fc.integer({ min: 1, max: 900 }).map((age) => FIRST - age * DAY) }),
    { minLength: 1, maxLength: 2 },
  );
  return fc.oneof(
    fc
      .tuple(
        fc.constantFrom('fee' as const, 'commission' as const, 'interest' as const, 'tax' as const),
        fc.record({ currency, amount: signed }),
      )
      .map(([kind, paid]) => ({ kind, ...paid })),
    cash.map((paid) => ({ kind: 'deposit' as const, ...paid })),
    cash.map((paid) => ({ kind: 'withdrawal' as const, currency: paid.currency, amount: 0 - paid.amount })),
    fc.tuple(symbol, cash).map(([of, paid]) => ({ kind: 'cash-in-lieu' as const, symbol: of, ...paid })),
    fc.tuple(symbol, currency, signed).map(([of, in_, paid]) => ({
      ...{ kind: 'dividend' as const, symbol: of, currency: in_, amount: paid },
    })),
    fc.tuple(symbol, quantity).map(([of, came]) => ({ kind: 'stock-dividend' as const, symbol: of, quantity: came })),
    fc.tuple(symbol, ratio, ratio, fc.option(cash, { nil: undefined })).map(([of, numerator, denominator, inLieu]) => ({
      ...{ kind: 'split' as const, symbol: of, numerator, denominator },
      ...(inLieu === undefined ? {} : { cashInLieu: inLieu }),
    })),
    fc.tuple(other, quantity).map(([of, came]) => ({
      ...{ kind: 'spin-off' as const, ...of, quantity: came, numerator: 1, denominator: 5 },
    })),
    fc
      .tuple(symbol, fc.option(other, { nil: undefined }), quantity, fc.option(cash, { nil: undefined }))
      .map(([of, into, came, paid]) => ({
        ...{ kind: 'merger' as const, symbol: of, quantity: came, ...into },
        ...(paid === undefined ? {} : { cash: paid }),
      })),
    other.map((of) => ({ kind: 'symbol-change' as const, ...of })),
    fc.tuple(symbol, fc.option(lots, { nil: undefined }), quantity).map(([of, known, came]) => ({
      ...{ kind: 'transfer-in' as const, symbol: of },
      quantity: known === undefined ? came : known.reduce((sum, each) => sum + each.quantity, 0),
      ...(known === undefined ? {} : { lots: known }),
    })),
    fc.tuple(symbol, quantity).map(([of, went]) => ({ kind: 'transfer-out' as const, symbol: of, quantity: went })),
    fc.constant({ kind: 'rate' as const, currency: 'EUR', in: 'USD', rate: '1.1' }),
  );
}

/** What an event has beside what it says. */
type Placed = Pick<AccountEvent, 'id' | 'user' | 'time' | 'rank' | 'place'>;

/** An event of a day after the first one, by rank. */
export function placed<E extends Unplaced<AccountEvent>>(event: E, id: string, day: number, rank: number): E & Placed {
  return { ...event, id, user: 'ann', time: FIRST + day * DAY, rank, place: { file: 'export.csv', line: rank + 1 } };
}

/** Trades of their own, to bust or to correct. */
export const accountTrades = trades(['USD', 'EUR']);

/** Events of one account, with equal times among them. Some are not possible. */
export function accountEvents(currencies: readonly string[] = ['USD', 'EUR']): fc.Arbitrary<readonly AccountEvent[]> {
  const event = fc.oneof({ weight: 3, arbitrary: trades(currencies) }, { weight: 2, arbitrary: others(currencies) });
  return fc
    .array(fc.tuple(event, fc.nat({ max: 90 })), { maxLength: 30 })
    .map((drawn) => drawn.map(([each, day], rank) => placed(each, `e${rank}`, day, rank)));
}

/** The same events as they arrive: in any order, some twice. */
export function arrivalsOf(events: readonly AccountEvent[]): fc.Arbitrary<readonly AccountEvent[]> {
  if (events.length === 0) return fc.constant([]);
  const twice = fc.array(fc.constantFrom(...events), { maxLength: 3 });
  return twice.chain((again) => {
    const all = [...events, ...again];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });
}
