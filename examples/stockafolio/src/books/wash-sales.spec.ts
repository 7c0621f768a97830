import { expect } from 'chai';
import fc from 'fast-check';
import { RUNS, fills, wholeFills } from '../../test/random-fills.js';
import { emptyPosition } from './lot.js';
import { applyToLots, openLots, type Fill, type Parcel } from './lots.js';
import { washSales } from './wash-sales.js';

const DAY = 86_400_000;
const METHODS = ['fifo', 'lifo', 'hifo'] as const;
const noon = (day: string): number => Date.parse(`${day}T17:00:00Z`);

/** Shares are the units here: a share is not divided. */
const trade = (id: string, day: string, side: Fill['side'], quantity: number, price: number): Fill => ({
  id,
  time: noon(day),
  side,
  quantity,
  value: quantity * price,
});

const lossesOf = (trades: readonly Fill[]): unknown =>
  washSales(trades, 'fifo').parcels.map(({ lot, gain, disallowed }) => [lot, gain, disallowed]);
const lotsOf = (trades: readonly Fill[]): unknown =>
  openLots(washSales(trades, 'fifo').position, 'fifo').map(({ quantity, basis, tacked }) => [quantity, basis, tacked]);

/** The day of a trade at noon. */
const dayOf = (time: number): number => Math.floor(time / DAY);

/** The same trades some days apart, so that many are wash sales. */
const together = (trades: readonly Fill[]): readonly Fill[] =>
  trades.map((fill, index) => ({ ...fill, time: noon('2024-01-03') + index * 9 * DAY }));

interface Share {
  readonly purchase: string;
  readonly day: number;
  basis: number;
  isReplacement: boolean;
  tacked: number;
}

/** The rule share by share, with FIFO and long positions only, sharing nothing with the tested code. */
function reference(trades: readonly Fill[]): unknown {
  let held: Share[] = [];
  const losses: { day: number; purchase: string; money: number; days: number; isMet: boolean }[] = [];
  const disallowed = new Map<number, number>();
  const meet = (loss: (typeof losses)[number], share: Share | undefined): void => {
    if (share === undefined || loss.isMet) return;
    loss.isMet = true;
    share.isReplacement = true;
    share.basis += loss.money;
    share.tacked += loss.days;
    disallowed.set(loss.day, (disallowed.get(loss.day) ?? 0) + loss.money);
  };
  for (const { id, time, side, quantity, value } of trades) {
    const day = dayOf(time);
    const price = value / quantity;
    if (side === 'buy') {
      const bought = Array.from({ length: quantity }, (): Share => {
        return { purchase: id, day, basis: price, isReplacement: false, tacked: 0 };
      });
      held.push(...bought);
      for (const loss of losses) {
        if (day - loss.day <= 30)
          meet(
            loss,
            bought.find(({ isReplacement }) => !isReplacement),
          );
      }
      continue;
    }
    const sold = held.slice(0, quantity);
    held = held.slice(quantity);
    for (const share of sold) {
      if (share.basis <= price) continue;
      const loss = {
        day,
        purchase: share.purchase,
        money: share.basis - price,
        days: day - share.day + share.tacked,
        isMet: false,
      };
      meet(
        loss,
        held.find((each) => !each.isReplacement && each.purchase !== share.purchase && day - each.day <= 30),
      );
      losses.push(loss);
    }
  }
  return {
    disallowed: [...disallowed].sort(([a], [b]) => a - b),
    held: held.map(({ basis, tacked }) => [basis, tacked]),
  };
}

/** Trades that never sell more than is held, at whole prices, some days apart. */
const longFills = fc
  .array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 20 }), fc.nat({ max: 25 })), {
    maxLength: 25,
  })
  .map((steps) => {
    let [time, held] = [noon('2024-01-03'), 0];
    return steps.flatMap(([isSale, quantity, price, gap], index): Fill[] => {
      time += gap * DAY;
      const shares = isSale ? Math.min(quantity, held) : quantity;
      held += isSale ? -shares : shares;
      const side = isSale ? 'sell' : 'buy';
      return shares === 0 ? [] : [{ id: String(index), time, side, quantity: shares, value: shares * price }];
    });
  });

describe('wash sales', () => {
  it('are those of the rule applied share by share', () => {
    fc.assert(
      fc.property(longFills, (trades) => {
        const { parcels, position } = washSales(trades, 'fifo');
        const byDay = new Map<number, number>();
        for (const { closed, disallowed } of parcels) {
          if (disallowed > 0) byDay.set(dayOf(closed), (byDay.get(dayOf(closed)) ?? 0) + disallowed);
        }
        const held = openLots(position, 'fifo').flatMap(({ quantity, basis, tacked }) =>
          Array.from({ length: quantity }, () => [basis / quantity, tacked]),
        );
        expect({ disallowed: [...byDay], held }).to.deep.equal(reference(trades));
      }),
      { numRuns: RUNS },
    );
  });

  for (const method of METHODS) {
    it(`conserve money with ${method}: bases of lots minus gains that count are what was paid`, () => {
      fc.assert(
        fc.property(fc.oneof(fills, wholeFills), (trades) => {
          const { parcels, position } = washSales(together(trades), method);
          const paid = trades.reduce((sum, { side, value }) => sum + BigInt(side === 'buy' ? value : -value), 0n);
          const counted = parcels.reduce((sum, { gain, disallowed }) => sum + BigInt(gain) + BigInt(disallowed), 0n);
          expect(BigInt(position.basis) - counted).to.equal(paid);
          const lots = openLots(position, method);
          expect(lots.reduce((sum, { basis }) => sum + basis, 0)).to.equal(position.basis);
          expect(lots.reduce((sum, { quantity }) => sum + quantity, 0)).to.equal(position.quantity);
          for (const { gain, disallowed } of parcels) {
            expect(disallowed).to.be.within(0, Math.max(0, 0 - gain));
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`are none with ${method} if trades are more than 30 days apart`, () => {
      fc.assert(
        fc.property(fills, (trades) => {
          const apart = trades.map((fill, index) => ({ ...fill, time: noon('2020-01-03') + index * 31 * DAY }));
          const { parcels, position } = washSales(apart, method);
          const plain = emptyPosition();
          const gains: Parcel[] = [];
          for (const fill of apart) applyToLots(plain, fill, method, (parcel) => gains.push(parcel));
          expect(parcels).to.deep.equal(gains.map((parcel) => ({ ...parcel, disallowed: 0 })));
          expect(openLots(position, method)).to.deep.equal(openLots(plain, method));
        }),
        { numRuns: RUNS },
      );
    });
  }

  const bought = trade('a', '2025-01-10', 'buy', 100, 50);
  const sold = trade('b', '2025-06-10', 'sell', 100, 40);

  it('move the loss to shares that were bought 30 days after, with the days that the sold ones were held', () => {
    const after = [bought, sold, trade('c', '2025-07-10', 'buy', 100, 42)];
    expect(lossesOf(after)).to.deep.equal([['a', -1000, 1000]]);
    expect(lotsOf(after)).to.deep.equal([[100, 5200, 151]]);
  });

  it('are none 31 days after, or before', () => {
    expect(lossesOf([bought, sold, trade('c', '2025-07-11', 'buy', 100, 42)])).to.deep.equal([['a', -1000, 0]]);
    expect(lossesOf([bought, trade('c', '2025-05-10', 'buy', 100, 42), sold])).to.deep.equal([['a', -1000, 0]]);
    expect(lossesOf([bought, trade('c', '2025-05-11', 'buy', 100, 42), sold])).to.deep.equal([['a', -1000, 1000]]);
  });

  it('are of as many shares as were bought, which become a lot of their own', () => {
    const more = [bought, sold, trade('c', '2025-06-20', 'buy', 60, 42), trade('d', '2025-06-25', 'buy', 70, 45)];
    expect(lossesOf(more)).to.deep.equal([['a', -1000, 1000]]);
    expect(lotsOf(more)).to.deep.equal([
      [60, 60 * 42 + 600, 151],
      [40, 40 * 45 + 400, 151],
      [30, 30 * 45, 0],
    ]);
  });

  it('are none of the rest of the same purchase', () => {
    const part = [trade('a', '2025-06-01', 'buy', 100, 50), trade('b', '2025-06-10', 'sell', 50, 40)];
    expect(lossesOf(part)).to.deep.equal([['a', -500, 0]]);
  });

  it('are none of the rest of the same purchase, also where a part of it has replaced others', () => {
    const parts = [
      trade('z', '2025-01-10', 'buy', 60, 50),
      trade('y', '2025-06-02', 'sell', 60, 40),
      trade('a', '2025-06-05', 'buy', 100, 41),
      trade('b', '2025-06-10', 'sell', 60, 39),
    ];
    expect(lossesOf(parts)).to.deep.equal([
      ['z', -600, 600],
      ['a~1', -720, 0],
    ]);
  });

  it('come once for each share, and the loss comes back when its shares are sold', () => {
    const chain = [bought, sold, trade('c', '2025-06-20', 'buy', 100, 42), trade('d', '2025-12-01', 'sell', 100, 60)];
    expect(lossesOf(chain)).to.deep.equal([
      ['a', -1000, 1000],
      ['c', 800, 0],
    ]);
    expect(washSales(chain, 'fifo').parcels[1]?.term).to.equal('short');
    const later = [...chain.slice(0, 3), trade('d', '2026-02-01', 'sell', 100, 60)];
    expect(washSales(later, 'fifo').parcels[1]?.term).to.equal('long');
  });
});
