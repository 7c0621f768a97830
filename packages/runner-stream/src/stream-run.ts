import { isStockafolioError, StockafolioError } from '@stockafolio/core';
import {
  type AssignmentListener,
  type GroupTarget,
  type PartitionRange,
  type Position,
  type SourceBatch,
} from '@stockafolio/core/ports';
import {
  checkpointStore,
  claimTables,
  mayBeSameSource,
  type Progress,
  readProgress,
  tablesOf,
} from '@stockafolio/engine';
import { Committer } from './committer.js';
import { DeadLetterReport } from './dead-letter-report.js';
import { FloorWatch } from './floor-watch.js';
import { streamTarget } from './group-target.js';
import { GroupWait } from './group-wait.js';
import type { StageOptions, StreamInput, StreamResult } from './options.js';
import { LagWatch } from './lag-watch.js';
import {
  COMMIT_RECORDS,
  FIGURES_INTERVAL,
  goOnWithoutSilent,
  openPartition,
  positionOf,
  recordsIn,
  takeBatch,
  type PartitionTask,
} from './partition-task.js';
import { checkPartitionings, grown } from './partitionings.js';
import { Alignment } from './repartition/alignment.js';
import { checkSameLog, otherSource } from './same-log.js';
import { TablesWatch } from './tables-watch.js';
import { untilBack } from './until-back.js';
import { readWritten, type Written } from './written.js';

/** How long to wait for a batch while a due commit waits for the previous one, in milliseconds. */
const WHILE_BUSY = 5;

/** Default, in milliseconds. */
const COMMIT_INTERVAL = 20;
const CHECKPOINT_PATIENCE = 600_000;

/** How long to wait while no messages may be processed, in milliseconds. */
const WHILE_HELD = 100;

/** One run of a pipeline, or of a stage of one, on one source. */
export class StreamRun<T> implements AssignmentListener {
  readonly #options: StageOptions<T>;
  /** What the streams are read from, in order. */
  readonly #inputs: readonly StreamInput[];
  readonly #tasks = new Map<number, PartitionTask>();
  readonly #watch: TablesWatch<T>;
  readonly #committer: Committer<T>;
  readonly #lag: LagWatch<T>;
  readonly #groupWait: GroupWait;
  readonly #floors: FloorWatch;
  readonly #alignment: Alignment | undefined;
  readonly #letters: DeadLetterReport<T>;
  #source = '';
  /** The identities of the sources of all streams. */
  #sources: readonly string[] = [];
  /** How many partitions the source of each stream had when the run began. */
  #counts: readonly number[] = [];
  /** Whether the source has told this run its partitions: while partitions are being assigned it has not. */
  #settled = false;
  #records = 0;
  #setAside = 0;
  #uncommitted = 0;
  #committedAt = 0;

  /** @param inputs the sources of the streams, of which that of the options is made */
  constructor(options: StageOptions<T>, inputs: readonly StreamInput[]) {
    this.#options = options;
    this.#inputs = inputs;
    this.#watch = new TablesWatch(options);
    this.#committer = new Committer(options, this.#watch);
    this.#groupWait = new GroupWait(options);
    this.#floors = new FloorWatch(options);
    const sends = options.pipeline.plan.repartitions.length > 0;
    this.#alignment = sends ? new Alignment(options.source) : undefined;
    this.#letters = new DeadLetterReport(options);
    this.#lag = new LagWatch(options, {
      tasks: this.#tasks,
      acknowledged: (partition) => this.#watch.acknowledged(partition),
      committing: () => this.#committer.committing,
    });
  }

  async run(): Promise<StreamResult> {
    const { source, pipeline, clock, tables } = this.#options;
    let release: (() => Promise<void>) | undefined;
    let caughtUp = false;
    try {
      const target = await this.#openTables();
      await this.#options.outlets?.begin({ pipeline: pipeline.name, source: this.#source, tables });
      release = await tables.lock?.(pipeline.name);
      await source.open(this.#options.group ?? pipeline.name, this, target);
      this.#committedAt = clock.elapsed();
      this.#floors.begin();
      this.#lag.begin();
      do {
        caughtUp = await this.#readOn();
        for (const task of this.#tasks.values()) this.#flush(task);
        await this.#committer.finish([...this.#tasks.values()]);
      } while (!this.#isOver && this.#committer.lost !== undefined);
      this.#letters.end();
    } catch (error) {
      throw isStockafolioError(error, 'ERR_PARTITION_MISMATCH') ? await this.#whyMisplaced(error) : error;
    } finally {
      this.#lag.end();
      await this.#floors.settle();
      await source.close();
      await release?.();
    }
    for (const task of this.#tasks.values()) this.#setAside += task.engine.setAside;
    return {
      records: this.#records,
      setAside: this.#setAside,
      rows: this.#committer.rows,
      commits: this.#committer.commits,
      caughtUp,
    };
  }

  /** Whether the run is to end before it is caught up. */
  get #isOver(): boolean {
    return this.#options.signal?.aborted === true || this.#letters.mustEnd;
  }

  /** Reads until the run is stopped or caught up; returns whether it is caught up. */
  async #readOn(): Promise<boolean> {
    const { source, untilCaughtUp = false } = this.#options;
    while (!this.#isOver) {
      if (this.#committer.lost !== undefined) await this.#goBack(this.#committer.lost);
      const batch = await (this.#isOverdue() ? this.#hold() : source.next(this.#patience()));
      if (batch !== undefined) this.#take(batch);
      for (const task of this.#tasks.values()) goOnWithoutSilent(task, this.#options, this.#letters);
      this.#alignment?.keep(this.#tasks.values());
      await this.#commitIfDue();
      this.#floors.look(this.#tasks.values());
      if (batch === undefined && untilCaughtUp && (await this.#mayEnd())) return true;
    }
    return false;
  }

  /** Reopens every partition, because the tables may have lost rows that they acknowledged. */
  async #goBack(reason: string): Promise<void> {
    await this.#committer.settle();
    this.#options.onEvent?.({ type: 'went-back', reason });
    const tasks = [...this.#tasks.values()];
    // They stay assigned to this run, and their lag is reported, until each is reopened: the tables may be down for
    // long.
    for (const { engine } of tasks) this.#setAside += engine.setAside;
    this.#committer.goesOn();
    this.#uncommitted = 0;
    for (const { partition, generation } of tasks)
      for (const position of await this.#open([partition], generation)) this.#options.source.seek(position);
  }

  /** Whether a partition has had no checkpoint for so long that it must process no more. */
  #isOverdue(): boolean {
    const { clock, checkpointPatience = CHECKPOINT_PATIENCE } = this.#options;
    const since = clock.elapsed() - checkpointPatience;
    return [...this.#tasks.values()].some(({ unsavedSince = Number.POSITIVE_INFINITY }) => unsavedSince <= since);
  }

  async #hold(): Promise<undefined> {
    await this.#options.clock.sleep(WHILE_HELD, this.#options.signal);
  }

  async assigned(partitions: readonly number[], generation: number): Promise<readonly Position[]> {
    // The current cut may end in a checkpoint of these very partitions, from which to continue.
    await this.#committer.settle();
    const positions = await this.#open(partitions, generation);
    this.#settled = true;
    this.#options.onEvent?.({ type: 'assigned', partitions });
    return positions;
  }

  async #open(partitions: readonly number[], generation: number): Promise<readonly Position[]> {
    const options = this.#options;
    const ranges = await untilBack(options, 'asking what the source holds', () => options.source.ranges());
    const { wholes, marks, noted } = await untilBack(options, 'reading progress', () => this.#readWritten());
    await checkSameLog(
      options,
      partitions.flatMap((partition) => marks.get(partition) ?? []),
    );
    const positions: Position[] = [];
    for (const partition of partitions) {
      const range = ranges.find((candidate) => candidate.partition === partition);
      if (range === undefined)
        throw new StockafolioError(
          'ERR_INTERNAL',
          `the source assigned partition ${partition}, which it does not have`,
        );
      const opening = {
        ...{ source: this.#source, sources: this.#sources, range, counts: this.#counts, generation },
        ...{ whole: wholes.get(partition), tableIds: this.#watch.ids },
        isNoted: noted.has(partition),
      };
      const task = await untilBack(options, 'reading checkpoints', () => openPartition(options, opening));
      this.#tasks.set(partition, task);
      positions.push(positionOf(task));
    }
    // The tables may know less than their checkpoints, as those of an earlier version do.
    await checkSameLog(
      options,
      positions.filter(({ partition, offset }) => marks.get(partition)?.offset !== offset),
    );
    return positions;
  }

  async revoked(partitions: readonly number[]): Promise<void> {
    const leaving = this.#tasksOf(partitions);
    await this.#committer.finish(leaving);
    this.#drop(leaving, 'revoked');
  }

  /** Another process continues from the last checkpoint, so that process writes everything after it. */
  async lost(partitions: readonly number[]): Promise<void> {
    await this.#committer.settle();
    this.#drop(this.#tasksOf(partitions), 'lost');
  }

  #tasksOf(partitions: readonly number[]): PartitionTask[] {
    return partitions.flatMap((partition) => this.#tasks.get(partition) ?? []);
  }

  #drop(leaving: readonly PartitionTask[], type: 'revoked' | 'lost'): void {
    for (const task of leaving) {
      this.#setAside += task.engine.setAside;
      this.#tasks.delete(task.partition);
      this.#watch.forget(task.partition);
      this.#options.onEvent?.({ type, partition: task.partition, offset: task.engine.position.offset });
    }
    if (this.#tasks.size === 0) this.#settled = false;
  }

  /**
   * Creates the tables, and checks that they were made from this source.
   *
   * @returns the target that the group is bound to
   */
  async #openTables(): Promise<GroupTarget> {
    const { pipeline, tables, source, checkpoints, clock } = this.#options;
    const { takeGroup = false, takeOver = false, untilCaughtUp = false } = this.#options;
    this.#source = await source.identity();
    this.#sources = await Promise.all(this.#inputs.map((input) => input.source.identity()));
    const store = await untilBack(this.#options, 'reading checkpoints', () =>
      checkpointStore(checkpoints, pipeline.name, clock),
    );
    const open = async (): Promise<GroupTarget> => {
      const claim = { pipeline: pipeline.name, runner: 'stream', checkpoints: store, clock, takeOver } as const;
      await claimTables(tables, tablesOf(pipeline), claim);
      await this.#watch.begin(tablesOf(pipeline));
      await this.#readProgress();
      return streamTarget(pipeline, tables, store, clock);
    };
    // A process may be started while the tables are restarted; but what no folder can be will not be back.
    const target = await untilBack(this.#options, 'opening the tables', open, mayBeBack);
    this.#counts = await untilBack(this.#options, 'asking what the source holds', () => this.#countPartitions());
    await untilBack(this.#options, 'reading progress', () => checkPartitionings(pipeline, tables, this.#counts));
    return { ...target, takeGroup, endsByItself: untilCaughtUp };
  }

  async #countPartitions(): Promise<readonly number[]> {
    const ranges = await Promise.all(this.#inputs.map(({ source }) => source.ranges()));
    return ranges.map(({ length }) => length);
  }

  /** Why a message is in another partition than its key's: partitions were added, or its producer placed it there. */
  async #whyMisplaced(error: StockafolioError): Promise<StockafolioError> {
    const now = await this.#countPartitions().catch(() => this.#counts);
    return grown(this.#options.pipeline, this.#counts, now) ?? error;
  }

  /** The progress of the tables, which must belong to this source; other processes advance it. */
  async #readProgress(): Promise<ReadonlyMap<number, Progress>> {
    const { pipeline, tables } = this.#options;
    const written = await readProgress(tables, pipeline.name);
    for (const { source } of written.values())
      if (!mayBeSameSource(source, this.#source)) throw otherSource(pipeline.name, source, this.#source);
    return written;
  }

  async #readWritten(): Promise<Written> {
    const { tables, pipeline } = this.#options;
    return readWritten(tables, pipeline, await this.#readProgress());
  }

  #take(batch: SourceBatch): void {
    const task = this.#tasks.get(batch.partition);
    if (task === undefined || task.generation !== batch.generation) return;
    const records = recordsIn(batch);
    this.#letters.add(task, records, takeBatch(task, batch, this.#options));
    this.#records += records;
    this.#uncommitted += records;
    this.#committer.count(records, batch);
  }

  /**
   * How long to wait for the next batch, in milliseconds: until the commit is due. Never zero: while the previous
   * commit is in flight, this loop would spin without a pause, and block the answer that it waits for.
   */
  #patience(): number {
    const { clock, commitInterval = COMMIT_INTERVAL } = this.#options;
    if (this.#uncommitted === 0) return commitInterval;
    const left = Math.min(commitInterval, this.#committedAt + commitInterval - clock.elapsed());
    // A source may answer a wait of 0 without letting anything else run: pending answers would never arrive.
    return Math.max(this.#committer.busy ? WHILE_BUSY : 0, left);
  }

  async #commitIfDue(): Promise<void> {
    const {
      clock,
      commitInterval = COMMIT_INTERVAL,
      commitRecords = COMMIT_RECORDS,
      figuresInterval = FIGURES_INTERVAL,
      idleAfter = 1_000,
    } = this.#options;
    const now = clock.elapsed();
    const tasks = [...this.#tasks.values()];
    for (const task of tasks) if (task.open && now - task.heardAt >= idleAfter) this.#flush(task);
    const full = this.#uncommitted >= commitRecords;
    if (!full && (now - this.#committedAt < commitInterval || this.#committer.busy)) return;
    this.#uncommitted = 0;
    this.#committedAt = now;
    await this.#committer.begin(tasks, (task) => {
      if (task.checkpoint.isDue(now) && !this.#committer.isStoring(task)) return 'saved';
      return figuresInterval <= commitInterval || task.figures.isDue(now) ? 'whole' : 'own';
    });
  }

  #flush(task: PartitionTask): void {
    task.engine.flush();
    task.open = false;
    task.dirty = true;
  }

  /** Whether everything is processed, and the other stages of the pipeline need nothing more from this one. */
  async #mayEnd(): Promise<boolean> {
    const { linger } = this.#options;
    if (linger === undefined) return this.#isCaughtUp();
    // In this order: what is not in the source yet would not be missed.
    if (!linger.isFed() || !(await this.#isCaughtUp()) || this.#uncommitted > 0 || this.#committer.busy) return false;
    // Records that waited for other streams are in no count.
    if ([...this.#tasks.values()].some(({ dirty }) => dirty)) return false;
    linger.caughtUp();
    return linger.mayEnd();
  }

  /**
   * Whether everything is processed. The partitions of other members count too, by the progress that they wrote: a
   * member may be dead, and its partitions come here when its session ends.
   */
  async #isCaughtUp(): Promise<boolean> {
    if (!this.#settled) {
      await this.#groupWait.sharingOut();
      return false;
    }
    const { source } = this.#options;
    const ranges = await source.ranges();
    const isMine = ({ partition }: PartitionRange): boolean => this.#tasks.has(partition);
    const offsetOf = (partition: number): number => this.#tasks.get(partition)?.engine.position.offset ?? 0;
    if (!ranges.filter(isMine).every(({ partition, end }) => offsetOf(partition) >= end)) return false;
    if (source.shared !== true || ranges.every(isMine)) return true;
    const theirs = ranges.filter((range) => !isMine(range));
    const written = await untilBack(this.#options, 'reading progress', () => this.#readProgress());
    const held = theirs.some(({ isOpenEnded }) => isOpenEnded === true) ? await this.#groupWait.held() : undefined;
    const behind = theirs
      .map(({ partition, oldest, end }) => ({ partition, offset: written.get(partition)?.offset ?? oldest, end }))
      .filter(({ partition, offset, end }) => (held === undefined ? offset < end : !held.has(partition)));
    await this.#groupWait.behind(behind);
    return behind.length === 0;
  }
}

/** Whether a server may be away: not if the tables are in a folder that cannot be one. */
function mayBeBack({ retryable, cause }: StockafolioError): boolean {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return retryable && !(typeof code === 'string' && /^E(NOTDIR|ACCES|PERM|ROFS|EXIST|NOENT|NOSPC)$/.test(code));
}
