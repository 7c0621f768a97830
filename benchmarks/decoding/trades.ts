import { int32, money, oneOf, optional, record, text, timestamp, type Infer } from '@stockafolio/core';

export const Trade = record('trade', {
  id: text({ min: 1 }),
  user: text({ min: 1 }),
  symbol: text({ min: 1 }),
  sector: text({ min: 1 }),
  side: oneOf('buy', 'sell'),
  quantity: int32({ min: 1 }),
  price: money({ min: 1 }),
  time: timestamp(),
  kind: optional(oneOf('new', 'bust', 'correct')),
  amends: optional(text()),
});
export type Trade = Infer<typeof Trade>;

const sectors = ['Information Technology', 'Health Care', 'Financials', 'Energy', 'Utilities', 'Industrials'];

/** Trades from the generator: 500 symbols, many users, in time order; the same ones on every call. */
export function someTrades(count: number): Trade[] {
  let state = 12345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const start = Date.UTC(2026, 10, 23, 14, 30);
  return Array.from({ length: count }, (_, i) => {
    const symbol = random(500);
    return {
      id: `t${String(i).padStart(9, '0')}`,
      user: `u${random(1_000_000)}`,
      symbol: `S${symbol.toString(36).toUpperCase()}`,
      sector: sectors[symbol % sectors.length] ?? '',
      side: random(2) === 0 ? 'buy' : 'sell',
      quantity: 1 + random(500),
      price: 10_000 + random(5_000_000),
      time: start + Math.floor(i / 20),
      kind: undefined,
      amends: undefined,
    };
  });
}
