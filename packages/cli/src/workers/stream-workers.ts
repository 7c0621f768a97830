import { errorCodes, StockafolioError, type ErrorCode } from '@stockafolio/core';
import type { Clock } from '@stockafolio/core/ports';
import type { StreamResult } from '@stockafolio/runner-stream';
import type { Stop } from '../output/stop.js';
import { startWorker, type Worker, type WorkerEnd } from './worker-process.js';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
/** A worker that has lived this long, in milliseconds, did not die because of how it was started. */
const SOUND = 60_000;

export interface StreamWorkers {
  readonly count: number;
  /** The arguments of one worker; the first has number 1. */
  readonly args: (number: number) => readonly string[];
  readonly clock: Clock;
  readonly stop: Stop;
  say(text: string): void;
  /** Passes on the output of a worker. */
  relay(number: number, line: string): void;
}

/**
 * Runs a stream in several processes that share its source as one group, until all have ended.
 *
 * A worker that dies is restarted, after growing delays; the others get its partitions meanwhile. A worker that ends
 * with a permanent error ends all.
 *
 * @returns their combined result
 * @throws the error of the first worker that ended with one
 */
export async function runStreamWorkers(options: StreamWorkers): Promise<StreamResult> {
  const { count, stop } = options;
  const running = new Set<Worker>();
  const failed = new AbortController();
  let failure: StockafolioError | undefined;
  const fail = (error: StockafolioError): void => {
    failure ??= error;
    failed.abort();
  };
  const endAll = (): void => {
    for (const worker of running) worker.end(stop.by ?? 'SIGTERM');
  };
  // Also if this process is forced to end at once: no worker may keep running unseen.
  const killAll = (): void => {
    for (const worker of running) worker.end('SIGKILL');
  };
  stop.signal.addEventListener('abort', endAll);
  failed.signal.addEventListener('abort', endAll);
  process.once('exit', killAll);
  try {
    const ends = AbortSignal.any([stop.signal, failed.signal]);
    const results = await Promise.all(
      Array.from({ length: count }, (_, n) => keepAlive(options, n + 1, ends, running, fail)),
    );
    if (failure !== undefined) throw failure;
    return results.reduce(sum);
  } finally {
    process.off('exit', killAll);
    stop.signal.removeEventListener('abort', endAll);
  }
}

/** One slot among the workers: if its process dies, another follows. */
async function keepAlive(
  { args, count, clock, say, relay }: StreamWorkers,
  number: number,
  ends: AbortSignal,
  running: Set<Worker>,
  fail: (error: StockafolioError) => void,
): Promise<StreamResult> {
  let result: StreamResult = { records: 0, setAside: 0, rows: 0, commits: 0, caughtUp: true };
  let ended = false;
  for (let pause = FIRST_PAUSE; !ends.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const began = clock.elapsed();
    const worker = startWorker(args(number), count, (line) => relay(number, line));
    say(`worker ${number} is process ${worker.pid}`);
    running.add(worker);
    const end = await worker.ended;
    running.delete(worker);
    if (end.result !== undefined) {
      result = sum(result, end.result);
      ended = true;
      break;
    }
    const fatal = fatalError(end, number);
    if (fatal !== undefined && !ends.aborted) fail(fatal);
    if (fatal !== undefined || ends.aborted) break;
    if (clock.elapsed() - began >= SOUND) pause = FIRST_PAUSE;
    say(`worker ${number} ended with ${end.how}; restarting it in ${pause / 1_000} s`);
    await clock.sleep(pause, ends);
  }
  // A worker that died before it could report has left work for the next run.
  return ended ? result : { ...result, caughtUp: false };
}

/** The error that a worker ended with, if a restart would end the same way. */
function fatalError({ failure, how }: WorkerEnd, number: number): StockafolioError | undefined {
  if (failure === undefined) return undefined;
  const code: ErrorCode = failure.code in errorCodes ? (failure.code as ErrorCode) : 'ERR_INTERNAL';
  if (errorCodes[code].retryable) return undefined;
  return new StockafolioError(
    code,
    `worker ${number} ended with ${how}: ${failure.message}`,
    failure.hint === undefined ? {} : { hint: failure.hint },
  );
}

function sum(a: StreamResult, b: StreamResult): StreamResult {
  return {
    records: a.records + b.records,
    setAside: a.setAside + b.setAside,
    rows: a.rows + b.rows,
    commits: a.commits + b.commits,
    caughtUp: a.caughtUp && b.caughtUp,
  };
}
