import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JavaProcess } from './java-process.js';
import type { Lifecycle, Server } from './server.js';

/** A folder for a server's settings, data and log. */
export function serverFolder(name: Server['name']): Promise<string> {
  return mkdtemp(join(tmpdir(), `stockafolio-${name}-`));
}

/** The operations on processes that belong together: started in their order, ended in reverse. */
export function lifecycleOf(processes: readonly JavaProcess[]): Lifecycle {
  const backwards = [...processes].reverse();
  return {
    start: async () => {
      for (const each of processes) await each.start();
    },
    stop: async () => {
      for (const each of backwards) await each.end('SIGTERM');
    },
    kill: async () => {
      for (const each of backwards) await each.end('SIGKILL');
    },
    suspend: () => {
      for (const each of backwards) each.suspend();
    },
    resume: () => {
      for (const each of processes) each.resume();
    },
  };
}

/** The server made of these processes, started. */
export async function startServer(
  folder: string,
  facts: Pick<Server, 'name' | 'url' | 'port' | 'log'>,
  processes: readonly JavaProcess[],
): Promise<Server> {
  const lifecycle = lifecycleOf(processes);
  const close = async (): Promise<void> => {
    await lifecycle.kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await lifecycle.start();
  } catch (error) {
    await lifecycle.kill();
    throw new Error(`${facts.name} did not start: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  return { ...facts, ...lifecycle, close };
}
