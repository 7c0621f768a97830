import { expect } from 'chai';
import { isStockafolioError } from '@stockafolio/core';
import type { LotMethod } from './choose-lot.js';
import { returnOfCapital, spinOff, split, stockDividend, type Action } from './corporate-actions.js';
import { SHARE } from './exact.js';
import { emptyPosition, type Position } from './lot.js';
import { openLots, type Parcel } from './lots.js';
import { changeSymbol, merger, transferIn, transferOut } from './mergers.js';
import { positionOf } from './reshape.js';

const JANUARY = Date.UTC(2025, 0, 6, 15);
const MARCH = Date.UTC(2025, 2, 6, 15);
const NEXT_YEAR = Date.UTC(2026, 1, 6, 15);

const lot = (id: string, shares: number, basis: number, opened = JANUARY) => ({
  id,
  opened,
  tacked: 0,
  quantity: shares * SHARE,
  basis,
});

/** 10 shares for 1,000.00 in January, and 15 for 1,800.00 in March. */
const held = (): Position => positionOf([lot('a', 10, 1000_0000), lot('b', 15, 1800_0000, MARCH)], 'fifo');

function during(change: (action: Action) => void, method: LotMethod = 'fifo'): readonly Parcel[] {
  const gains: Parcel[] = [];
  change({ id: 'x', time: NEXT_YEAR, method, realize: (parcel) => gains.push(parcel) });
  return gains;
}

const lotsOf = (position: Position): unknown =>
  openLots(position, 'fifo').map(({ id, opened, quantity, basis }) => [id, opened, quantity / SHARE, basis]);

const problemOf = (change: (action: Action) => void): string => {
  try {
    during(change);
  } catch (error) {
    if (isStockafolioError(error, 'ERR_BAD_RECORD')) return `${error.message}: ${error.hint ?? ''}`;
    throw error;
  }
  return 'none';
};

describe('a split', () => {
  it('changes quantities, and neither bases nor dates', () => {
    const position = held();
    expect(during((action) => split(position, { numerator: 4, denominator: 1 }, action))).to.deep.equal([]);
    expect(lotsOf(position)).to.deep.equal([
      ['a', JANUARY, 40, 1000_0000],
      ['b', MARCH, 60, 1800_0000],
    ]);
    during((action) => split(position, { numerator: 1, denominator: 4 }, action));
    expect(lotsOf(position)).to.deep.equal(lotsOf(held()));
  });

  it('1 for 10 leaves 2 of 25 shares, and half a share is sold for the cash in lieu', () => {
    const position = held();
    const gains = during((action) => split(position, { numerator: 1, denominator: 10, cash: 600_0000 }, action));
    expect(lotsOf(position)).to.deep.equal([
      ['a', JANUARY, 0.5, 500_0000],
      ['b', MARCH, 1.5, 1800_0000],
    ]);
    expect(gains.map(({ lot: of, quantity, gain, term }) => [of, quantity / SHARE, gain, term])).to.deep.equal([
      ['a', 0.5, 100_0000, 'long'],
    ]);
  });

  it('that leaves a fraction of 1e-8 shares needs cash in lieu', () => {
    const position = positionOf([lot('a', 1, 1000)], 'fifo');
    const thirds = { numerator: 1, denominator: 3 };
    expect(problemOf((action) => split(position, thirds, action))).to.match(/leaves a fraction: give the cash in lieu/);
    expect(lotsOf(position)).to.deep.equal([['a', JANUARY, 1, 1000]]);
    during((action) => split(position, { ...thirds, cash: 0, kept: 33_333_333 }, action));
    expect(lotsOf(position)).to.deep.equal([['a', JANUARY, 0.33333333, 1000]]);
  });

  it('is exact for all lots together where single lots are not', () => {
    const position = positionOf([lot('a', 1, 10), lot('b', 1, 10), lot('c', 1, 10)], 'fifo');
    during((action) => split(position, { numerator: 1, denominator: 3 }, action));
    expect(openLots(position, 'fifo').map(({ quantity }) => quantity)).to.deep.equal([
      33_333_333, 33_333_333, 33_333_334,
    ]);
  });

  it('of a short position is its mirror: the fraction is bought', () => {
    const position = positionOf([lot('a', -15, -1500_0000)], 'fifo');
    const gains = during((action) => split(position, { numerator: 1, denominator: 10, cash: 400_0000 }, action));
    expect(lotsOf(position)).to.deep.equal([['a', JANUARY, -1, -1000_0000]]);
    expect(gains.map(({ proceeds, basis, gain }) => [proceeds, basis, gain])).to.deep.equal([
      [500_0000, 400_0000, 100_0000],
    ]);
  });

  it('refuses what is no ratio, and cash without a fraction', () => {
    expect(problemOf((action) => split(held(), { numerator: 1.5, denominator: 1 }, action))).to.match(
      /3 for 2, not 1.5/,
    );
    expect(problemOf((action) => split(held(), { numerator: 2, denominator: 1, cash: 1 }, action))).to.match(
      /no fraction that the cash/,
    );
    const crumb = positionOf([{ ...lot('a', 1, 10), quantity: 1 }], 'fifo');
    expect(problemOf((action) => split(crumb, { numerator: 1, denominator: 2, cash: 1 }, action))).to.match(
      /1e-8 shares/,
    );
  });
});

describe('a dividend in shares', () => {
  it('of one for ten makes 27.5 of 25', () => {
    const position = held();
    during((action) => stockDividend(position, { numerator: 1, denominator: 10 }, action));
    expect(position.quantity).to.equal(27.5 * SHARE);
    expect(position.basis).to.equal(2800_0000);
  });
});

describe('a spin-off', () => {
  it('gives the other symbol a part of the basis of each lot, and its date', () => {
    const [from, to] = [held(), emptyPosition()];
    const basis = { numerator: 1, denominator: 5 };
    during((action) => spinOff(from, to, { numerator: 1, denominator: 5, basis }, action));
    expect(lotsOf(from)).to.deep.equal([
      ['a', JANUARY, 10, 800_0000],
      ['b', MARCH, 15, 1440_0000],
    ]);
    expect(lotsOf(to)).to.deep.equal([
      ['x:a', JANUARY, 2, 200_0000],
      ['x:b', MARCH, 3, 360_0000],
    ]);
  });

  it('comes to no position of the other direction', () => {
    const [from, to] = [held(), positionOf([lot('s', -1, -10)], 'fifo')];
    const terms = { numerator: 1, denominator: 5, basis: { numerator: 1, denominator: 5 } };
    expect(problemOf((action) => spinOff(from, to, terms, action))).to.match(/other direction: enter the trade that/);
    expect([lotsOf(from), lotsOf(to)]).to.deep.equal([lotsOf(held()), [['s', JANUARY, -1, -10]]]);
  });
});

describe('a merger', () => {
  const ratio = { numerator: 2, denominator: 5 };

  it('for shares keeps bases and dates, among those that were held before', () => {
    const [from, to] = [held(), positionOf([lot('c', 1, 50, JANUARY + 1)], 'fifo')];
    expect(during((action) => merger(from, to, { shares: ratio }, action))).to.deep.equal([]);
    expect(from).to.deep.include({ quantity: 0, basis: 0 });
    expect(lotsOf(to)).to.deep.equal([
      ['a', JANUARY, 4, 1000_0000],
      ['c', JANUARY + 1, 1, 50],
      ['b', MARCH, 6, 1800_0000],
    ]);
  });

  it('for cash is a sale of all', () => {
    const [from, to] = [held(), emptyPosition()];
    const gains = during((action) => merger(from, to, { cash: 3000_0000 }, action), 'specific');
    expect(gains.map(({ proceeds, gain, term }) => [proceeds, gain, term])).to.deep.equal([
      [1200_0000, 200_0000, 'long'],
      [1800_0000, 0, 'short'],
    ]);
    expect([from.quantity, to.quantity]).to.deep.equal([0, 0]);
  });

  it('for both taxes the gain of each lot up to its cash, and no loss', () => {
    const [from, to] = [held(), emptyPosition()];
    // 20.00 in cash and 90.00 in shares for each: lot a gains 10.00 a share, lot b loses 10.00 a share.
    const terms = { shares: ratio, cash: 500_0000, value: 2250_0000 };
    const gains = during((action) => merger(from, to, terms, action));
    expect(gains.map(({ lot: of, quantity, proceeds, gain }) => [of, quantity, proceeds, gain])).to.deep.equal([
      ['a', 0, 200_0000, 100_0000],
      ['b', 0, 300_0000, 0],
    ]);
    expect(lotsOf(to)).to.deep.equal([
      ['a', JANUARY, 4, 900_0000],
      ['b', MARCH, 6, 1500_0000],
    ]);
  });

  it('says what is missing', () => {
    const change = (terms: Parameters<typeof merger>[2], from = held()) =>
      problemOf((action) => merger(from, emptyPosition(), terms, action));
    expect(change({})).to.match(/gives nothing/);
    expect(change({ shares: ratio, cash: 1 })).to.match(/value of the shares is missing/);
    expect(change({ shares: ratio, cash: 1, value: 1 }, positionOf([lot('s', -5, -10)], 'fifo'))).to.match(/short/);
  });
});

describe('a change of symbol', () => {
  it('moves all lots as they are', () => {
    const [from, to] = [held(), emptyPosition()];
    during((action) => changeSymbol(from, to, action));
    expect([lotsOf(from), lotsOf(to)]).to.deep.equal([[], lotsOf(held())]);
  });
});

describe('a return of capital', () => {
  it('reduces each basis, and is a gain beyond it', () => {
    const position = held();
    expect(during((action) => returnOfCapital(position, 250_0000, action))).to.deep.equal([]);
    expect(lotsOf(position)).to.deep.equal([
      ['a', JANUARY, 10, 900_0000],
      ['b', MARCH, 15, 1650_0000],
    ]);
    const gains = during((action) => returnOfCapital(position, 2500_0000, action));
    expect(gains.map(({ lot: of, quantity, gain }) => [of, quantity, gain])).to.deep.equal([['a', 0, 100_0000]]);
    expect(position.basis).to.equal(150_0000);
    expect(problemOf((action) => returnOfCapital(emptyPosition(), 1, action))).to.match(/not held/);
  });
});

describe('a transfer', () => {
  it('brings lots with their dates, and takes them by the method, without a gain', () => {
    const position = held();
    const out = transferOut(position, { id: 'x', time: NEXT_YEAR, quantity: 12 * SHARE }, 'fifo');
    expect(out.map(({ id, quantity, basis }) => [id, quantity / SHARE, basis])).to.deep.equal([
      ['a', 10, 1000_0000],
      ['b', 2, 240_0000],
    ]);
    transferIn(position, out, 'fifo');
    expect(lotsOf(position)).to.deep.equal([
      ['a', JANUARY, 10, 1000_0000],
      ['b', MARCH, 13, 1560_0000],
      ['b', MARCH, 2, 240_0000],
    ]);
  });

  it('refuses more than is held, and lots without shares', () => {
    const out = { id: 'x', time: NEXT_YEAR, quantity: 26 * SHARE };
    expect(problemOf(() => transferOut(held(), out, 'fifo'))).to.match(/more shares leave/);
    expect(problemOf(() => transferIn(held(), [lot('z', 0, 0)], 'fifo'))).to.match(/has no quantity/);
    expect(problemOf(() => transferIn(held(), [lot('z', 1, -5)], 'fifo'))).to.match(/another sign/);
  });
});
