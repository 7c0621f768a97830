/** A worker process: runs units into its own tables, as `batch --workers` does, and returns their sums. */
import { prepareBatch, runUnit } from '@stockafolio/runner-batch';
import { unitByHand } from './by-hand.js';
import { openPorts, peakMemory, type FromUnitWorker, type Place, type ToUnitWorker } from './work.js';

const place = JSON.parse(process.argv[2] ?? '') as Place;
const ports = openPorts(place);
const runs = place.byHand === true ? unitByHand : runUnit;
const answer = (message: FromUnitWorker): void => void process.send?.(message);

process.on('message', (message: ToUnitWorker) => {
  if ('sums' in message) answer({ sums: ports.tables.sums() });
  else
    runs(ports, message.unit).then(
      (result) => answer({ result, peak: peakMemory() }),
      (error: unknown) => answer({ failed: String(error) }),
    );
});
await prepareBatch(ports);
answer({ ready: true });
