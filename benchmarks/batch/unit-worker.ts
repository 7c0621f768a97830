/** A worker process: does units into tables of its own, as `batch --workers` does, and then sums them up. */
import { prepareBatch, runUnit } from '@stockafolio/runner-batch';
import { openPorts, peakMemory, sumsOf, type FromUnitWorker, type Place, type ToUnitWorker } from './work.js';

const ports = openPorts(JSON.parse(process.argv[2] ?? '') as Place);
const answer = (message: FromUnitWorker): void => void process.send?.(message);

process.on('message', (message: ToUnitWorker) => {
  const done =
    'unit' in message
      ? runUnit(ports, message.unit).then((result) => answer({ result, peak: peakMemory() }))
      : sumsOf(ports.tables).then((sums) => answer({ sums }));
  done.catch((error: unknown) => answer({ failed: String(error) }));
});
await prepareBatch(ports);
answer({ ready: true });
