import {
  decimal,
  int64,
  into,
  money,
  pipeline,
  processByKey,
  record,
  stream,
  table,
  text,
  timestamp,
  oneOf,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { RUNS, fills } from '../../test/random-fills.js';
import { Lot, emptyPosition } from './lot.js';
import { applyToLots, type Fill } from './lots.js';

const LotTrade = record('lot_trade', {
  id: text(),
  symbol: text(),
  side: oneOf('buy', 'sell'),
  quantity: decimal(8),
  value: money({ min: 0 }),
  time: timestamp(),
});
const lotTrades = stream('lot_trades', LotTrade, { key: 'symbol', time: ({ time }) => time });
const Held = record('held', { quantity: decimal(8), basis: money(), gain: money() });
const held = table('held', { partitionBy: ['symbol'] }, { symbol: text(), lots: int64(), ...Held.fields });

const METHODS = ['fifo', 'lifo', 'hifo', 'average'] as const;

/** A pipeline that keeps the lots of each symbol in a map below its key, and emits the position after each trade. */
const lotsBy = (method: (typeof METHODS)[number]) =>
  pipeline('lots', { lotTrades }, ({ lotTrades: all }) => [
    into(
      held,
      all.pipe(
        processByKey('lots', {
          key: ['symbol'],
          state: Held,
          maps: { lots: { key: int64(), value: Lot } },
          output: record('position', { symbol: text(), lots: int64(), ...Held.fields }),
          onRecord: (state, trade, { maps: { lots }, emit }) => {
            const position = { quantity: state.quantity, basis: state.basis, lots };
            applyToLots(position, trade, method, ({ gain }) => {
              state.gain += gain;
            });
            state.quantity = position.quantity;
            state.basis = position.basis;
            emit({ symbol: trade.symbol, lots: lots.size, ...state });
          },
        }),
      ),
    ),
  ]);

function plain(trades: readonly Fill[], method: (typeof METHODS)[number]): unknown {
  const position = emptyPosition();
  let gains = 0;
  for (const fill of trades) applyToLots(position, fill, method, ({ gain }) => (gains += gain));
  const { quantity, basis, lots } = position;
  return trades.length === 0 ? [] : [{ symbol: 'A', lots: lots.size, quantity, basis, gain: gains }];
}

describe('lots in the state of a pipeline', () => {
  for (const method of METHODS) {
    it(`are those in memory, with ${method}, also after a restart from a checkpoint`, async () => {
      await fc.assert(
        fc.asyncProperty(fills, fc.nat(30), async (trades, cut) => {
          const harness = pipelineHarness<Fill & { readonly symbol: string }>(lotsBy(method), { partitions: 1 });
          for (const [index, fill] of trades.entries()) {
            harness.push({ ...fill, symbol: 'A' });
            await harness.commit();
            if (index === cut) await harness.checkpoint();
            if (index === cut + 3) await harness.restart();
          }
          expect(await harness.rows(held)).to.deep.equal(plain(trades, method));
        }),
        { numRuns: Math.min(RUNS, 300) },
      );
    });
  }
});
