import type { Payment } from '@stockafolio/example';
import type { CaseFile, Difference } from './case.js';
import { samples } from './pyxirr-samples.js';

interface SampleCase {
  readonly name: string;
  /** Null where no rate is found there. */
  readonly expected: number | null;
  readonly payments: readonly Payment[];
  readonly differs: Difference | undefined;
}

/** Samples of which every rate is found here, where one of them is the answer there. */
const several = new Set(
  (
    '1938 30-11 30-13 30-14 30-15 30-16 30-17 30-18 30-19 30-21 30-22 30-24 30-25 30-26 30-27 30-28 30-30 30-32 30-35 ' +
    '30-37 30-39 30-4 30-47 30-7 30-8 minus_0_993'
  ).split(' '),
);
/** Samples without an answer there. */
const found = new Set(['30-20', '30-45']);

function paymentOf(text: string): Payment {
  const [day = '', amount] = text.split(':');
  return { day, amount: Number(amount) };
}

export const pyxirr: CaseFile & { readonly cases: readonly SampleCase[] } = {
  source: 'pyxirr: xirr samples',
  count: 60,
  omitted: { size: 3 },
  cases: samples.map(([name, expected, payments]) => ({
    name,
    expected,
    payments: payments.split(' ').map(paymentOf),
    differs: several.has(name) ? 'several rates' : found.has(name) ? 'a rate exists' : undefined,
  })),
};
