import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Running } from './run-command.js';

/** How many messages to send while processes are killed: this many, with `LONGER=2` twice as many. */
export function whileKilled(count: number): number {
  return count * Number(process.env['LONGER'] ?? 1);
}

/** Kills a process with `kill -9`; returns whether it was still running. */
export async function killHard({ child, ended }: Running): Promise<boolean> {
  const wasRunning = child.exitCode === null && child.signalCode === null && child.kill('SIGKILL');
  const { signal } = await ended;
  return wasRunning && signal === 'SIGKILL';
}

/** Whether there is a process with this id. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits until this holds, or the process has ended. */
export async function until({ child }: Running, holds: () => Promise<boolean>): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && !(await holds())) await pause(5);
}

/** When a file was last written, in milliseconds; 0 if there is none. */
export async function writtenAt(path: string): Promise<number> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.mtimeMs ?? 0;
}
