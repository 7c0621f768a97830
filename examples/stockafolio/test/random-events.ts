import fc from 'fast-check';
import type { ActionEvent, BookEvent, TradeEvent } from '../src/books/events.js';
import { SHARE } from '../src/books/exact.js';

const DAY = 86_400_000;
const FIRST = Date.UTC(2024, 0, 2, 15);

const symbol = fc.constantFrom('A', 'B', 'C');
const quantity = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((shares) => shares * SHARE),
  fc.integer({ min: 1, max: 40_000 }).map((parts) => parts * (SHARE / 1000)),
);
const money = fc.integer({ min: 1, max: 500_0000 });
const small = fc.integer({ min: 1, max: 5 });
const ratio = fc.record({ numerator: small, denominator: small });
const part = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.constant(100))
  .map(([numerator, denominator]) => ({ numerator, denominator }));
const cash = fc.option(money, { nil: undefined });
const shares = fc.tuple(ratio, cash).map(([of, paid]) => ({ ...of, cash: paid }));

export const tradeTerms = fc.record({
  symbol,
  side: fc.constantFrom<TradeEvent['side']>('buy', 'buy', 'sell'),
  quantity,
  price: money,
  commission: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
});

type Unplaced<E> = E extends unknown ? Omit<E, 'id' | 'time' | 'rank'> : never;

const other = fc.constantFrom(['A', 'B'], ['B', 'C'], ['C', 'A']).map(([from = '', to = '']) => ({ symbol: from, to }));

const actions: fc.Arbitrary<Unplaced<ActionEvent>> = fc.oneof(
  fc
    .tuple(fc.constantFrom('split' as const, 'stock-dividend' as const), symbol, shares)
    .map(([kind, of, by]) => ({ kind, symbol: of, ...by })),
  fc.tuple(other, shares, part).map(([of, by, basis]) => ({ kind: 'spin-off' as const, ...of, ...by, basis })),
  fc
    .tuple(other, fc.option(shares, { nil: undefined }), cash, fc.integer({ min: 0, max: 5000_0000 }))
    .map(([of, by, paid, value]) => ({ kind: 'merger' as const, ...of, shares: by, cash: paid, value })),
  other.map((of) => ({ kind: 'symbol-change' as const, ...of })),
  fc.tuple(symbol, money).map(([of, paid]) => ({ kind: 'return-of-capital' as const, symbol: of, cash: paid })),
  fc.tuple(symbol, quantity, money, fc.nat(), fc.integer({ min: 0, max: 400 })).map(([of, held, basis, id, age]) => ({
    kind: 'transfer-in' as const,
    symbol: of,
    lots: [{ id: `from-${id}`, opened: FIRST - age * DAY, tacked: 0, quantity: held, basis }],
  })),
  fc.tuple(symbol, quantity).map(([of, out]) => ({ kind: 'transfer-out' as const, symbol: of, quantity: out })),
);

const trades = tradeTerms.map((terms) => ({ kind: 'trade' as const, ...terms }));

/** Events of one account, with equal times among them. Some are not possible. */
export const bookEvents: fc.Arbitrary<readonly (TradeEvent | ActionEvent)[]> = fc
  .array(fc.tuple(fc.oneof({ weight: 3, arbitrary: trades }, { weight: 2, arbitrary: actions }), fc.nat({ max: 60 })), {
    maxLength: 40,
  })
  .map((drawn) =>
    drawn.map(([event, day], rank) => ({ ...event, id: `e${rank}`, time: FIRST + day * 10 * DAY, rank })),
  );

/** The same events as they arrive: in any order, some twice. */
export function arrivals(events: readonly BookEvent[]): fc.Arbitrary<readonly BookEvent[]> {
  if (events.length === 0) return fc.constant([]);
  const twice = fc.array(fc.constantFrom(...events), { maxLength: 3 });
  return twice.chain((again) => {
    const all = [...events, ...again];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });
}
