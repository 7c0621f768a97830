/** One run of the batch in its own process, so that its memory can be measured: prints a line of JSON. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerRuntime } from '@stockafolio/cli';
import { inThisThread, runBatch, type UnitExecutor } from '@stockafolio/runner-batch';
import type { Sums } from './summing-tables.js';
import { openPorts, peakMemory, type FromUnitWorker, type Place, type ToUnitWorker } from './work.js';

export interface Order extends Place {
  readonly workers: number;
}

export interface Ran {
  readonly seconds: number;
  readonly records: number;
  readonly rows: number;
  /** The most memory that the processes held while they ran, MiB. */
  readonly peak: number;
  /** Of each worker's tables. */
  readonly sums: readonly Sums[];
}

const order = JSON.parse(process.argv[2] ?? '') as Order;

class WorkerProcess {
  readonly #child = fork(
    fileURLToPath(new URL('unit-worker.ts', import.meta.url)),
    [JSON.stringify(order)],
    workerRuntime(order.workers),
  );
  readonly ready = this.#next();
  peak = 0;

  async ask(message: ToUnitWorker): Promise<FromUnitWorker> {
    this.#child.send(message);
    return this.#next();
  }

  #next(): Promise<FromUnitWorker> {
    return new Promise((resolve, reject) => {
      const gone = (code: unknown): void => reject(new Error(`a worker ended: ${String(code)}`));
      this.#child.once('exit', gone);
      this.#child.once('message', (message: FromUnitWorker) => {
        this.#child.off('exit', gone);
        if ('failed' in message) reject(new Error(message.failed));
        else resolve(message);
      });
    });
  }

  end(): void {
    this.#child.kill();
  }
}

const ports = openPorts(order);
const workers = Array.from({ length: order.workers > 1 ? order.workers : 0 }, () => new WorkerProcess());
// The start of the workers is not measured: with millions of trades it is negligible.
await Promise.all(workers.map(({ ready }) => ready));
const idle = [...workers];
const pool: UnitExecutor = {
  width: workers.length,
  run: async (unit) => {
    const worker = idle.pop();
    if (worker === undefined) throw new Error('more units at a time than workers');
    const answer = await worker.ask({ unit });
    if (!('result' in answer)) throw new Error('a unit without a result');
    worker.peak = answer.peak;
    idle.push(worker);
    return answer.result;
  },
};

const start = performance.now();
const { records, rows } = await runBatch(ports, {}, workers.length > 0 ? pool : inThisThread(ports));
const seconds = (performance.now() - start) / 1000;
const peak = workers.reduce((sum, worker) => sum + worker.peak, peakMemory());

const sums: Sums[] = workers.length === 0 ? [ports.tables.sums()] : [];
for (const worker of workers) {
  const answer = await worker.ask({ sums: true });
  if ('sums' in answer) sums.push(answer.sums);
}
for (const worker of workers) worker.end();
console.log(JSON.stringify({ seconds, records, rows, peak, sums } satisfies Ran));
