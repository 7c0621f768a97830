/**
 * What do the operators cost? The whole Stockafolio pipeline, in memory, against a loop written by hand for this one
 * job, on the same trades, with the same rows at the end of every commit.
 */
import assert from 'node:assert';
import { PartitionEngine } from '@stockafolio/core/engine';
import { generateTrades, portfolio, wireForm } from '@stockafolio/example';
import { alternate, printRates } from '../measure.js';
import { HandWritten } from './hand-written.js';

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

let operatorRows = 0;
let handRows = 0;

const compared = await alternate({
  operators: () => {
    const engine = new PartitionEngine({
      pipeline: portfolio,
      partition: 0,
      source: 'benchmark',
      codec: wireForm,
      onBadRecord: 'fail',
    });
    operatorRows = 0;
    trades.forEach((trade, offset) => {
      engine.push(trade, { partition: 0, offset, ingested: trade.time });
      if (offset % COMMIT === COMMIT - 1) operatorRows += engine.commit().length;
    });
    operatorRows += engine.commit().length;
    return COUNT;
  },
  'by hand': () => {
    const loop = new HandWritten();
    handRows = 0;
    trades.forEach((trade, n) => {
      loop.push(trade);
      if (n % COMMIT === COMMIT - 1) handRows += loop.commit().length;
    });
    handRows += loop.commit().length;
    return COUNT;
  },
});

assert.equal(operatorRows, handRows);
console.log(`${COUNT} trades of ${USERS} users, a commit every ${COMMIT}: ${operatorRows} rows`);
printRates('way', 'trades', compared.measured);
console.log(`ratio ${compared.ratio('operators', 'by hand').toFixed(2)} (goal 0.70)`);
