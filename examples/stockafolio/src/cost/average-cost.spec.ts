import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError } from '@stockafolio/core';
import type { Side } from '../trade.js';
import { applyAverageCost, type CostState } from './average-cost.js';

type Step = readonly [Side, number, number];

const empty = (): CostState => ({ quantity: 0, cost: 0, realized: 0 });

function after(steps: readonly Step[]): CostState {
  const position = empty();
  for (const [side, quantity, price] of steps) applyAverageCost(position, side, quantity, price);
  return position;
}

/** The text of the rule in exact rationals, one case after the other, sharing nothing with the tested code. */
function reference(steps: readonly Step[]): CostState {
  let Q = 0n;
  let C = 0n;
  let realized = 0n;
  const close = (q: bigint, p: bigint): void => {
    const removed = halfEven(C * q, Q < 0n ? -Q : Q);
    realized += (Q > 0n ? q * p : -q * p) - removed;
    C -= removed;
    Q += Q > 0n ? -q : q;
  };
  for (const [side, quantity, price] of steps) {
    let q = BigInt(quantity);
    const p = BigInt(price);
    const against = side === 'buy' ? -Q : Q;
    if (against > 0n) {
      const closing = q < against ? q : against;
      close(closing, p);
      q -= closing;
    }
    Q += side === 'buy' ? q : -q;
    C += side === 'buy' ? q * p : -q * p;
  }
  return { quantity: Number(Q), cost: Number(C), realized: Number(realized) };
}

function halfEven(n: bigint, d: bigint): bigint {
  const magnitude = n < 0n ? -n : n;
  let quotient = magnitude / d;
  const twice = (magnitude % d) * 2n;
  if (twice > d || (twice === d && quotient % 2n === 1n)) quotient += 1n;
  return n < 0n ? -quotient : quotient;
}

const side = fc.constantFrom<Side>('buy', 'sell');
const small = fc.tuple(side, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 50 }));
const usual = fc.tuple(side, fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 10_000_000 }));
const great = fc.tuple(side, fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 1, max: 2 ** 31 }));
const steps = fc.oneof(
  fc.array(small, { maxLength: 40 }),
  fc.array(usual, { maxLength: 40 }),
  fc.array(great, { maxLength: 40 }),
);

describe('the average cost method', () => {
  it('follows the rule exactly, against rationals', () => {
    fc.assert(
      fc.property(steps, (s) => {
        expect(after(s)).to.deep.equal(reference(s));
      }),
    );
  });

  it('conserves money: the sum of signed quantity x price is cost - realized, to the unit', () => {
    fc.assert(
      fc.property(steps, (s) => {
        const paid = s.reduce((sum, [way, q, p]) => sum + BigInt(q) * BigInt(p) * (way === 'buy' ? 1n : -1n), 0n);
        const { cost, realized } = after(s);
        expect(BigInt(cost) - BigInt(realized)).to.equal(paid);
      }),
    );
  });

  it('keeps the quantity, and no cost without one', () => {
    fc.assert(
      fc.property(steps, (s) => {
        const { quantity, cost } = after(s);
        expect(quantity).to.equal(s.reduce((sum, [way, q]) => sum + (way === 'buy' ? q : -q), 0));
        if (quantity === 0) expect(Object.is(cost, 0)).to.equal(true);
        else expect(cost * Math.sign(quantity)).to.be.at.least(0);
      }),
    );
  });

  it('mirrors long and short: with every side swapped, quantity, cost and realized change their sign', () => {
    fc.assert(
      fc.property(steps, (s) => {
        const turned = s.map(([way, q, p]): Step => [way === 'buy' ? 'sell' : 'buy', q, p]);
        const { quantity, cost, realized } = after(turned);
        expect({ quantity: 0 - quantity, cost: 0 - cost, realized: 0 - realized }).to.deep.equal(after(s));
      }),
    );
  });

  it('never leaves a -0, which some stores and dumps would print', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 60 }), (s) => {
        const position = empty();
        for (const [way, q, p] of s) {
          applyAverageCost(position, way, q, p);
          for (const value of Object.values(position)) expect(Object.is(value, -0)).to.equal(false);
        }
      }),
    );
  });

  it('closes the whole position of a trade that crosses zero, and opens the rest at its own price', () => {
    const long: Step = ['buy', 10, 100];
    expect(after([long, ['sell', 15, 120]])).to.deep.equal({ quantity: -5, cost: -600, realized: 200 });
    const short: Step = ['sell', 10, 100];
    expect(after([short, ['buy', 15, 120]])).to.deep.equal({ quantity: 5, cost: 600, realized: -200 });
  });

  it('rounds the removed cost half to even', () => {
    const removal = (cost: number): number => {
      const position = { quantity: 2, cost, realized: 0 };
      applyAverageCost(position, 'sell', 1, 1000);
      return cost - position.cost;
    };
    expect([1, 3, 5, 7].map(removal)).to.deep.equal([0, 2, 2, 4]);
  });

  it('rejects a figure past 2^53, and leaves the position unchanged', () => {
    const near = Number.MAX_SAFE_INTEGER - 5;
    const cases: readonly [CostState, Step][] = [
      [{ quantity: 1, cost: near, realized: 0 }, ['buy', 1, 6]],
      [{ quantity: near, cost: 1, realized: 0 }, ['buy', 6, 1]],
      [{ quantity: -1, cost: -near, realized: 0 }, ['sell', 1, 6]],
      [{ quantity: 1, cost: 1, realized: near }, ['sell', 1, 7]],
      [{ quantity: -1, cost: -1, realized: -near }, ['buy', 1, 7]],
      [{ quantity: 1, cost: 1, realized: 0 }, ['sell', 2 ** 31 - 1, 2 ** 40]],
      [{ quantity: 0, cost: 0, realized: 0 }, ['buy', 2 ** 31 - 1, 2 ** 40]],
    ];
    for (const [position, [way, q, p]] of cases) {
      const before = { ...position };
      let thrown: unknown;
      try {
        applyAverageCost(position, way, q, p);
      } catch (error) {
        thrown = error;
      }
      expect(isStockafolioError(thrown, 'ERR_OVERFLOW')).to.equal(true);
      expect(position).to.deep.equal(before);
    }
  });
});
