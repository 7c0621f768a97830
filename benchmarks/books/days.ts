/**
 * What do results by day cost? The portfolio pipeline with and without them, over the same messages, decoded and processed in
 * memory, in turns. Collecting garbage is a large part of it, so it runs as workers do.
 *
 *     node --max-semi-space-size=64 --import tsx benchmarks/books/days.ts [TRADES] [USERS] [ROUNDS]
 */
import type { Pipeline } from '@stockafolio/core';
import { Feed, PartitionEngine } from '@stockafolio/engine';
import { generateTrades, portfolio, portfolioOf, wireForm } from '@stockafolio/example';
import { alternate, printTable, processorSeconds } from '../measure.js';

const [COUNT = 300_000, USERS = 20_000, ROUNDS = 9] = process.argv.slice(2, 5).map(Number);
const COMMIT = 20_000;

const trades = generateTrades({
  ...{ trades: COUNT, users: USERS, seed: 1, start: Date.UTC(2026, 0, 5, 14, 30), rate: 20_000 },
});
const messages = trades.next(COUNT).map((trade) => wireForm.encode(trade));

/** Returns the number of rows. */
function rowsOf(pipeline: Pipeline): number {
  const engine = new PartitionEngine({
    ...{ pipeline, partition: 0, source: 'benchmark', codec: wireForm, onBadRecord: 'fail' },
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

const pipelines = { portfolio, 'with results by day': portfolioOf({ byDay: true }) };
const rows = new Map<string, number>();
const round = (name: keyof typeof pipelines) => (): number => {
  rows.set(name, rowsOf(pipelines[name]));
  return COUNT;
};
const compared = await alternate(
  { portfolio: round('portfolio'), 'with results by day': round('with results by day') },
  ROUNDS,
  processorSeconds,
);
printTable(
  ['pipeline', 'us of processor time a trade', 'rows a trade'],
  compared.measured.map(({ name, rate }) => [
    name,
    (1e6 / rate).toFixed(2),
    ((rows.get(name) ?? Number.NaN) / COUNT).toFixed(2),
  ]),
);
console.log(`rate with results by day to without ${compared.ratio('with results by day', 'portfolio').toFixed(3)}`);
