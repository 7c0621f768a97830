/**
 * What do the operators cost? The whole Stockafolio pipeline, in memory, against two loops written by hand for this one
 * job, on the same trades, with the same rows at the end of every commit: with objects in Maps, as code without a library
 * looks, and with nothing but typed arrays, to see how far one could go.
 */
import assert from 'node:assert';
import { Feed, PartitionEngine } from '@stockafolio/core/engine';
import { generateTrades, portfolio, wireForm, type Trade } from '@stockafolio/example';
import { alternate, printRates } from '../measure.js';
import { HandWritten, type Row } from './hand-written.js';
import { TypedArrays } from './typed-arrays.js';

const COUNT = Number(process.argv[2] ?? 300_000);
const USERS = Number(process.argv[3] ?? 20_000);
const COMMIT = 20_000;

const trades = generateTrades({
  trades: COUNT,
  users: USERS,
  seed: 1,
  start: Date.UTC(2026, 0, 5, 14, 30),
  rate: 20_000,
}).next(COUNT);

/** By the ways: how many rows they gave. */
const given: Record<string, number> = {};

function byHand(way: string, loop: { push(trade: Trade): void; commit(): readonly Row[] }): number {
  let rows = 0;
  trades.forEach((trade, n) => {
    loop.push(trade);
    if (n % COMMIT === COMMIT - 1) rows += loop.commit().length;
  });
  given[way] = rows + loop.commit().length;
  return COUNT;
}

const compared = await alternate({
  operators: () => {
    const engine = new PartitionEngine({
      ...{ pipeline: portfolio, partition: 0, source: 'benchmark', codec: wireForm, onBadRecord: 'fail' },
    });
    let rows = 0;
    for (let from = 0; from < COUNT; from += COMMIT) {
      const feed = new Feed(engine);
      trades.slice(from, from + COMMIT).forEach((trade, n) => {
        feed.add(trade, { offset: from + n, ingested: trade.time });
      });
      feed.end();
      rows += engine.commit().length;
    }
    given['operators'] = rows;
    return COUNT;
  },
  'by hand, Maps': () => byHand('by hand, Maps', new HandWritten()),
  'by hand, typed arrays': () => byHand('by hand, typed arrays', new TypedArrays()),
});

assert.equal(new Set(Object.values(given)).size, 1, JSON.stringify(given));
console.log(`${COUNT} trades of ${USERS} users, a commit every ${COMMIT}: ${given['operators']} rows`);
printRates('way', 'trades', compared.measured);
for (const way of ['by hand, Maps', 'by hand, typed arrays'] as const)
  console.log(`against ${way}: ${compared.ratio('operators', way).toFixed(2)}`);
