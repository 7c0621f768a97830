import { isStockafolioError, pipeline, split } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { isShareEvent, trades } from '../account-stream.js';
import { lots, realizedGains } from '../lot-tables.js';
import { tradeValue } from '../quantity.js';
import type { Trade } from '../trade.js';
import { keepLots } from './keep-lots.js';
import { emptyPosition } from './lot.js';
import { applyToLots, openLots, type Parcel } from './lots.js';

const METHODS = ['fifo', 'lifo', 'hifo', 'average'] as const;
const DAY = 86_400_000;

const anyTrades: fc.Arbitrary<Trade[]> = fc
  .array(
    fc.record({
      symbol: fc.constantFrom('A', 'B'),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      quantity: fc.oneof(
        fc.integer({ min: 1, max: 9 }).map((shares) => shares * 1e8),
        fc.integer({ min: 1, max: 9e8 }),
      ),
      price: fc.integer({ min: 1, max: 500_0000 }),
      days: fc.nat(200),
      // The lot that it closes: often one that is not open, or has too few shares.
      names: fc.option(fc.nat(60), { freq: 3, nil: undefined }),
    }),
    { maxLength: 60, size: 'max' },
  )
  .map((all) => {
    let time = Date.UTC(2024, 0, 2, 15);
    return all.map(({ days, names, ...each }, n) => {
      time += days * DAY;
      const lot = names === undefined ? {} : { lot: `t${names % (n + 1)}` };
      return { id: `t${n}`, user: 'ann', sector: 'Energy', ...each, time, ...lot };
    });
  });

const kept = (method: (typeof METHODS)[number]) =>
  pipeline('kept', { trades }, ({ trades: events }) => [
    ...keepLots(split(events, { shares: isShareEvent }).shares, method),
  ]);

interface Plain {
  readonly open: readonly object[];
  readonly gains: readonly object[];
  /** The trades that are not possible. */
  readonly rejected: number;
}

/** The rows of both tables, from the trades of each symbol by themselves. */
function plain(all: readonly Trade[], method: (typeof METHODS)[number]): Plain {
  const [open, gains]: [object[], (object & { closed: number; symbol: string; number: number })[]] = [[], []];
  let rejected = 0;
  for (const symbol of ['A', 'B']) {
    const position = emptyPosition();
    let number = 0;
    for (const trade of all.filter((each) => each.symbol === symbol)) {
      const { id, time, side, quantity, price, lot: named } = trade;
      const note = ({ term, lot, opened, closed, ...parcel }: Parcel): void => {
        const { proceeds, basis, gain } = parcel;
        gains.push({
          ...{ user: 'ann', closed, symbol, number: number++, trade: id, lot, opened },
          ...{ quantity: parcel.quantity, proceeds, basis, gain, term },
        });
      };
      const fill = { id, time, side, quantity, value: tradeValue(quantity, price), lot: named };
      try {
        applyToLots(position, fill, method, note);
      } catch (error) {
        if (!isStockafolioError(error)) throw error;
        rejected += 1;
      }
    }
    const numbers = Array.from(position.lots, ([rank]) => rank);
    openLots(position, method).forEach(({ id, opened, quantity, basis }, n) =>
      open.push({
        ...{ user: 'ann', symbol, number: numbers[n], lot: id, opened, quantity },
        ...(method === 'average' ? {} : { basis }),
      }),
    );
  }
  gains.sort(
    (a, b) => b.closed - a.closed || (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : a.number - b.number),
  );
  return { open, gains, rejected };
}

describe('the tables of lots', () => {
  for (const method of METHODS) {
    it(`have the open lots and what was gained by ${method}, at any commit, kill and redelivery`, async () => {
      await fc.assert(
        fc.asyncProperty(anyTrades, fc.infiniteStream(fc.nat(6)), async (all, events) => {
          const harness = pipelineHarness<Trade>(kept(method), { partitions: 1 });
          for (const trade of all) {
            harness.push(trade);
            const { value: event } = events.next() as IteratorYieldResult<number>;
            if (event === 0) await harness.commit();
            else if (event === 1) await harness.checkpoint();
            else if (event === 2) await harness.restart();
            else if (event === 3) await harness.redeliver(3);
          }
          await harness.commit();
          const { open, gains, rejected } = plain(all, method);
          expect(await harness.rows(lots)).to.deep.equal(open);
          expect(await harness.rows(realizedGains)).to.deep.equal(gains);
          expect(await harness.deadLetters()).to.have.length(rejected);
        }),
        { numRuns: 25 },
      );
    });
  }
});
