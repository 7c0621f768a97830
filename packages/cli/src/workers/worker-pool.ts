import { Worker } from 'node:worker_threads';
import { isStockafolioError, StockafolioError, errorCodes, messageOf, type ErrorCode } from '@stockafolio/core';
import type { Codec } from '@stockafolio/core/ports';
import type { BatchPorts, BatchUnit, UnitExecutor, UnitResult } from '@stockafolio/runner-batch';
import type { App } from '../app.js';
import type { Toolkit } from '../toolkit.js';

/** Where a unit finds what it works on: plain data, for another thread or machine. */
export interface UnitPlaces {
  readonly app: string | undefined;
  readonly files: string;
  readonly tables: string;
  readonly checkpoints: string;
}

/** What a worker is told, and what it answers. */
export type ToWorker = { readonly unit: BatchUnit } | { readonly stop: true };
export type FromWorker =
  | { readonly records: number }
  | { readonly result: UnitResult }
  | { readonly failed: { readonly code: string; readonly message: string; readonly hint: string | undefined } };

/** Opens the ports of a unit. */
export function openUnitPorts(
  app: App,
  codec: Codec<unknown>,
  places: UnitPlaces,
  toolkit: Toolkit,
): { readonly ports: BatchPorts<unknown>; close(): Promise<void> } {
  const files = toolkit.openFiles(places.files);
  const tables = toolkit.openTables(places.tables);
  const checkpoints = toolkit.openFiles(places.checkpoints);
  const archive = toolkit.openArchive(files, app.pipeline.stream);
  return {
    ports: { pipeline: app.pipeline, codec, archive, tables, checkpoints, clock: toolkit.clock },
    close: async () => {
      await tables.close();
      await checkpoints.close();
      await files.close();
    },
  };
}

export interface WorkerPool extends UnitExecutor {
  close(): Promise<void>;
}

/** Worker threads that do units, one each at a time. */
export function workerPool(places: UnitPlaces, width: number, signal: AbortSignal): WorkerPool {
  const idle: Worker[] = [];
  const all: Worker[] = [];
  const start = (): Worker => {
    const worker = new Worker(new URL('./batch-worker.js', import.meta.url), { workerData: places });
    all.push(worker);
    return worker;
  };
  signal.addEventListener('abort', () => {
    for (const worker of all) worker.postMessage({ stop: true } satisfies ToWorker);
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
      await Promise.all(all.map((worker) => worker.terminate()));
    },
  };
}

function doUnit(worker: Worker, unit: BatchUnit, onRecords: (count: number) => void): Promise<UnitResult> {
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
    const onExit = (code: number): void =>
      end(() =>
        reject(new StockafolioError('ERR_INTERNAL', `the worker of partition ${unit.partition} ended with ${code}`)),
      );
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage({ unit } satisfies ToWorker);
  });
}

/** An error as plain data, and back. */
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
