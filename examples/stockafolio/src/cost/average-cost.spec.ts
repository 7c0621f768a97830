import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError } from '@stockafolio/core';
import { SHARE, tradeValue } from '../quantity.js';
import type { Side } from '../trade.js';
import { applyAverageCost, type CostState } from './average-cost.js';

/** A side, a quantity in 1e-8 shares, a price. */
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
  const close = (q: bigint, worth: bigint): void => {
    const removed = halfEven(C * q, Q < 0n ? -Q : Q);
    realized += (Q > 0n ? worth : -worth) - removed;
    C -= removed;
    Q += Q > 0n ? -q : q;
  };
  for (const [side, quantity, price] of steps) {
    let q = BigInt(quantity);
    const p = BigInt(price);
    let worth = halfEven(q * p, 10n ** 8n);
    const against = side === 'buy' ? -Q : Q;
    if (against > 0n) {
      const closing = q < against ? q : against;
      const part = halfEven(worth * closing, q);
      close(closing, part);
      q -= closing;
      worth -= part;
    }
    Q += side === 'buy' ? q : -q;
    C += side === 'buy' ? worth : -worth;
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
const trades = (most: number, price: number): fc.Arbitrary<Step[]> => {
  const shares = fc.integer({ min: 1, max: most });
  const quantity = fc.oneof(
    shares.map((n) => n * SHARE),
    shares.map((n) => Math.max(1, Math.round((n * SHARE) / 8))),
    fc.integer({ min: 1, max: most * SHARE }),
    fc.integer({ min: 1, max: 9 }),
  );
  return fc.array(fc.tuple(side, quantity, fc.integer({ min: 1, max: price })), { maxLength: 40 });
};
const steps = fc.oneof(trades(20, 50), trades(100_000, 10_000_000), trades(40_000, 2 ** 31));
const wholeStep = fc.tuple(side, fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 1, max: 2 ** 31 }));
const wholeSteps = fc.oneof(
  fc.array(fc.tuple(side, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 50 })), { maxLength: 40 }),
  fc.array(wholeStep, { maxLength: 40 }),
);

/** The rule as it was when quantities were whole shares: the value of a part is its quantity times its price. */
function ofWholeShares(steps: readonly Step[]): CostState {
  let [held, cost, realized] = [0n, 0n, 0n];
  for (const [side, quantity, price] of steps) {
    const sign = side === 'buy' ? 1n : -1n;
    const [q, p] = [BigInt(quantity), BigInt(price)];
    const against = held * -sign;
    const closed = against <= 0n ? 0n : q < against ? q : against;
    if (closed > 0n) {
      const removed = halfEven(cost * closed, against);
      realized += -sign * closed * p - removed;
      cost -= removed;
    }
    held += sign * q;
    cost += sign * (q - closed) * p;
  }
  return { quantity: Number(held), cost: Number(cost), realized: Number(realized) };
}

describe('the average cost method', () => {
  it('follows the rule exactly, against rationals', () => {
    fc.assert(
      fc.property(steps, (s) => {
        expect(after(s)).to.deep.equal(reference(s));
      }),
    );
  });

  it('gives whole shares exactly the figures that it gave when there were no others', () => {
    fc.assert(
      fc.property(wholeSteps, (s) => {
        const { quantity, cost, realized } = ofWholeShares(s);
        expect(after(s.map(([way, shares, price]): Step => [way, shares * SHARE, price]))).to.deep.equal({
          ...{ quantity: quantity * SHARE, cost, realized },
        });
      }),
    );
  });

  it('conserves money: the sum of signed values of trades is cost - realized, to the unit', () => {
    fc.assert(
      fc.property(steps, (s) => {
        const paid = s.reduce((sum, [way, q, p]) => sum + BigInt(tradeValue(q, p)) * (way === 'buy' ? 1n : -1n), 0n);
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
      fc.property(trades(20, 50), (s) => {
        const position = empty();
        for (const [way, q, p] of s) {
          applyAverageCost(position, way, q, p);
          for (const value of Object.values(position)) expect(Object.is(value, -0)).to.equal(false);
        }
      }),
    );
  });

  it('closes the whole position of a trade that crosses zero, and opens the rest at its own price', () => {
    const long: Step = ['buy', 10 * SHARE, 100];
    expect(after([long, ['sell', 15 * SHARE, 120]])).to.deep.equal({ quantity: -5 * SHARE, cost: -600, realized: 200 });
    const short: Step = ['sell', 10 * SHARE, 100];
    expect(after([short, ['buy', 15 * SHARE, 120]])).to.deep.equal({ quantity: 5 * SHARE, cost: 600, realized: -200 });
    // 1.5 shares at 0.0003 are worth 0.0004. A third of that, 0.0001, closes half a share, which cost 0.0002.
    const half: Step = ['buy', SHARE / 2, 3];
    expect(after([half, ['sell', (3 * SHARE) / 2, 3]])).to.deep.equal({ quantity: -SHARE, cost: -3, realized: -1 });
  });

  it('rounds the removed cost half to even', () => {
    const removal = (cost: number): number => {
      const position = { quantity: 2 * SHARE, cost, realized: 0 };
      applyAverageCost(position, 'sell', SHARE, 1000);
      return cost - position.cost;
    };
    expect([1, 3, 5, 7].map(removal)).to.deep.equal([0, 2, 2, 4]);
  });

  it('rejects a figure past 2^53, and leaves the position unchanged', () => {
    const near = Number.MAX_SAFE_INTEGER - 5;
    const cases: readonly [CostState, Step][] = [
      [{ quantity: SHARE, cost: near, realized: 0 }, ['buy', SHARE, 6]],
      [{ quantity: near, cost: 1, realized: 0 }, ['buy', 6, 1]],
      [{ quantity: -SHARE, cost: -near, realized: 0 }, ['sell', SHARE, 6]],
      [{ quantity: SHARE, cost: 1, realized: near }, ['sell', SHARE, 7]],
      [{ quantity: -SHARE, cost: -1, realized: -near }, ['buy', SHARE, 7]],
      [{ quantity: SHARE, cost: 1, realized: 0 }, ['sell', 2 ** 20 * SHARE, 2 ** 40]],
      [{ quantity: 0, cost: 0, realized: 0 }, ['buy', 2 ** 20 * SHARE, 2 ** 40]],
      [{ quantity: 0, cost: 0, realized: 0 }, ['buy', 2 ** 20 * SHARE + 1, 2 ** 40]],
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
