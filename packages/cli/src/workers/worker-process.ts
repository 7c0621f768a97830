import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ErrorCode } from '@stockafolio/core';
import type { StreamResult } from '@stockafolio/runner-stream';
import { processStop } from '../output/stop.js';
import { workerRuntime } from './worker-runtime.js';

/** How a worker ended: with its result, with an error that it reported, or otherwise. */
export interface WorkerEnd {
  readonly how: string;
  readonly result: StreamResult | undefined;
  readonly failure: { readonly code: string; readonly message: string; readonly hint?: string } | undefined;
}

export interface Worker {
  readonly pid: number | undefined;
  readonly ended: Promise<WorkerEnd>;
  end(signal: NodeJS.Signals): void;
}

/** The code of a worker that was stopped before it had caught up; it reports its work as if it had. */
const STOPPED: ErrorCode = 'ERR_ABORTED';

/** Marks a process as a worker: it ends with the process that started it. */
const WORKER = 'STOCKAFOLIO_WORKER';

/**
 * Starts this command again with other arguments, `--json` among them, as one of `count` workers.
 *
 * In its own process group: Ctrl-C goes to the whole group of the terminal, and is also passed on to the worker. A
 * worker that got both would take the second as a request to end at once.
 */
export function startWorker(args: readonly string[], count: number, say: (line: string) => void): Worker {
  const [, command = ''] = process.argv;
  const { execArgv, env } = workerRuntime(count);
  const child = fork(command, [...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv,
    env: { ...env, [WORKER]: '1' },
  });
  let last = '';
  if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => (last = line));
  if (child.stderr !== null) createInterface(child.stderr).on('line', say);
  const ended = new Promise<WorkerEnd>((resolve) => {
    child.once('error', (error) => resolve({ how: error.message, result: undefined, failure: undefined }));
    child.once('close', (code, signal) => {
      resolve({ how: signal === null ? `exit code ${code}` : `signal ${signal}`, ...readLast(last) });
    });
  });
  return {
    pid: child.pid,
    ended,
    end: (signal) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    },
  };
}

/** Makes a worker finish its commit and end when the process that started it is gone. */
export function endWithParent(): void {
  if (process.env[WORKER] === undefined) return;
  processStop();
  const end = (): void => void process.kill(process.pid, 'SIGTERM');
  process.once('disconnect', end);
  process.channel?.unref();
  // The parent may have ended while this process was still starting.
  if (!process.connected) end();
}

function readLast(line: string): Pick<WorkerEnd, 'result' | 'failure'> {
  try {
    const facts = JSON.parse(line) as { readonly ok?: unknown; readonly code?: unknown; readonly records?: unknown };
    // A worker that was stopped while loading reports no records.
    if (facts.ok === true || (facts.code === STOPPED && facts.records !== undefined))
      return { result: facts as unknown as StreamResult, failure: undefined };
    if (facts.ok === false)
      return { result: undefined, failure: facts as unknown as NonNullable<WorkerEnd['failure']> };
  } catch {
    // It died before it could report.
  }
  return { result: undefined, failure: undefined };
}
