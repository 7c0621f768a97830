import { availableParallelism } from 'node:os';

/** How Node is started for one of several worker processes. */
export interface WorkerRuntime {
  readonly execArgv: string[];
  readonly env: NodeJS.ProcessEnv;
}

/** The largest semi-space of the young generation, in MiB. Node's own is 16. */
const SEMI_SPACE = 64;

/**
 * How Node is started for one of `count` workers on this machine. The arrays that hold state get huge pages. The young
 * generation is large enough for the records and rows between two commits, so that few of them outlive it. If the
 * workers keep all processors busy, the garbage collector runs on the worker's own thread instead of taking time from
 * another worker. Settings of the user, in the environment or on the command line, have priority.
 */
export function workerRuntime(count: number): WorkerRuntime {
  const tunables = process.env['GLIBC_TUNABLES'];
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  return {
    execArgv: [
      ...process.execArgv,
      ...(/semi[-_]space[-_]size/.test(options) ? [] : [`--max-semi-space-size=${SEMI_SPACE}`]),
      ...(count >= availableParallelism() ? ['--single-threaded-gc'] : []),
    ],
    env: { ...process.env, GLIBC_TUNABLES: tunables ?? 'glibc.malloc.hugetlb=1' },
  };
}
