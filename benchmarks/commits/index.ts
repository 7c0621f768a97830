/**
 * What did a change cost? The whole Stockafolio pipeline over the same messages, decoded and processed in memory, by two
 * checkouts of this repository in one process, in turns. Both must be built.
 *
 *     node --import tsx benchmarks/commits/index.ts ../before . [TRADES] [USERS] [ROUNDS]
 */
import assert from 'node:assert';
import { alternate, printTable, processorSeconds } from '../measure.js';
import { openCheckout, type Checkout } from './checkout.js';

const [before, after] = process.argv.slice(2, 4);
if (before === undefined || after === undefined) throw new Error('name two folders: the checkout before, and after');
const [COUNT = 300_000, USERS = 20_000, ROUNDS = 9] = process.argv.slice(4).map(Number);
const COMMIT = 20_000;
const PARTITION = 0;

const checkouts = { before: await openCheckout(before), after: await openCheckout(after) };

const messages = (() => {
  const { generateTrades, wireForm } = checkouts.after.example;
  const trades = generateTrades({
    ...{ trades: COUNT, users: USERS, seed: 1, start: Date.UTC(2026, 0, 5, 14, 30), rate: 20_000 },
  });
  return trades.next(COUNT).map((trade) => wireForm.encode(trade));
})();

/** Returns the number of rows. */
function rowsOf({ engine: { PartitionEngine, Feed }, example: { portfolio, wireForm } }: Checkout): number {
  const engine = new PartitionEngine({
    ...{ pipeline: portfolio, partition: PARTITION, source: 'benchmark', codec: wireForm, onBadRecord: 'fail' },
  });
  let rows = 0;
  for (let from = 0; from < COUNT; from += COMMIT) {
    const feed = new Feed(engine);
    messages.slice(from, from + COMMIT).forEach((message, n) => {
      const trade = wireForm.decode(message);
      feed.add(trade, { offset: from + n, ingested: trade.time });
    });
    feed.end();
    rows += engine.commit().length;
  }
  return rows;
}

assert.equal(rowsOf(checkouts.after), rowsOf(checkouts.before), 'both commits return as many rows');

const compared = await alternate(
  {
    before: () => (rowsOf(checkouts.before), COUNT),
    after: () => (rowsOf(checkouts.after), COUNT),
  },
  ROUNDS,
  processorSeconds,
);
printTable(
  ['checkout', 'us of processor time a trade'],
  compared.measured.map(({ name, rate }) => [name, (1e6 / rate).toFixed(2)]),
);
console.log(`time after to before ${compared.ratio('before', 'after').toFixed(3)}`);
