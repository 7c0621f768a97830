import { StockafolioError } from '@stockafolio/core';
import { runUnit } from '@stockafolio/runner-batch';
import { loadApp, partitionedBy } from '../app.js';
import { toolkit } from '../toolkit.js';
import { openUnitPorts, plainError, PLACES, type FromWorker, type ToWorker, type UnitPlaces } from './worker-pool.js';

const REPORT_EVERY = 5_000;

if (process.send === undefined) throw new StockafolioError('ERR_INTERNAL', 'only batch starts the batch worker');

const places = JSON.parse(process.env[PLACES] ?? '') as UnitPlaces;
const app = partitionedBy(await loadApp(places.app), places.partitioner);
const { ports } = await openUnitPorts(app, places, toolkit);
const stopped = new AbortController();

const answer = (message: FromWorker): void => void process.send?.(message);

// The parent process is gone: the next run repeats the unfinished work.
process.once('disconnect', () => process.exit());
if (!process.connected) process.exit();
process.on('message', (message: ToWorker) => {
  if ('stop' in message) {
    stopped.abort();
    return;
  }
  let waiting = 0;
  const onRecords = (count: number): void => {
    waiting += count;
    if (waiting < REPORT_EVERY) return;
    answer({ records: waiting });
    waiting = 0;
  };
  runUnit(ports, message.unit, { onRecords, signal: stopped.signal }).then(
    (result) => {
      answer({ records: waiting });
      answer({ result });
    },
    (error: unknown) => answer(plainError(error)),
  );
});
