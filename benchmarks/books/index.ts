/**
 * What do lots cost? The portfolio pipeline with and without lots, over the same messages, decoded and processed in memory,
 * in turns. The goal is 0.7 of the rate without lots. Collecting garbage is a large part of it, so it runs as workers do.
 *
 *     node --max-semi-space-size=64 --import tsx benchmarks/books/index.ts [TRADES] [USERS] [ROUNDS] [fifo|lifo|hifo|average]
 */
import type { Pipeline } from '@stockafolio/core';
import { Feed, PartitionEngine } from '@stockafolio/engine';
import { generateTrades, portfolio, portfolioOf, wireForm, type LotMethod } from '@stockafolio/example';
import { alternate, printTable, processorSeconds } from '../measure.js';

const [COUNT = 300_000, USERS = 20_000, ROUNDS = 9] = process.argv.slice(2, 5).map(Number);
const METHOD = (process.argv[5] ?? 'fifo') as LotMethod;
const COMMIT = 20_000;
const PARTITION = 0;

const trades = generateTrades({
  ...{ trades: COUNT, users: USERS, seed: 1, start: Date.UTC(2026, 0, 5, 14, 30), rate: 20_000 },
});
const messages = trades.next(COUNT).map((trade) => wireForm.encode(trade));

interface Processed {
  readonly engine: PartitionEngine;
  readonly rows: number;
}

function processed(pipeline: Pipeline): Processed {
  const engine = new PartitionEngine({
    ...{ pipeline, partition: PARTITION, source: 'benchmark', codec: wireForm, onBadRecord: 'fail' },
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
  return { engine, rows };
}

/** The mean number of open lots of the positions that have any, and how many these are. */
function openLots(engine: PartitionEngine | undefined): { readonly mean: number; readonly positions: number } {
  const state = engine?.operators.find(({ layout }) => layout.name === 'open-lots')?.state;
  if (state === undefined) throw new Error('the pipeline keeps no lots');
  const lots = state.subKeys('lots');
  const counts: number[] = [];
  state.forEachLive((slot) => counts.push(lots.count(slot)));
  const open = counts.filter((count) => count > 0);
  return { mean: open.reduce((sum, count) => sum + count, 0) / open.length, positions: open.length };
}

const kept = `lots by ${METHOD}`;
const last = new Map<string, Processed>();
const round = (name: string, pipeline: Pipeline) => (): number => {
  last.set(name, processed(pipeline));
  return COUNT;
};
const compared = await alternate<string>(
  { portfolio: round('portfolio', portfolio), [kept]: round(kept, portfolioOf({ lots: METHOD })) },
  ROUNDS,
  processorSeconds,
);
printTable(
  ['pipeline', 'us of processor time a trade', 'rows a trade'],
  compared.measured.map(({ name, rate }) => [
    name,
    (1e6 / rate).toFixed(2),
    ((last.get(name)?.rows ?? Number.NaN) / COUNT).toFixed(2),
  ]),
);
const open = openLots(last.get(kept)?.engine);
console.log(
  `open lots of a position: ${open.mean.toFixed(2)}, of ${open.positions.toLocaleString('en')} that are open`,
);
console.log(`rate with lots to without ${compared.ratio(kept, 'portfolio').toFixed(3)}`);
