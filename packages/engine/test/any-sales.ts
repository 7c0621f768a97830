import fc from 'fast-check';
import { type Sale, sale } from '@stockafolio/conformance';

/** Sales of few keys, some of one time and some late, in steps of a tenth of a second. */
export const anySales: fc.Arbitrary<readonly Sale[]> = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob'), item: fc.constantFrom('tea', 'rum') },
      ...{ amount: fc.integer({ min: 1, max: 9 }), step: fc.nat(30), back: fc.nat(50) },
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    let now = 6_000;
    return steps.map(({ step, back, ...facts }) => sale({ ...facts, time: (now += step * 100) - back * 100 }));
  });

/** Sales of two users in an order that may be far from that of their times, with gaps of seconds between them. */
export const anyScatteredSales: fc.Arbitrary<readonly Sale[]> = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob'), amount: fc.integer({ min: 1, max: 9 }) },
      ...{ step: fc.oneof(fc.nat(1_500), fc.nat(8_000)), back: fc.nat(5_000) },
    }),
    { maxLength: 25 },
  )
  .map((steps) => {
    let start = 5_000;
    return steps.map(({ step, back, ...facts }) => sale({ ...facts, time: (start += step) - back }));
  });
