import fc from 'fast-check';
import { SHARE } from '../src/books/exact.js';
import type { Fill } from '../src/books/lots.js';

/** How many random histories a law is checked with. Larger on request: `RANDOM_PLANS=6000`. */
export const RUNS = Number(process.env['RANDOM_PLANS'] ?? 100);

const DAY = 86_400_000;
const FIRST = Date.UTC(2024, 0, 2, 15);

const side = fc.constantFrom<Fill['side']>('buy', 'sell');
const days = fc.integer({ min: 0, max: 90 });
/** Whole shares, parts of shares, and quantities so small that they and their basis share no factor. */
const quantity = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((shares) => shares * SHARE),
  fc.integer({ min: 1, max: 40_000 }).map((parts) => parts * (SHARE / 1000)),
  fc.integer({ min: 1, max: 20 }),
);
const value = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50_000_0000 }));

const step = fc.tuple(side, quantity, value, days);

/** Trades of one symbol in the order of time, each with its number as its id. */
export const fills: fc.Arbitrary<readonly Fill[]> = fc.array(step, { maxLength: 40 }).map(timed);

/** The same with whole shares, each at a price. */
export const wholeFills: fc.Arbitrary<readonly Fill[]> = fc
  .array(fc.tuple(side, fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 10_000_000 }), days), {
    maxLength: 40,
  })
  .map((steps) => timed(steps.map(([way, shares, price, gap]) => [way, shares * SHARE, shares * price, gap] as const)));

function timed(steps: readonly (readonly [Fill['side'], number, number, number])[]): readonly Fill[] {
  let time = FIRST;
  return steps.map(([way, shares, money, gap], index) => {
    time += gap * DAY;
    return { id: String(index), time, side: way, quantity: shares, value: money };
  });
}
