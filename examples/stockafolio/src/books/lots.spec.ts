import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError } from '@stockafolio/core';
import { applyAverageCost } from '../cost/average-cost.js';
import { tradeValue } from '../quantity.js';
import type { LotMethod } from './choose-lot.js';
import { SHARE } from './exact.js';
import { emptyPosition, type Lot, type Position } from './lot.js';
import { applyToLots, openLots, type Fill, type Parcel } from './lots.js';
import { RUNS, fills } from '../../test/random-fills.js';

const METHODS: readonly LotMethod[] = ['fifo', 'lifo', 'hifo', 'average'];

interface Played {
  readonly position: Position;
  readonly gains: readonly Parcel[];
}

function play(trades: readonly Fill[], method: LotMethod): Played {
  const position = emptyPosition();
  const gains: Parcel[] = [];
  for (const fill of trades) applyToLots(position, fill, method, (parcel) => gains.push(parcel));
  return { position, gains };
}

const sum = (values: readonly number[]): bigint => values.reduce((total, value) => total + BigInt(value), 0n);
const signed = (fill: Fill, figure: number): number => (fill.side === 'buy' ? figure : -figure);

interface Held {
  readonly id: string;
  quantity: bigint;
  basis: bigint;
}

/** The text of the rules in exact integers, with a sorted copy for each closing, sharing nothing with the tested code. */
function reference(trades: readonly Fill[], method: LotMethod): unknown {
  let lots: Held[] = [];
  const gains: unknown[] = [];
  for (const { id, side, quantity, value } of trades) {
    const sign = side === 'buy' ? 1n : -1n;
    let [left, money] = [BigInt(quantity), BigInt(value)];
    const held = lots.reduce((total, lot) => total + lot.quantity, 0n) * -sign;
    if (held > 0n) {
      let closing = left < held ? left : held;
      let paid = halfEven(money * closing, left);
      left -= closing;
      money -= paid;
      const order = [...lots];
      if (method === 'lifo') order.reverse();
      if (method === 'hifo') order.sort((a, b) => compare(b.basis * a.quantity, a.basis * b.quantity));
      for (const lot of order) {
        if (closing === 0n) break;
        const all = lot.quantity * -sign;
        const taken = closing < all ? closing : all;
        const share = halfEven(paid * taken, closing);
        const basis = halfEven(abs(lot.basis) * taken, all);
        gains.push([lot.id, Number(-sign * taken), Number(-sign * (share - basis))]);
        lot.quantity += sign * taken;
        lot.basis += sign * basis;
        closing -= taken;
        paid -= share;
      }
      lots = lots.filter((lot) => lot.quantity !== 0n);
    }
    if (left > 0n) lots.push({ id, quantity: sign * left, basis: sign * money });
  }
  return { lots: lots.map((lot) => [lot.id, Number(lot.quantity), Number(lot.basis)]), gains };
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function halfEven(n: bigint, d: bigint): bigint {
  let quotient = n / d;
  const twice = (n % d) * 2n;
  if (twice > d || (twice === d && quotient % 2n === 1n)) quotient += 1n;
  return quotient;
}

describe('lots', () => {
  for (const method of METHODS) {
    describe(method, () => {
      it('adds up to the position', () => {
        fc.assert(
          fc.property(fills, (trades) => {
            const { position } = play(trades, method);
            const lots = openLots(position, method);
            expect(sum(lots.map(({ quantity }) => quantity))).to.equal(BigInt(position.quantity));
            expect(sum(lots.map(({ basis }) => basis))).to.equal(BigInt(position.basis));
            expect(BigInt(position.quantity)).to.equal(sum(trades.map((fill) => signed(fill, fill.quantity))));
          }),
          { numRuns: RUNS },
        );
      });

      it('conserves money: the basis of the lots minus the gains is what was paid, to the unit', () => {
        fc.assert(
          fc.property(fills, (trades) => {
            const { position, gains } = play(trades, method);
            const paid = sum(trades.map((fill) => signed(fill, fill.value)));
            expect(BigInt(position.basis) - sum(gains.map(({ gain }) => gain))).to.equal(paid);
          }),
          { numRuns: RUNS },
        );
      });

      it('holds shares of one direction, none empty, each with its own sign of money, and never a -0', () => {
        fc.assert(
          fc.property(fills, (trades) => {
            const { position, gains } = play(trades, method);
            for (const lot of openLots(position, method)) {
              expect(Math.sign(lot.quantity)).to.equal(Math.sign(position.quantity)).and.not.equal(0);
              expect(lot.basis * Math.sign(lot.quantity)).to.be.at.least(0);
            }
            const figures = [position, ...openLots(position, method), ...gains].flatMap((row) => Object.values(row));
            expect(figures.some((figure) => Object.is(figure, -0))).to.equal(false);
          }),
          { numRuns: RUNS },
        );
      });

      it('gives each closed share proceeds and a basis, of which the gain is the difference', () => {
        fc.assert(
          fc.property(fills, (trades) => {
            const { position, gains } = play(trades, method);
            for (const { proceeds, basis, gain } of gains) expect(gain).to.equal(proceeds - basis);
            const opened = sum(trades.map(({ quantity }) => quantity));
            const closed = sum(gains.map(({ quantity }) => Math.abs(quantity)));
            expect(opened - 2n * closed).to.equal(abs(BigInt(position.quantity)));
          }),
          { numRuns: RUNS },
        );
      });
    });
  }

  for (const method of ['fifo', 'lifo', 'hifo'] as const) {
    it(`closes by ${method} as the text of the rule does, in exact integers`, () => {
      fc.assert(
        fc.property(fills, (trades) => {
          const { position, gains } = play(trades, method);
          expect({
            lots: openLots(position, method).map(({ id, quantity, basis }) => [id, quantity, basis]),
            gains: gains.map(({ lot, quantity, gain }) => [lot, quantity, gain]),
          }).to.deep.equal(reference(trades, method));
        }),
        { numRuns: RUNS },
      );
    });
  }

  it('with the average method is the average cost, to the unit, also of parts of shares', () => {
    fc.assert(
      fc.property(fills, fc.infiniteStream(fc.integer({ min: 1, max: 10_000_000 })), (all, prices) => {
        const priced = all.map((fill) => ({ ...fill, price: (prices.next() as IteratorYieldResult<number>).value }));
        const trades = priced.map((fill) => ({ ...fill, value: tradeValue(fill.quantity, fill.price) }));
        const { position, gains } = play(trades, 'average');
        const average = { quantity: 0, cost: 0, realized: 0 };
        for (const { side, quantity, price } of priced) applyAverageCost(average, side, quantity, price);
        expect({
          quantity: position.quantity,
          cost: position.basis,
          realized: gains.reduce((total, { gain }) => total + gain, 0),
        }).to.deep.equal(average);
      }),
      { numRuns: RUNS },
    );
  });

  it('mirrors long and short: with every side swapped, quantities, bases and gains change their sign', () => {
    fc.assert(
      fc.property(fills, fc.constantFrom(...METHODS), (trades, method) => {
        const turned = trades.map((fill): Fill => ({ ...fill, side: fill.side === 'buy' ? 'sell' : 'buy' }));
        const [here, there] = [play(trades, method), play(turned, method)];
        expect(there.gains.map(({ lot, quantity, gain }) => [lot, 0 - quantity, 0 - gain])).to.deep.equal(
          here.gains.map(({ lot, quantity, gain }) => [lot, quantity, gain]),
        );
        expect(openLots(there.position, method).map(({ quantity, basis }) => [0 - quantity, 0 - basis])).to.deep.equal(
          openLots(here.position, method).map(({ quantity, basis }) => [quantity, basis]),
        );
      }),
      { numRuns: RUNS },
    );
  });
});

const trade = (id: string, side: Fill['side'], shares: number, value: number, more: Partial<Fill> = {}): Fill => ({
  id,
  time: Date.UTC(2026, 0, 5, 15) + id.charCodeAt(0),
  side,
  quantity: Math.round(shares * SHARE),
  value,
  ...more,
});

describe('specific lots', () => {
  const bought = [trade('a', 'buy', 10, 1000_0000), trade('b', 'buy', 10, 1200_0000), trade('c', 'buy', 5, 700_0000)];
  const specific = (lot: string | undefined, shares = 10): readonly Lot[] =>
    openLots(play([...bought, trade('d', 'sell', shares, 100_0000, { lot })], 'specific').position, 'specific');
  const problem = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      if (isStockafolioError(error, 'ERR_BAD_RECORD')) return `${error.message}. ${error.hint ?? ''}`;
      throw error;
    }
    return 'none';
  };

  it('closes the lot that the trade names, whatever the method of the account', () => {
    expect(specific('b').map(({ id }) => id)).to.deep.equal(['a', 'c']);
    for (const method of ['fifo', 'lifo', 'hifo'] as const) {
      const { gains } = play([...bought, trade('d', 'sell', 4, 480_0000, { lot: 'b' })], method);
      expect(gains.map(({ lot, gain }) => [lot, gain])).to.deep.equal([['b', 0]]);
    }
  });

  it('says what to do if the lot is missing, unknown, or too small', () => {
    expect(problem(() => specific(undefined))).to.match(/names no lot.* Open are: a, b, c$/);
    expect(problem(() => specific('z'))).to.match(/no open lot has the id 'z'.* Open are: a, b, c$/);
    expect(problem(() => specific('c'))).to.match(/lot 'c' has fewer shares.*split the trade by lot/);
    expect(problem(() => play([trade('a', 'buy', 1, 1, { lot: 'z' })], 'fifo'))).to.match(/'z' to close, but opens/);
    expect(problem(() => play([...bought, trade('d', 'sell', 1, 1, { lot: 'a' })], 'average'))).to.match(
      /leave the lot/,
    );
    expect(problem(() => play([trade('a', 'buy', 0, 1)], 'fifo'))).to.match(/no quantity/);
  });
});

describe('figures of lots', () => {
  it('past 2^53 are refused, and leave the position as it was', () => {
    const near = Number.MAX_SAFE_INTEGER - 5;
    const lot = { id: 'a', opened: 0, tacked: 0, quantity: 1, basis: 1 };
    const cases: readonly [Lot, Fill][] = [
      [
        { ...lot, basis: near },
        { id: 'b', time: 1, side: 'buy', quantity: 1, value: 6 },
      ],
      [
        { ...lot, quantity: near },
        { id: 'b', time: 1, side: 'buy', quantity: 6, value: 1 },
      ],
      [
        { ...lot, quantity: -near, basis: -1 },
        { id: 'b', time: 1, side: 'sell', quantity: 6, value: 1 },
      ],
      [lot, { id: 'b', time: 1, side: 'sell', quantity: 1, value: 2 ** 53 }],
    ];
    for (const [row, fill] of cases) {
      const position: Position = { ...emptyPosition(), quantity: row.quantity, basis: row.basis };
      position.lots.set(0, row);
      let thrown: unknown;
      try {
        applyToLots(position, fill, 'fifo', () => expect.fail('a gain'));
      } catch (error) {
        thrown = error;
      }
      expect(isStockafolioError(thrown, 'ERR_OVERFLOW')).to.equal(true);
      expect([position.quantity, position.basis, openLots(position, 'fifo')]).to.deep.equal([
        row.quantity,
        row.basis,
        [row],
      ]);
    }
  });

  it('are exact where the product of money and quantity is far past 2^53', () => {
    const { gains, position } = play(
      [trade('a', 'buy', 3, 9_000_000_000_0001), trade('b', 'sell', 1, 4_000_000_000_0000)],
      'fifo',
    );
    expect(gains[0]?.basis).to.equal(3_000_000_000_0000);
    expect(position.basis).to.equal(6_000_000_000_0001);
  });
});
