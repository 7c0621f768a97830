import { availableParallelism } from 'node:os';

/** How Node is started for one of several worker processes. */
export interface WorkerRuntime {
  readonly execArgv: string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * How Node is started for one of `count` workers on this machine: with huge pages for the arrays that hold state. If
 * the workers keep all processors busy, the garbage collector runs on the worker's own thread instead of taking time
 * from another worker. Settings in the environment are left alone.
 */
export function workerRuntime(count: number): WorkerRuntime {
  const tunables = process.env['GLIBC_TUNABLES'];
  return {
    execArgv: [...process.execArgv, ...(count >= availableParallelism() ? ['--single-threaded-gc'] : [])],
    env: { ...process.env, GLIBC_TUNABLES: tunables ?? 'glibc.malloc.hugetlb=1' },
  };
}
