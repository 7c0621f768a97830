import { expect } from 'chai';
import { fractionsOf, randomOf } from './random.js';
import { chooserOf } from './skew.js';
import type { Skew } from './options.js';

const DRAWS = 200_000;

function counts(n: number, skew: Skew): number[] {
  const choose = chooserOf(n, skew);
  const random = randomOf(11, 0);
  const found = new Array<number>(n).fill(0);
  for (let i = 0; i < DRAWS; i++) {
    const k = choose(random.fraction);
    found[k] = (found[k] ?? 0) + 1;
  }
  return found;
}

/** Pearson's statistic, which for n choices is n - 1 on average with a variance of 2 (n - 1). */
function chiSquare(found: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((a, b) => a + b, 0);
  return found.reduce((sum, count, k) => {
    const expected = (DRAWS * (weights[k] ?? 0)) / total;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

describe('a choice', () => {
  for (const n of [1, 2, 10, 503]) {
    for (const exponent of [0, 0.5, 1, 1.2, 2]) {
      it(`among ${n} is in proportion to 1 / k^${exponent}`, () => {
        const weights = Array.from({ length: n }, (_, k) => (k + 1) ** -exponent);
        const found = counts(n, exponent === 0 ? 'uniform' : { zipf: exponent });
        expect(found.length).to.equal(n);
        expect(chiSquare(found, weights)).to.be.below(n + 5 * Math.sqrt(2 * n));
      });
    }
  }

  it('among ten million users gives the first one its part', () => {
    const choose = chooserOf(1e7, { zipf: 1 });
    const random = randomOf(3, 0);
    let first = 0;
    for (let i = 0; i < DRAWS; i++) if (choose(random.fraction) === 0) first += 1;
    expect(first / DRAWS).to.be.within(0.056, 0.064); // 1 / (ln 10^7 + 0.577)
  });
});

describe('random numbers', () => {
  it('have the mean, variance and tails of a normal distribution', () => {
    const random = randomOf(5, 0);
    const draws = Array.from({ length: DRAWS }, () => random.gauss());
    const mean = draws.reduce((a, b) => a + b, 0) / DRAWS;
    const variance = draws.reduce((a, b) => a + b * b, 0) / DRAWS;
    expect(mean).to.be.within(-0.01, 0.01);
    expect(variance).to.be.within(0.98, 1.02);
    expect(draws.filter((d) => Math.abs(d) > 1.96).length / DRAWS).to.be.within(0.048, 0.052);
  });

  it('of a key are the same again, and spread evenly over keys', () => {
    const fractions = fractionsOf(9);
    const draw = (key: number): number[] => {
      const fraction = fractions(key);
      return [fraction(), fraction(), fraction()];
    };
    expect(draw(4)).to.deep.equal(draw(4));
    const found = new Array<number>(16).fill(0);
    for (let key = 0; key < DRAWS; key++) {
      const k = Math.floor(fractions(key)() * 16);
      found[k] = (found[k] ?? 0) + 1;
    }
    expect(chiSquare(found, new Array<number>(16).fill(1))).to.be.below(16 + 5 * Math.sqrt(32));
  });
});
