/**
 * What do results by day cost? The portfolio pipeline with and without them, over the same messages, decoded and processed in
 * memory, in turns. Collecting garbage is a large part of it, so it runs as workers do.
 *
 *     node --max-semi-space-size=64 --import tsx benchmarks/books/days.ts [TRADES] [USERS] [ROUNDS]
 */
import { portfolio, portfolioOf } from '@stockafolio/example';
import { alternate, printTable, processorSeconds } from '../measure.js';
import { processTrades, tradeMessages } from './process-trades.js';

const [COUNT = 300_000, USERS = 20_000, ROUNDS = 9] = process.argv.slice(2, 5).map(Number);
const messages = tradeMessages(COUNT, USERS);

const pipelines = { portfolio, 'with results by day': portfolioOf({ byDay: true }) };
const rows = new Map<string, number>();
const round = (name: keyof typeof pipelines) => (): number => {
  rows.set(name, processTrades(pipelines[name], messages).rows);
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
