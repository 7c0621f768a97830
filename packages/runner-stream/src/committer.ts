import { endedWith, type Mutation, type Position, type SourceBatch, type Span, traced } from '@stockafolio/core/ports';
import { CommitTraces } from './commit-traces.js';
import { CheckpointQueue, type Saving } from './checkpoint-queue.js';
import type { CommittedPartition, StageOptions } from './options.js';
import { positionOf, type PartitionTask } from './partition-task.js';
import type { Sending } from './repartition/outlets.js';
import type { TablesWatch } from './tables-watch.js';
import { asStockafolioError, untilBack } from './until-back.js';

/**
 * What a commit writes of a partition: the rows of its `own` keys; the `whole`, including its parts of shared figures;
 * or that and a checkpoint, which never contains unwritten figures.
 */
export type Depth = 'own' | 'whole' | 'saved';

/** The rows and checkpoints of one cut through all assigned partitions. */
interface Cut {
  /** Written before all else: where records of some streams went on without others, and windows were emitted early. */
  readonly before: readonly Mutation[];
  readonly rows: readonly Mutation[];
  /** Parts of shared figures. */
  readonly figures: readonly Mutation[];
  readonly progress: readonly Mutation[];
  /** What goes to topics. */
  readonly sendings: readonly Sending[];
  readonly checkpoints: readonly Saving[];
  readonly partitions: readonly CommittedPartition[];
  /** By the generation in which each partition was assigned. */
  readonly positions: ReadonlyMap<number, readonly Position[]>;
}

/** Why a cut is abandoned, together with all that was not saved. */
class TablesLost extends Error {}

/**
 * Writes cuts to the tables, one at a time, in the safe order: rows acknowledged, then progress, then the checkpoint,
 * then the source's own positions. Writes to an external system that is down are retried until it is back. After that
 * the tables may have lost rows that they had acknowledged, and no cut is written until {@link goesOn}.
 */
export class Committer<T> {
  readonly #options: StageOptions<T>;
  readonly #watch: TablesWatch<T>;
  readonly #checkpoints: CheckpointQueue<T>;
  readonly #traces: CommitTraces | undefined;
  #began: number | undefined;
  #lost: string | undefined;
  #inFlight: Promise<void> | undefined;
  /** The shared figures being written: there are many at a time, and rows of single keys do not wait for them. */
  #figures: Promise<void> = Promise.resolve();
  #failure: unknown;
  #unreported = 0;
  commits = 0;
  rows = 0;

  constructor(options: StageOptions<T>, watch: TablesWatch<T>) {
    this.#options = options;
    this.#watch = watch;
    this.#checkpoints = new CheckpointQueue(options, (error) => (this.#failure ??= error));
    const { tracer, pipeline, group } = options;
    this.#traces = tracer === undefined ? undefined : new CommitTraces(tracer, pipeline.name, group ?? pipeline.name);
  }

  /** How long the current cut has been in flight, in milliseconds; 0 if there is none. */
  get committing(): number {
    return this.#began === undefined ? 0 : this.#options.clock.elapsed() - this.#began;
  }

  /** Why the tables may lack rows that they acknowledged; undefined if there is no sign of it. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** Cuts are taken again, from partitions that were reopened. */
  goesOn(): void {
    this.#lost = undefined;
    this.#figures = Promise.resolve();
    this.#watch.goesOn();
  }

  /** Whether a checkpoint of this partition is being stored. */
  isStoring(task: PartitionTask): boolean {
    return this.#checkpoints.isStoring(task);
  }

  /** Whether a cut is in flight. */
  get busy(): boolean {
    return this.#inFlight !== undefined;
  }

  /** Counts the records of a batch for the next `committed` event. */
  count(records: number, { messages }: Pick<SourceBatch, 'messages'>): void {
    this.#unreported += records;
    this.#traces?.takeIn(messages);
  }

  /**
   * Takes a cut through these partitions and starts to write it, after the previous one. Partitions may be revoked
   * while the run itself waits here: one of the two callers goes first, and the other waits again.
   */
  async begin(tasks: readonly PartitionTask[], depthOf: (task: PartitionTask) => Depth): Promise<void> {
    do await this.#inFlight;
    while (this.busy);
    this.#check();
    if (this.#lost !== undefined) return;
    const { clock } = this.#options;
    const taken = clock.elapsed();
    const cut = takeCut(this.#options, tasks, depthOf, taken);
    if (cut === undefined) return;
    this.#began = taken;
    const records = this.#unreported;
    this.#unreported = 0;
    const behind = tasks.reduce((sum, task) => sum + task.end - task.engine.position.offset, 0);
    const rows = cut.rows.length + cut.figures.length;
    const span = this.#traces?.begin(tasks, { records, rows, checkpoints: cut.checkpoints.length });
    const written = span === undefined ? this.#bring(cut) : endedWith(span, () => this.#bring(cut, span));
    this.#inFlight = written
      .then(() => {
        this.commits++;
        this.rows += rows;
        const took = clock.elapsed() - taken;
        const { partitions } = cut;
        const tables = rowsByTable(cut.rows, cut.figures);
        if (partitions.length > 0 || cut.checkpoints.length > 0)
          this.#options.onEvent?.({ type: 'committed', records, rows, behind, took, partitions, tables });
      })
      .catch((error: unknown) => this.#end(error))
      .finally(() => {
        this.#inFlight = undefined;
        this.#began = undefined;
      });
  }

  /** The last cut of these partitions in this run: resolves when it is written and its checkpoints are stored. */
  async finish(tasks: readonly PartitionTask[]): Promise<void> {
    await this.settle();
    await this.begin(tasks, () => 'saved');
    await this.settle();
  }

  /** Resolves when the last cut is written, with all its figures and checkpoints. */
  async settle(): Promise<void> {
    do {
      await this.#inFlight;
      await this.#figures;
      await this.#checkpoints.settle();
    } while (this.busy);
    this.#check();
  }

  #end(error: unknown): void {
    if (error instanceof TablesLost) this.#lost ??= error.message;
    else this.#failure ??= error;
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #bring(cut: Cut, span?: Span): Promise<void> {
    // Without them another order is possible, in which other records would have these numbers.
    if (cut.before.length > 0) await this.#write('writing rows', cut.before, span);
    // Others need not wait for the rows; a checkpoint and the progress must wait for both.
    await Promise.all([this.#sendAll(cut.sendings, span), this.#writeRows(cut, span)]);
    this.#check();
    if (this.#lost !== undefined) throw new TablesLost(this.#lost);
    await this.#write('writing progress', cut.progress, span);
    for (const { partition, offset } of cut.partitions) this.#watch.acknowledge({ partition, offset });
    if (cut.checkpoints.length > 0) {
      const holdAll = await untilBack(this.#options, 'reading progress', () => this.#watch.holdAll());
      if (!holdAll || this.#watch.wereAway) throw new TablesLost('the tables lack what they had acknowledged');
      for (const saving of cut.checkpoints) this.#checkpoints.store(saving, span);
    }
    await traced(span, 'telling the source', {}, () => this.#tell(cut.positions));
  }

  async #tell(told: Cut['positions']): Promise<void> {
    try {
      for (const [generation, positions] of told) await this.#options.source.commit(positions, generation);
    } catch (error) {
      // For lag tools only: the checkpoint is what counts.
      if (!asStockafolioError(error).retryable) throw error;
    }
  }

  async #sendAll(sendings: readonly Sending[], span: Span | undefined): Promise<void> {
    const { outlets } = this.#options;
    if (outlets === undefined || sendings.length === 0) return;
    const what = 'sending to topics';
    await traced(span, what, {}, () => untilBack(this.#options, what, () => outlets.send(sendings)));
  }

  async #writeRows(cut: Cut, span: Span | undefined): Promise<void> {
    if (cut.figures.length > 0) await this.#send(cut.figures, span);
    if (cut.rows.length > 0) await this.#write('writing rows', cut.rows, span);
    // A checkpoint continues from what progress says: figures written after it could be lost without a trace.
    if (cut.checkpoints.length > 0) await this.#figures;
  }

  /** Writes shared figures, once the previous ones are written. */
  async #send(figures: readonly Mutation[], span: Span | undefined): Promise<void> {
    await this.#figures;
    this.#figures = this.#write('writing rows', figures, span).catch((error: unknown) => this.#end(error));
  }

  /** Writes, retrying until the tables are back; but nothing more once they were down: see {@link goesOn}. */
  async #write(what: string, rows: readonly Mutation[], span: Span | undefined): Promise<void> {
    const write = async (): Promise<boolean> => {
      if (this.#watch.wereAway) return false;
      await this.#options.tables.write(rows);
      return true;
    };
    const isWritten = await traced(span, what, { rows: rows.length }, () => untilBack(this.#options, what, write));
    if (!isWritten) throw new TablesLost('a server of the tables was away');
  }
}

function takeCut<T>(
  { outlets, source, clock }: Pick<StageOptions<T>, 'outlets' | 'source' | 'clock'>,
  tasks: readonly PartitionTask[],
  depthOf: (task: PartitionTask) => Depth,
  now: number,
): Cut | undefined {
  const before: Mutation[] = [];
  const rows: Mutation[] = [];
  const figures: Mutation[] = [];
  const progress: Mutation[] = [];
  const checkpoints: Saving[] = [];
  const partitions: CommittedPartition[] = [];
  // The source is told only about these: its positions are for lag tools, so they need not follow every commit.
  const told: PartitionTask[] = [];
  const sendings: Sending[] = [];
  for (const task of tasks) {
    const depth = depthOf(task);
    const whole = depth !== 'own';
    if (whole) told.push(task);
    if (task.dirty || (whole && task.owing)) {
      for (const row of task.engine.commitOwn()) rows.push(row);
      if (whole) for (const row of task.engine.commit()) figures.push(row);
      before.push(...task.engine.takeNotes());
      progress.push(...task.notes);
      task.notes = [];
      progress.push(task.engine.progress(), ...task.engine.marks());
      partitions.push(factsOf(task));
      task.oldest = null;
      task.dirty = false;
      task.owing = !whole;
      if (whole) task.figures.done(now);
    }
    if (outlets !== undefined) sendings.push(outlets.take(task, source, clock));
    if (depth === 'saved') {
      const prepared = task.writer.prepare();
      if (prepared !== undefined) {
        checkpoints.push({ task, prepared, taken: now });
        progress.push(task.engine.checkpointCut());
      }
      task.checkpoint.done(now);
    }
  }
  const isSending = sendings.some(({ departures, silence }) => departures.length > 0 || silence !== undefined);
  if (progress.length === 0 && checkpoints.length === 0 && !isSending) return undefined;
  const positions = new Map<number, Position[]>();
  for (const task of told) {
    const together = positions.get(task.generation) ?? [];
    positions.set(task.generation, together);
    const { partition, offset, inputs } = positionOf(task);
    together.push(inputs === undefined ? { partition, offset } : { partition, offset, inputs });
  }
  return { before, rows, figures, progress, sendings, checkpoints, partitions, positions };
}

/** Rows of one table come one after the other, so their number is looked up only once. */
function rowsByTable(...parts: readonly (readonly Mutation[])[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const rows of parts) {
    let begin = 0;
    for (let n = 1; n <= rows.length; n++) {
      const table = rows[n - 1]?.table;
      if (n < rows.length && rows[n]?.table === table) continue;
      if (table !== undefined) counts[table.name] = (counts[table.name] ?? 0) + n - begin;
      begin = n;
    }
  }
  return counts;
}

function factsOf({ partition, engine, end, oldest }: PartitionTask): CommittedPartition {
  const { offset, latest } = engine.position;
  const keys = engine.operators.reduce((sum, { state }) => sum + state.size, 0);
  return { partition, offset, behind: end - offset, latest, oldest, setAside: engine.setAside, keys };
}
