/**
 * What did a change cost from Kafka? One process streams a topic through the whole of Stockafolio and counts its rows,
 * by the worker of `benchmarks/live` of each of two checkouts in turns. Both must be built.
 *
 *     node --import tsx benchmarks/commits/live.ts ../before . [TRADES] [PAIRS]
 */
import { resolve } from 'node:path';
import { startKafka } from '@stockafolio/servers';
import { fillTopic, runWorkers, type Measured } from '../live/workers.js';
import { median, printTable } from '../measure.js';

const [before, after] = process.argv.slice(2, 4);
if (before === undefined || after === undefined) throw new Error('name two folders: the checkout before, and after');
const [TRADES = 1_000_000, PAIRS = 9] = process.argv.slice(4).map(Number);

const kafka = await startKafka();
try {
  await fillTopic(kafka, 'trades', TRADES);
  const measure = (root: string): Promise<Measured> =>
    runWorkers({ kafka, topic: 'trades', count: TRADES, workers: 1, root: resolve(root) });
  const pairs: { before: Measured; after: Measured }[] = [];
  // The first pair warms the page cache up.
  for (let pair = -1; pair < PAIRS; pair++) {
    const [first, second] = pair % 2 === 0 ? [before, after] : [after, before];
    const measured = [await measure(first), await measure(second)] as const;
    const [old, current] = pair % 2 === 0 ? measured : ([measured[1], measured[0]] as const);
    if (pair >= 0) pairs.push({ before: old, after: current });
    console.log(
      `pair ${pair + 1}: processor ${(current.cpu / old.cpu).toFixed(3)}, wall ${(old.rate / current.rate).toFixed(3)}`,
    );
  }
  printTable(
    ['checkout', 'trades/s', 'us of processor time a trade'],
    (['before', 'after'] as const).map((name) => [
      name,
      Math.round(median(pairs.map((pair) => pair[name].rate))).toLocaleString('en'),
      median(pairs.map((pair) => pair[name].cpu)).toFixed(2),
    ]),
  );
  const ratio = (of: (pair: (typeof pairs)[number]) => number): string => {
    const ratios = pairs.map(of);
    const mean = ratios.reduce((sum, one) => sum + one, 0) / ratios.length;
    const deviation = Math.sqrt(ratios.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (ratios.length - 1));
    return `median ${median(ratios).toFixed(3)}, mean ${mean.toFixed(3)} ± ${(deviation / Math.sqrt(ratios.length)).toFixed(3)}`;
  };
  console.log(`processor time after to before: ${ratio((pair) => pair.after.cpu / pair.before.cpu)}`);
  console.log(`wall time after to before: ${ratio((pair) => pair.before.rate / pair.after.rate)}`);
} finally {
  await kafka.stop();
}
