/** A worker thread: does units into tables of its own, as `batch --workers` does, and then sums them up. */
import { parentPort, workerData } from 'node:worker_threads';
import { prepareBatch, runUnit } from '@stockafolio/runner-batch';
import { openPorts, sumsOf, type FromUnitWorker, type Place, type ToUnitWorker } from './work.js';

const port = parentPort;
const ports = openPorts(workerData as Place);
const answer = (message: FromUnitWorker): void => port?.postMessage(message);

port?.on('message', (message: ToUnitWorker) => {
  const done =
    'unit' in message
      ? runUnit(ports, message.unit).then((result) => answer({ result }))
      : sumsOf(ports.tables).then((sums) => answer({ sums }));
  done.catch((error: unknown) => answer({ failed: String(error) }));
});
await prepareBatch(ports);
answer({ ready: true });
