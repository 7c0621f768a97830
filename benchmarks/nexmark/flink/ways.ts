import { join } from 'node:path';
import { workerRuntime } from '@stockafolio/cli';
import { feeds } from '../feeds.js';
import { askFlink, type Flink, type JobTopics, startFlink } from './flink.js';
import { LineProcess } from './line-process.js';
import type { WorkerReport } from './query-worker.js';
import type { QueryRun } from './run-query.js';
import { topicOf } from './topics.js';

/** Time between two checkpoints, of both. */
export const CHECKPOINT_INTERVAL = 2_000;

/** Where everything is. */
export interface Places {
  readonly brokers: readonly string[];
  readonly flink: Flink;
  /** A folder for checkpoints. */
  readonly folder: string;
}

/** What a run took. */
export interface Took {
  /** Seconds of the processor, of all its processes. */
  readonly processor: number;
  readonly elapsed: number;
}

/** A way to run a query over a set of topics. */
export interface Way {
  readonly name: string;
  run(set: string): Promise<Took>;
  /** MiB, of all its processes. */
  peakMemory(): number;
  end(): Promise<void>;
}

/** The topics that Flink reads: by id of a person, and by auction. It partitions anew by itself. */
export function jobTopics(set: string): JobTopics {
  const of = ({ name }: { readonly name: string }): string => topicOf(set, name);
  return { persons: of(feeds.q8.persons), auctions: of(feeds.q4.auctions), bids: of(feeds.q4.bids) };
}

export async function flinkWay(places: Places, query: string, miniBatch: boolean): Promise<Way> {
  const { brokers, flink, folder } = places;
  const checkpoints = join(folder, 'flink');
  const made = await startFlink(flink, { brokers, miniBatch, checkpoints, checkpointInterval: CHECKPOINT_INTERVAL });
  return {
    name: miniBatch ? 'Flink, mini-batch' : 'Flink',
    run: async (set) => {
      const began = performance.now();
      const { processor } = await askFlink(made, 'measure', query, jobTopics(set));
      return { processor, elapsed: (performance.now() - began) / 1_000 };
    },
    peakMemory: () => made.peakMemory(),
    end: () => made.end(),
  };
}

export interface OurSettings {
  readonly repartition: boolean;
  /** Messages that a run over a set of topics must have read. */
  readonly expected: (set: string) => number;
}

export async function ourWay({ brokers, folder }: Places, query: string, settings: OurSettings): Promise<Way> {
  const { repartition, expected } = settings;
  const { execArgv, env } = workerRuntime(1);
  const made = await LineProcess.start({
    command: process.execPath,
    args: [...execArgv, '--import', 'tsx', join(import.meta.dirname, 'query-worker.ts')],
    env,
  });
  let runs = 0;
  return {
    name: repartition ? 'ours, repartition' : 'ours',
    run: async (set) => {
      const run = `${repartition ? 'made' : 'keyed'}-${query}-${runs++}`;
      const checkpoints = join(folder, run);
      const checkpointInterval = CHECKPOINT_INTERVAL;
      const given: QueryRun = { brokers, query, set, run, repartition, checkpoints, checkpointInterval };
      const began = performance.now();
      const { lines, processor } = await made.ask(JSON.stringify(given));
      const elapsed = (performance.now() - began) / 1_000;
      const { records, setAside } = JSON.parse(lines.at(-1) ?? '{}') as WorkerReport;
      if (setAside > 0 || records !== expected(set))
        throw new Error(`${query} read ${records} of ${expected(set)} messages, ${setAside} are dead letters`);
      return { processor, elapsed };
    },
    peakMemory: () => made.peakMemory(),
    end: () => made.end(),
  };
}
