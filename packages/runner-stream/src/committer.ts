import type { PreparedCheckpoint } from '@stockafolio/core/engine';
import type { Mutation, Position } from '@stockafolio/core/ports';
import type { CommittedPartition, StreamOptions } from './options.js';
import type { PartitionTask } from './partition-task.js';
import { asStockafolioError, untilBack } from './until-back.js';

/**
 * What a commit takes of a partition: the rows of its `own` keys; the `whole`, with its parts of shared figures; or that and
 * a checkpoint, which remembers no figures that are still owed.
 */
export type Depth = 'own' | 'whole' | 'saved';

/** The rows and checkpoints of one cut through all partitions in hand. */
interface Cut {
  readonly rows: readonly Mutation[];
  /** Parts of shared figures. */
  readonly figures: readonly Mutation[];
  readonly progress: readonly Mutation[];
  readonly checkpoints: readonly { readonly task: PartitionTask; readonly prepared: PreparedCheckpoint }[];
  readonly partitions: readonly CommittedPartition[];
  /** By the generation under which each partition was assigned. */
  readonly positions: ReadonlyMap<number, readonly Position[]>;
}

/**
 * Brings cuts to the tables, one at a time, in the order that makes them safe: rows acknowledged, then progress, then
 * the checkpoint, then the source's own positions. What is outside and down is tried again until it is back.
 */
export class Committer<T> {
  readonly #options: StreamOptions<T>;
  #inFlight: Promise<void> | undefined;
  /** The shared figures on their way: there are many at a time, and nobody's own rows wait for them. */
  #figures: Promise<void> = Promise.resolve();
  #failure: unknown;
  #unreported = 0;
  commits = 0;
  rows = 0;

  constructor(options: StreamOptions<T>) {
    this.#options = options;
  }

  /** Whether a cut is on its way. */
  get busy(): boolean {
    return this.#inFlight !== undefined;
  }

  /** Counts records for the next `committed` event. */
  count(records: number): void {
    this.#unreported += records;
  }

  /**
   * Takes a cut through these partitions and sends it on its way, after the one before.
   * Partitions may be revoked while the run itself waits here: one of the two goes first, and the other waits again.
   */
  async begin(tasks: readonly PartitionTask[], depthOf: (task: PartitionTask) => Depth): Promise<void> {
    do await this.#inFlight;
    while (this.busy);
    this.#check();
    const { clock } = this.#options;
    const taken = clock.elapsed();
    const cut = takeCut(tasks, depthOf, taken);
    if (cut === undefined) return;
    const records = this.#unreported;
    this.#unreported = 0;
    const behind = tasks.reduce((sum, task) => sum + task.end - task.engine.position.offset, 0);
    this.#inFlight = this.#bring(cut)
      .then(() => {
        this.commits++;
        const rows = cut.rows.length + cut.figures.length;
        this.rows += rows;
        const took = clock.elapsed() - taken;
        const { partitions } = cut;
        this.#options.onEvent?.({ type: 'committed', records, rows, behind, took, partitions });
      })
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#inFlight = undefined;
      });
  }

  /** Resolves when the last cut has arrived, with all its figures. */
  async settle(): Promise<void> {
    await this.#inFlight;
    await this.#figures;
    this.#check();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #bring(cut: Cut): Promise<void> {
    const { tables, source } = this.#options;
    if (cut.figures.length > 0) await this.#send(cut.figures);
    if (cut.rows.length > 0) await untilBack(this.#options, 'writing rows', () => tables.write(cut.rows));
    await untilBack(this.#options, 'writing progress', () => tables.write(cut.progress));
    if (cut.checkpoints.length > 0) await this.#figures;
    this.#check();
    for (const { task, prepared } of cut.checkpoints) {
      try {
        await task.writer.store(prepared);
        this.#options.onEvent?.({ type: 'checkpointed', partition: task.partition, offset: prepared.offset });
      } catch (error) {
        // The tables are right without it; a restart only replays more. The next checkpoint is a whole one.
        const failed = asStockafolioError(error);
        if (!failed.retryable) throw failed;
        this.#options.onEvent?.({ type: 'checkpoint-failed', error: failed });
      }
    }
    try {
      for (const [generation, positions] of cut.positions) await source.commit(positions, generation);
    } catch (error) {
      // For lag tools only: the checkpoint is what counts.
      if (!asStockafolioError(error).retryable) throw error;
    }
  }

  /** Puts shared figures on their way, once those before have arrived. */
  async #send(figures: readonly Mutation[]): Promise<void> {
    await this.#figures;
    const { tables } = this.#options;
    this.#figures = untilBack(this.#options, 'writing rows', () => tables.write(figures)).catch((error: unknown) => {
      this.#failure ??= error;
    });
  }
}

function takeCut(
  tasks: readonly PartitionTask[],
  depthOf: (task: PartitionTask) => Depth,
  now: number,
): Cut | undefined {
  const rows: Mutation[] = [];
  const figures: Mutation[] = [];
  const progress: Mutation[] = [];
  const checkpoints: { task: PartitionTask; prepared: PreparedCheckpoint }[] = [];
  const partitions: CommittedPartition[] = [];
  // Of these the source is told: its positions are for those who look at the lag, not for every commit.
  const told: PartitionTask[] = [];
  for (const task of tasks) {
    const depth = depthOf(task);
    const whole = depth !== 'own';
    if (whole) told.push(task);
    if (task.dirty || (whole && task.owing)) {
      for (const row of task.engine.commitOwn()) rows.push(row);
      if (whole) for (const row of task.engine.commit()) figures.push(row);
      progress.push(task.engine.progress());
      partitions.push(factsOf(task));
      task.oldest = null;
      task.dirty = false;
      task.owing = !whole;
      if (whole) task.figures.done(now);
    }
    if (depth === 'saved') {
      const prepared = task.writer.prepare();
      if (prepared !== undefined) checkpoints.push({ task, prepared });
      task.checkpoint.done(now);
    }
  }
  if (progress.length === 0 && checkpoints.length === 0) return undefined;
  const positions = new Map<number, Position[]>();
  for (const { partition, generation, engine } of told) {
    const together = positions.get(generation) ?? [];
    positions.set(generation, together);
    together.push({ partition, offset: engine.position.offset });
  }
  return { rows, figures, progress, checkpoints, partitions, positions };
}

function factsOf({ partition, engine, end, oldest }: PartitionTask): CommittedPartition {
  const { offset, latest } = engine.position;
  const keys = engine.operators.reduce((sum, { state }) => sum + state.size, 0);
  return { partition, offset, behind: end - offset, latest, oldest, setAside: engine.setAside, keys };
}
