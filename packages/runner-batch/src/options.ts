import type { BroadcastLane, Pipeline } from '@stockafolio/core';
import type {
  AbortSignalLike,
  Archive,
  Clock,
  Codec,
  Destination,
  Files,
  OwnArchives,
  StateStore,
  Tables,
  Tracer,
} from '@stockafolio/core/ports';
import type {
  AsyncOptions,
  DeadLetterOptions,
  Departure,
  ManyDeadLetters,
  OnPartitionMismatch,
} from '@stockafolio/engine';

/** The inputs and outputs of a batch run. */
export interface BatchPorts<T> {
  readonly pipeline: Pipeline;
  /** Of the first stream. */
  readonly codec: Codec<T>;
  /** Of the first stream. */
  readonly archive: Archive<T>;
  /** Of a pipeline that reads several streams: those of the others, by the name of the stream. */
  readonly others?: Readonly<Record<string, { readonly codec: Codec<unknown>; readonly archive: Archive<unknown> }>>;
  /** Of a pipeline with repartitions: where what passes through them is kept, beside its checkpoints. */
  readonly own?: OwnArchives;
  /**
   * Of a pipeline that sends to topics for others to read: where these are, by name; or `none`, if the batch sends nothing
   * there. A stream that continues from its checkpoints then sends only what comes later.
   */
  readonly topics?: Readonly<Record<string, Destination | 'none'>>;
  readonly tables: Tables;
  readonly checkpoints: Files;
  readonly clock: Clock;
  /** Makes the states of one partition's operators; defaults to states in memory. */
  readonly states?: () => StateStore;
}

/** The inputs and outputs of one stage of a pipeline: see `stagesOf`. */
export interface StagePorts<T> extends BatchPorts<T> {
  /**
   * Of a stage that sends records through repartitions: what keeps those of a partition.
   *
   * @param calls how asynchronous functions are called
   */
  readonly lanes?: (partition: number, calls: AsyncOptions) => LaneWriter;
  /** Of a stage that reads repartitions: the names of the streams that are their lanes. */
  readonly lanesRead?: ReadonlySet<string>;
}

/** Keeps the records that leave a partition. */
export interface LaneWriter {
  /** By the name of the repartition, how many partitions its records go to. */
  readonly partitions: ReadonlyMap<string, number>;
  add(departures: readonly Departure[]): Promise<void>;
  /** Resolves when all of them are kept. */
  end(): Promise<void>;
}

export interface BatchOptions extends DeadLetterOptions {
  /** Process what was archived up to the end of this day, `YYYY-MM-DD`; defaults to everything. */
  readonly day?: string;
  /** Continue although a partition has no files and is not known to be empty: its messages are left out. */
  readonly allowMissingPartitions?: boolean;
  /**
   * Of several streams: also process messages that wait for what another stream may have sent next. They count as if it
   * had sent nothing. By default they are left to the next run, which knows more.
   */
  readonly toEnd?: boolean;
  /** Begin at the start of the archive instead of the newest checkpoints, and replace these. */
  readonly fromStart?: boolean;
  /**
   * Repartition the archive, for a source whose number of partitions was increased to this number: with new tables and
   * checkpoints, from all that every partition holds now. Later runs, and the stream, continue from there.
   */
  readonly repartition?: number;
  /** Defaults to `dead-letter`. */
  readonly onBadRecord?: 'dead-letter' | 'fail';
  /** What to do about a message whose partition is not its key's; defaults to `fail`. */
  readonly onPartitionMismatch?: OnPartitionMismatch;
  /** Continue from a checkpoint although the pipeline has changed since. */
  readonly acceptPlanChange?: boolean;
  /**
   * Take over tables that a batch has written with other checkpoints, like a run from the start: rows with equal
   * versions stay as they are.
   */
  readonly takeOver?: boolean;
  /**
   * Most rows that are written at a time, and that are held back because they may still change. Defaults to the limit
   * of the tables (`rowsAtOnce`), or 20,000. Bounds memory beside the state.
   */
  readonly writeRows?: number;
  readonly signal?: AbortSignalLike;
  /** Where each unit is reported as a span, `unit PIPELINE`. */
  readonly tracer?: Tracer;
}

/** The range of one partition of the archive to read: from `from` (inclusive) to `to` (exclusive). */
export interface DividedRange {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** What a unit reads of one of several streams. */
export interface UnitInput {
  readonly stream: string;
  /** Of a broadcast stream: which of its partitions this is. */
  readonly lane?: BroadcastLane | undefined;
  /** Identity of the source that was archived. */
  readonly source: string;
  readonly partitions?: number | undefined;
  /** Offsets to process: from `from` (inclusive) to `to` (exclusive). */
  readonly from: number;
  readonly to: number;
  /** The time until which the source had no more than that, epoch milliseconds; absent if it is unknown. */
  readonly silentUntil?: number | undefined;
  /** For a repartition: see {@link BatchUnit.division}. `from` and `to` are of the partition with the unit's number. */
  readonly division?: readonly DividedRange[] | undefined;
}

/** One source partition's range of a run: plain data, so that it can run anywhere. */
export interface BatchUnit extends DeadLetterOptions {
  readonly partition: number;
  /** Identity of the source that was archived. */
  readonly source: string;
  /**
   * Offsets to process: from `from` (inclusive) to `to` (exclusive); of several streams, their sums: it may end before
   * `to`.
   */
  readonly from: number;
  readonly to: number;
  /** By stream, if there are several. */
  readonly inputs?: readonly UnitInput[] | undefined;
  /** See {@link BatchOptions.toEnd}. */
  readonly toEnd?: boolean | undefined;
  /** Whether it begins without a checkpoint, at the start of the archive. */
  readonly fresh: boolean;
  readonly fromStart: boolean;
  /** How many partitions the source has; undefined if the archive does not state it. */
  readonly partitions?: number | undefined;
  /** For a repartition of one stream: the range of each archived partition to read for the records of this one. */
  readonly division?: readonly DividedRange[] | undefined;
  readonly onBadRecord: 'dead-letter' | 'fail';
  readonly onPartitionMismatch: OnPartitionMismatch;
  readonly acceptPlanChange: boolean;
  readonly writeRows: number;
}

/** The result of a unit. */
export interface UnitResult {
  /** The name of the pipeline, or of the stage of it. */
  readonly stage: string;
  readonly partition: number;
  readonly records: number;
  readonly setAside: number;
  /** If many of its messages were dead-lettered in some minute, the figures of the worst one. */
  readonly manyDeadLetters?: ManyDeadLetters;
  readonly rows: number;
  /** How many withdrawals and corrections were made; absent if none was. */
  readonly amendments?: number;
  /**
   * Whether tables may have rows of an earlier run that did not know these: they have equal versions, so they remain until
   * they are reconciled.
   */
  readonly needsRepair?: true;
  /** Of several streams: the messages that were left to the next run, because another stream may have sent some before. */
  readonly waiting?: number;
  /** The next offset, and the version clock, at its end. */
  readonly offset: number;
  readonly version: number;
}
