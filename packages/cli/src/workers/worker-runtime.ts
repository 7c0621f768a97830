import { availableParallelism } from 'node:os';

/** How Node is started for a process that works beside others of its kind. */
export interface WorkerRuntime {
  readonly execArgv: string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * How Node is started for one of `count` workers on this machine: with huge pages for the arrays that hold state, and,
 * where the workers keep all processors busy, with a collector that does its work by itself instead of taking time from
 * another worker. What the environment says already is left alone.
 */
export function workerRuntime(count: number): WorkerRuntime {
  const tunables = process.env['GLIBC_TUNABLES'];
  return {
    execArgv: [...process.execArgv, ...(count >= availableParallelism() ? ['--single-threaded-gc'] : [])],
    env: { ...process.env, GLIBC_TUNABLES: tunables ?? 'glibc.malloc.hugetlb=1' },
  };
}
