import { expect } from 'chai';
import fc from 'fast-check';
import { dateOfDays, daysOfDate, isStockafolioError } from '@stockafolio/core';
import { RUNS } from '../../test/random-fills.js';
import { moneyWeighted, presentValue, timeWeighted, yearly, type Payment, type Return } from './returns.js';

const FIRST = daysOfDate('2020-01-01');
const day = (number: number): string => dateOfDays(FIRST + number);

const ratesOf = (found: Return): readonly number[] =>
  found.kind === 'rate' ? [found.rate] : found.kind === 'several' ? found.rates : [];

/** Payments a year apart, of which exactly these yearly rates make nothing: the product of (1 + r - each) over r. */
function paymentsWith(rates: readonly number[]): readonly Payment[] {
  let coefficients = [1];
  for (const rate of rates) {
    const root = 1 + rate;
    coefficients = [...coefficients, 0].map((of, index) => of - root * (coefficients[index - 1] ?? 0));
  }
  return coefficients.map((amount, index) => ({ day: day(365 * index), amount }));
}

describe('the money-weighted return', () => {
  it('finds all rates of payments that were made from them, and only those', () => {
    const rates = fc
      .uniqueArray(fc.integer({ min: -8, max: 30 }), { minLength: 1, maxLength: 4 })
      .map((tenths) => tenths.sort((a, b) => a - b).map((tenth) => tenth / 10));
    fc.assert(
      fc.property(rates, (expected) => {
        const found = moneyWeighted(paymentsWith(expected));
        expect(found.kind).to.equal(expected.length === 1 ? 'rate' : 'several');
        const off = ratesOf(found).map((rate, index) => Math.abs(rate - (expected[index] ?? NaN)));
        expect(off.length).to.equal(expected.length);
        expect(Math.max(...off)).to.be.below(1e-5);
      }),
      { numRuns: RUNS },
    );
  });

  it('makes the payments worth nothing at their first day, whatever they are', () => {
    const payments = fc.array(
      fc.record({ day: fc.integer({ min: 0, max: 3000 }).map(day), amount: fc.integer({ min: -1000, max: 1000 }) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(payments, (all) => {
        for (const rate of ratesOf(moneyWeighted(all))) {
          // So near to -1 the rate has too few digits of its distance to it.
          if (rate < -0.9999) continue;
          const sizes = all.map(({ day: of, amount }) => ({ day: of, amount: Math.abs(amount) }));
          expect(Math.abs(presentValue(rate, all))).to.be.at.most(1e-8 * presentValue(rate, sizes));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('misses no change of sign of the present value', () => {
    const payments = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(payments, (amounts) => {
        const all = amounts.map((amount, index) => ({ day: day(200 * index), amount }));
        const found = ratesOf(moneyWeighted(all));
        let last = presentValue(-0.999, all);
        for (let rate = -0.999; rate < 20; rate += 0.01) {
          const value = presentValue(rate, all);
          if (value > 0 !== last > 0 && value !== 0 && last !== 0) {
            expect(found.some((each) => each > rate - 0.0101 && each < rate + 0.0001)).to.equal(true);
          }
          last = value;
        }
      }),
      { numRuns: Math.min(RUNS, 200) },
    );
  });

  it('does not depend on the order of payments, and adds those of a day', () => {
    const payments = [
      { day: '2025-01-01', amount: 400 },
      { day: '2026-01-01', amount: -1100 },
      { day: '2025-01-01', amount: 600 },
    ];
    for (const all of [payments, [...payments].reverse()]) {
      const found = moneyWeighted(all);
      expect(found.kind).to.equal('rate');
      expect(ratesOf(found)[0]).to.be.closeTo(0.1, 1e-14);
    }
  });

  it('says why there is none', () => {
    const none = (...amounts: readonly number[]) =>
      moneyWeighted(amounts.map((amount, index) => ({ day: day(365 * index), amount })));
    expect(none()).to.deep.equal({ kind: 'none', why: 'money went in one direction only' });
    expect(none(5, 6)).to.deep.equal({ kind: 'none', why: 'money went in one direction only' });
    expect(none(5, -6, 5).kind).to.equal('none');
    expect(none(5, -6, 5))
      .to.have.property('why')
      .that.matches(/no rate/);
  });

  it('finds a rate that the present value touches without a change of sign', () => {
    const found = moneyWeighted(paymentsWith([0.25, 0.25]));
    expect(ratesOf(found)[0]).to.be.closeTo(0.25, 1e-6);
  });

  it('finds a loss of nearly all, and a gain of a hundredfold in a day', () => {
    const [lost] = ratesOf(
      moneyWeighted([
        { day: day(0), amount: 1e5 },
        { day: day(365), amount: -1 },
      ]),
    );
    expect(lost).to.be.closeTo(-0.99999, 1e-12);
    const won = moneyWeighted([
      { day: day(0), amount: 1 },
      { day: day(100), amount: -100 },
    ]);
    expect(ratesOf(won)[0]).to.be.closeTo(100 ** 3.65 - 1, 1);
  });

  it('names the range in which it found none', () => {
    const tomorrow = (amount: number) =>
      moneyWeighted([
        { day: day(0), amount: 1000 },
        { day: day(1), amount: 0 - amount },
      ]);
    expect(tomorrow(1058).kind).to.equal('rate');
    for (const amount of [1060, 1]) {
      expect(tomorrow(amount))
        .to.have.property('why')
        .that.matches(/^no rate from -0.999999 to 1000000000 makes/);
    }
  });

  it('refuses a day that does not exist', () => {
    let thrown: unknown;
    try {
      moneyWeighted([{ day: '2025-02-30', amount: 1 }]);
    } catch (error) {
      thrown = error;
    }
    expect(isStockafolioError(thrown, 'ERR_BAD_RECORD')).to.equal(true);
  });
});

describe('the time-weighted return', () => {
  const days = [
    { day: '2026-01-05', value: 110, flow: 100 },
    { day: '2026-01-06', value: 231, flow: 100 },
    { day: '2026-01-07', value: 115.5, flow: -115.5 },
  ];
  const rateOf = (found: Return): number => ratesOf(found)[0] ?? NaN;

  it('is the product of the returns of days, with payments at their start', () => {
    expect(rateOf(timeWeighted(0, days))).to.be.closeTo(1.1 * 1.1 * 1 - 1, 1e-12);
  });

  it('counts payments at the end of a day if that is said', () => {
    expect(rateOf(timeWeighted(100, [{ day: '2026-01-05', value: 210, flow: 100 }], 'end'))).to.be.closeTo(0.1, 1e-12);
    expect(timeWeighted(0, days, 'end')).to.deep.equal({
      kind: 'none',
      why: '2026-01-05 starts without capital of its own',
    });
  });

  it('does not depend on what is paid in or out', () => {
    const daily = fc.array(fc.tuple(fc.double({ min: -0.5, max: 0.5, noNaN: true }), fc.nat(1000)), { maxLength: 20 });
    fc.assert(
      fc.property(daily, (steps) => {
        let value = 1000;
        const valued = steps.map(([rate, flow], index) => {
          value = (value + flow) * (1 + rate);
          return { day: day(index), value, flow };
        });
        const product = steps.reduce((growth, [rate]) => growth * (1 + rate), 1);
        expect(rateOf(timeWeighted(1000, valued))).to.be.closeTo(product - 1, 1e-9 * product);
      }),
      { numRuns: RUNS },
    );
  });

  it('returns 0 on days without money, and says where there is a value without capital', () => {
    expect(timeWeighted(0, [{ day: '2026-01-05', value: 0, flow: 0 }])).to.deep.equal({ kind: 'rate', rate: 0 });
    expect(timeWeighted(0, [{ day: '2026-01-05', value: 5, flow: 0 }]).kind).to.equal('none');
    expect(timeWeighted(10, [{ day: '2026-01-05', value: 5, flow: -20 }]).kind).to.equal('none');
  });

  it('of two years becomes one of a year', () => {
    expect(yearly(0.21, 730)).to.be.closeTo(0.1, 1e-12);
  });
});
