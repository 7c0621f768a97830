import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isStockafolioError, StockafolioError, errorCodes, messageOf, type ErrorCode } from '@stockafolio/core';
import type { BatchPorts, BatchUnit, UnitExecutor, UnitResult } from '@stockafolio/runner-batch';
import type { App } from '../app.js';
import { archivedInputs } from '../archived-inputs.js';
import { NONE } from '../per-topic.js';
import type { Toolkit } from '../toolkit.js';
import { workerRuntime } from './worker-runtime.js';

/** The locations that a unit uses: plain data, for another process or machine. */
export interface UnitPlaces {
  readonly app: string | undefined;
  /** The message format; undefined for the one that the archive names. */
  readonly format: string | undefined;
  readonly partitioner: 'murmur2' | 'crc32' | undefined;
  /** By the name of each topic that the pipeline sends to, its URL, or `none`. */
  readonly topics: Readonly<Record<string, string>>;
  readonly files: string;
  readonly tables: string;
  readonly checkpoints: string;
}

/** The environment variable that passes the {@link UnitPlaces} to a worker process. */
export const PLACES = 'STOCKAFOLIO_UNIT_PLACES';

/** The messages to and from a worker. */
export type ToWorker = { readonly unit: BatchUnit } | { readonly stop: true };
export type FromWorker =
  | { readonly records: number }
  | { readonly result: UnitResult }
  | { readonly failed: { readonly code: string; readonly message: string; readonly hint: string | undefined } };

/** Opens the ports of a unit. @throws ERR_USAGE if the application has no such message format */
export async function openUnitPorts(
  app: App,
  places: UnitPlaces,
  toolkit: Toolkit,
): Promise<{ readonly ports: BatchPorts<unknown>; close(): Promise<void> }> {
  const { pipeline } = app;
  const files = toolkit.openFiles(places.files);
  const tables = toolkit.openTables(places.tables);
  const checkpoints = toolkit.openFiles(places.checkpoints);
  const close = async (): Promise<void> => {
    await tables.close();
    await checkpoints.close();
    await files.close();
  };
  try {
    const inputs = await archivedInputs(app, files, places.format, toolkit);
    const own = toolkit.openOwn(checkpoints);
    const topics = Object.fromEntries(
      Object.entries(places.topics).map(([name, url]) => [name, url === NONE ? NONE : toolkit.openDestination(url)]),
    );
    return { ports: { pipeline, ...inputs, own, topics, tables, checkpoints, clock: toolkit.clock }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export interface WorkerPool extends UnitExecutor {
  close(): Promise<void>;
}

/**
 * Worker processes that run units, one at a time each. Each has its own heap and garbage collector; in threads of one
 * process these slow each other down. They end with this process, however it ends.
 */
export function workerPool(places: UnitPlaces, width: number, signal: AbortSignal): WorkerPool {
  const idle: ChildProcess[] = [];
  const all: ChildProcess[] = [];
  const start = (): ChildProcess => {
    const { execArgv, env } = workerRuntime(width);
    const worker = fork(fileURLToPath(new URL('./batch-worker.js', import.meta.url)), [], {
      execArgv,
      // Not as an argument, which everyone on the machine can read: a URL may hold a password.
      env: { ...env, [PLACES]: JSON.stringify(places) },
      // Ctrl-C goes to the whole process group of the terminal, but this process decides what it means.
      detached: true,
      serialization: 'advanced',
      // Output of an application there must not get into this command's own output.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    all.push(worker);
    return worker;
  };
  const killAll = (): void => {
    for (const worker of all) worker.kill('SIGKILL');
  };
  process.once('exit', killAll);
  signal.addEventListener('abort', () => {
    for (const worker of all) if (worker.connected) worker.send({ stop: true } satisfies ToWorker);
  });
  return {
    width,
    run: async (unit, onRecords) => {
      const worker = idle.pop() ?? start();
      const result = await doUnit(worker, unit, onRecords);
      idle.push(worker);
      return result;
    },
    close: async () => {
      process.off('exit', killAll);
      const running = all.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      const ended = running.map((worker) => once(worker, 'exit'));
      killAll();
      await Promise.all(ended);
    },
  };
}

function doUnit(worker: ChildProcess, unit: BatchUnit, onRecords: (count: number) => void): Promise<UnitResult> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      settle();
    };
    const onMessage = (message: FromWorker): void => {
      if ('records' in message) onRecords(message.records);
      else if ('result' in message) end(() => resolve(message.result));
      else end(() => reject(revive(message.failed)));
    };
    const onError = (error: Error): void => end(() => reject(error));
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void =>
      end(() =>
        reject(
          new StockafolioError(
            // From outside: by an operator, or by the system when memory ran out.
            signal === null ? 'ERR_INTERNAL' : 'ERR_WORKER_ENDED',
            `the worker of partition ${unit.partition} ended with ${signal ?? `exit code ${code}`}`,
            { hint: 'see its last output above; start the batch again, and it does the remaining work' },
          ),
        ),
      );
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.send({ unit } satisfies ToWorker);
  });
}

/** Converts an error to plain data, and back. */
export function plainError(error: unknown): Extract<FromWorker, { failed: unknown }> {
  const known = isStockafolioError(error);
  return {
    failed: {
      code: known ? error.code : 'ERR_INTERNAL',
      message: messageOf(error),
      hint: known ? error.hint : undefined,
    },
  };
}

function revive({
  code,
  message,
  hint,
}: {
  code: string;
  message: string;
  hint: string | undefined;
}): StockafolioError {
  const known: ErrorCode = code in errorCodes ? (code as ErrorCode) : 'ERR_INTERNAL';
  return new StockafolioError(known, message, hint === undefined ? {} : { hint });
}
