import type { Clock, Tables } from '@stockafolio/core/ports';
import { progress } from '@stockafolio/engine';
import { readRows } from '../../figures/read-rows.js';
import { Remembered } from '../remembered.js';
import { isoOrNull } from '../wire/values.js';
import type {
  WirePartition,
  WirePipeline,
  WirePipelineCounts,
  WirePipelineRates,
  WireRunner,
} from '../wire/pipeline-types.js';
import { sumOf, valueOf, type Sample } from './metrics-text.js';
import { planPicture, type PlannedPipeline } from './plan-picture.js';
import { RunnerWatch, type RunnerMetrics } from './runner-watch.js';

export interface PipelineHealthOptions {
  readonly live: Tables;
  readonly clock: Clock;
  /** The name of the pipeline in the tables, and its plan. */
  readonly pipeline: string;
  readonly planned: PlannedPipeline;
  readonly runners: readonly RunnerMetrics[];
}

/** How long an answer is valid, in milliseconds: any number of viewers cost the runners one question. */
const HOLDS = 1_000;

/** A partition in the tables. */
interface InTables {
  readonly offset: number;
  readonly watermark: number | undefined;
}

/** The health of the pipeline, from the metrics of its runners and the progress of its tables. */
export class PipelineHealth {
  readonly #options: PipelineHealthOptions;
  readonly #watches: readonly RunnerWatch[];
  readonly #answers: Remembered<WirePipeline>;

  constructor(options: PipelineHealthOptions) {
    this.#options = options;
    this.#watches = options.runners.map((runner) => new RunnerWatch(runner, options.clock));
    this.#answers = new Remembered(options.clock, { ms: HOLDS, most: 1 });
  }

  /** What is known now. Never rejects: what cannot be read is not known. */
  now(): Promise<WirePipeline> {
    return this.#answers.get('', '', () => this.#read());
  }

  async #read(): Promise<WirePipeline> {
    const { clock, pipeline, planned } = this.#options;
    const [inTables] = await Promise.all([this.#progress(), ...this.#watches.map((watch) => watch.look())]);
    const rates = this.#rates();
    return {
      now: new Date(clock.now()).toISOString(),
      pipeline,
      hasRunners: this.#watches.length > 0,
      isReadable: inTables !== undefined,
      ...planPicture(planned, {
        messages: rates.messages ?? undefined,
        rowsOf: (table) => this.#rate('stockafolio_table_rows_total', { table }),
        keysOf: (operator) => this.#sum('stockafolio_operator_keys', { operator }),
      }),
      runners: this.#watches.map(runnerOf),
      partitions: this.#partitions(inTables ?? new Map()),
      rates,
      counts: this.#counts(),
    };
  }

  /** By partition; undefined if the tables cannot be read. */
  async #progress(): Promise<ReadonlyMap<string, InTables> | undefined> {
    const { live, pipeline } = this.#options;
    try {
      const rows = await readRows(live, progress, [pipeline]);
      return new Map(rows.map(({ partition, offset, watermark }) => [String(partition), { offset, watermark }]));
    } catch {
      return undefined;
    }
  }

  #partitions(inTables: ReadonlyMap<string, InTables>): WirePartition[] {
    const names = new Set(inTables.keys());
    for (const { samples } of this.#watches)
      for (const { labels } of samples.get('stockafolio_offset') ?? [])
        if (labels['partition'] !== undefined) names.add(labels['partition']);
    return [...names].sort(byNumber).map((partition) => {
      const watch = this.#watches.find(
        ({ samples }) => valueOf(samples, 'stockafolio_offset', { partition }) !== undefined,
      );
      const value = (name: string): number | undefined =>
        watch === undefined ? undefined : valueOf(watch.samples, `stockafolio_${name}`, { partition });
      const known = inTables.get(partition);
      const checkpointed = value('checkpoint_time_seconds');
      return {
        partition,
        runner: watch?.name ?? null,
        offset: known?.offset ?? value('offset') ?? null,
        behind: value('lag_records') ?? null,
        watermark: isoOrNull(known?.watermark),
        lagSeconds: value('lag_seconds') ?? null,
        keys: value('state_keys') ?? null,
        checkpointed: isoOrNull(checkpointed === undefined ? undefined : checkpointed * 1_000),
        checkpointBytes: value('checkpoint_bytes') ?? null,
        unsavedSeconds: value('unsaved_seconds') ?? null,
      };
    });
  }

  #rates(): WirePipelineRates {
    const mean = (histogram: string): number | null => {
      const [sum, count] = [this.#rate(`${histogram}_sum`), this.#rate(`${histogram}_count`)];
      return sum === undefined || count === undefined || count === 0 ? null : sum / count;
    };
    return {
      messages: this.#rate('stockafolio_records_total') ?? null,
      rows: this.#rate('stockafolio_rows_written_total') ?? null,
      commits: this.#rate('stockafolio_commits_total') ?? null,
      commitSeconds: mean('stockafolio_commit_seconds'),
      endToEndSeconds: mean('stockafolio_end_to_end_seconds'),
    };
  }

  #counts(): WirePipelineCounts {
    const answers = this.#watches.length > 0 && this.#watches.every(({ why }) => why === undefined);
    // A counter with labels has no sample before its first event, which is known to be none.
    const count = (name: string, labels: Sample['labels'] = {}): number | null =>
      answers
        ? this.#watches.reduce((sum, { samples }) => sum + (sumOf(samples, `stockafolio_${name}`, labels) ?? 0), 0)
        : null;
    return {
      checkpointsStored: count('checkpoints_total', { result: 'stored' }),
      checkpointsFailed: count('checkpoints_total', { result: 'failed' }),
      checkpointsSkipped: count('checkpoints_total', { result: 'skipped' }),
      retries: count('retries_total'),
      wentBack: count('went_back_total'),
      deadLetters: count('dead_letters_total'),
    };
  }

  /** Over all runners. Of a part of them a sum says nothing about the pipeline, so then it is not known. */
  #rate(name: string, labels: Sample['labels'] = {}): number | undefined {
    return added(this.#watches.map((watch) => watch.rate(name, labels)));
  }

  #sum(name: string, labels: Sample['labels']): number | undefined {
    return added(this.#watches.map(({ samples }) => sumOf(samples, name, labels)));
  }
}

function runnerOf(watch: RunnerWatch): WireRunner {
  const { name, why, samples } = watch;
  const started = valueOf(samples, 'process_start_time_seconds');
  const versionIn = (metric: string): string | null => samples.get(metric)?.[0]?.labels['version'] ?? null;
  return {
    ...{ name, why: why ?? null },
    version: versionIn('stockafolio_build_info'),
    node: versionIn('nodejs_version_info'),
    started: isoOrNull(started === undefined ? undefined : started * 1_000),
    // Not `stockafolio_partitions`, which counts those of earlier runs of the same process too.
    partitions: why === undefined ? (samples.get('stockafolio_offset')?.length ?? 0) : null,
    memory: valueOf(samples, 'process_resident_memory_bytes') ?? null,
    processors: watch.rate('process_cpu_seconds_total') ?? null,
  };
}

function added(values: readonly (number | undefined)[]): number | undefined {
  let sum: number | undefined;
  for (const value of values) {
    if (value === undefined) return undefined;
    sum = (sum ?? 0) + value;
  }
  return sum;
}

/** In the order of the stages, and of the numbers in each. */
function byNumber(a: string, b: string): number {
  const [stage = '', number = ''] = split(a);
  const [otherStage = '', otherNumber = ''] = split(b);
  if (stage !== otherStage) return stage < otherStage ? -1 : 1;
  return Number(number) - Number(otherNumber);
}

function split(partition: string): string[] {
  const at = partition.lastIndexOf('/');
  return [partition.slice(0, Math.max(0, at)), partition.slice(at + 1)];
}
