/**
 * What do lots cost? The portfolio pipeline with and without lots, over the same messages, decoded and processed in memory,
 * in turns. The goal is 0.7 of the rate without lots. Collecting garbage is a large part of it, so it runs as workers do.
 *
 *     node --max-semi-space-size=64 --import tsx benchmarks/books/index.ts [TRADES] [USERS] [ROUNDS] [fifo|lifo|hifo|average]
 */
import type { Pipeline } from '@stockafolio/core';
import type { PartitionEngine } from '@stockafolio/engine';
import { portfolio, portfolioOf, type LotMethod } from '@stockafolio/example';
import { alternate, printTable, processorSeconds } from '../measure.js';
import { type Processed, processTrades, tradeMessages } from './process-trades.js';

const [COUNT = 300_000, USERS = 20_000, ROUNDS = 9] = process.argv.slice(2, 5).map(Number);
const METHOD = (process.argv[5] ?? 'fifo') as LotMethod;
const messages = tradeMessages(COUNT, USERS);

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
  last.set(name, processTrades(pipeline, messages));
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
