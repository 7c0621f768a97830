/** A worker process: runs units into its own tables, as `batch --workers` does, and then sums them up. */
import { prepareBatch, runUnit } from '@stockafolio/runner-batch';
import { unitByHand } from './by-hand.js';
import { openPorts, peakMemory, sumsOf, type FromUnitWorker, type Place, type ToUnitWorker } from './work.js';

const place = JSON.parse(process.argv[2] ?? '') as Place;
const ports = openPorts(place);
const runs = place.byHand === true ? unitByHand : runUnit;
const answer = (message: FromUnitWorker): void => void process.send?.(message);

process.on('message', (message: ToUnitWorker) => {
  const done =
    'unit' in message
      ? runs(ports, message.unit).then((result) => answer({ result, peak: peakMemory() }))
      : sumsOf(ports.tables).then((sums) => answer({ sums }));
  done.catch((error: unknown) => answer({ failed: String(error) }));
});
await prepareBatch(ports);
answer({ ready: true });
