/** One run of the batch in a process of its own, so that its memory can be told: answers a line of JSON. */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { inThisThread, runBatch, type UnitExecutor } from '@stockafolio/runner-batch';
import { openPorts, sumsOf, type FromUnitWorker, type Place, type Sums, type ToUnitWorker } from './work.js';

export interface Order extends Place {
  readonly workers: number;
}

export interface Ran {
  readonly seconds: number;
  readonly records: number;
  readonly rows: number;
  /** The most memory that the process held while it ran, MiB. */
  readonly peak: number;
  /** Of each thread's tables; none where rows were forgotten. */
  readonly sums: readonly Sums[];
}

const order = JSON.parse(process.argv[2] ?? '') as Order;

const unitWorker = new URL('./unit-worker.ts', import.meta.url).href;

class Thread {
  // Node 20 gives a thread no loader of its own.
  readonly #worker = new Worker(
    `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(unitWorker)}); });`,
    { eval: true, workerData: order },
  );
  readonly ready = this.#next();

  async ask(message: ToUnitWorker): Promise<FromUnitWorker> {
    this.#worker.postMessage(message);
    return this.#next();
  }

  #next(): Promise<FromUnitWorker> {
    return new Promise((resolve, reject) => {
      this.#worker.once('error', reject);
      this.#worker.once('message', (message: FromUnitWorker) => {
        this.#worker.off('error', reject);
        if ('failed' in message) reject(new Error(message.failed));
        else resolve(message);
      });
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

const ports = openPorts(order);
const threads = Array.from({ length: order.workers > 1 ? order.workers : 0 }, () => new Thread());
// The threads' start is not what is asked for: with trades by the million it is nothing.
await Promise.all(threads.map(({ ready }) => ready));
const idle = [...threads];
const pool: UnitExecutor = {
  width: threads.length,
  run: async (unit) => {
    const thread = idle.pop();
    if (thread === undefined) throw new Error('more units at a time than threads');
    const answer = await thread.ask({ unit });
    if (!('result' in answer)) throw new Error('a unit without a result');
    idle.push(thread);
    return answer.result;
  },
};

const start = performance.now();
const { records, rows } = await runBatch(ports, {}, threads.length > 0 ? pool : inThisThread(ports));
const seconds = (performance.now() - start) / 1000;
const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;

const sums: Sums[] = [];
if (!order.forget) {
  if (threads.length === 0) sums.push(await sumsOf(ports.tables));
  for (const thread of threads) {
    const answer = await thread.ask({ sums: true });
    if ('sums' in answer) sums.push(answer.sums);
  }
}
for (const thread of threads) await thread.end();
console.log(JSON.stringify({ seconds, records, rows, peak, sums } satisfies Ran));
