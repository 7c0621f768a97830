import type { Pipeline, StockafolioError } from '@stockafolio/core';
import type { OnPartitionMismatch, PlanChange } from '@stockafolio/core/engine';
import type { WaitingEvent } from './group-wait.js';
import type { RetryEvent } from './until-back.js';
import type { AbortSignalLike, Clock, Codec, Files, Source, Tables } from '@stockafolio/core/ports';

export interface StreamOptions<T> {
  readonly pipeline: Pipeline;
  readonly codec: Codec<T>;
  readonly source: Source;
  readonly tables: Tables;
  /** Where checkpoints are kept; the runner's own folder in it is named by the pipeline. */
  readonly checkpoints: Files;
  readonly clock: Clock;
  /** The consumer group; the pipeline's name unless told. */
  readonly group?: string;
  /**
   * Bind the group to these tables and checkpoints although it is bound to others: for where nothing runs for those any more.
   */
  readonly takeGroup?: boolean;
  /**
   * With `untilCaughtUp`: how long partitions that others of the group have may stay where they are before that is an error,
   * in milliseconds; defaults to 300,000.
   */
  readonly groupPatience?: number;
  /** Longest time between a record's arrival and the writing of its rows, in milliseconds; 20 unless told. */
  readonly commitInterval?: number;
  /**
   * Longest time for which figures that all partitions share (those of `shardedFold`, `latestByKey` and `topByKey`) may stay
   * behind the rows of single keys, in milliseconds; 1,000 unless told. They change with almost every record, so that to
   * write them with every commit costs more rows than all others together. At rest nothing stays behind.
   */
  readonly figuresInterval?: number;
  /** Records after which rows are written though the interval has not passed; 20,000 unless told. Bounds memory. */
  readonly commitRecords?: number;
  /** Time between two checkpoints of a partition, in milliseconds; 5,000 unless told. */
  readonly checkpointInterval?: number;
  /** Longest time that the writing of a checkpoint may take before it has failed, in milliseconds; defaults to 60,000. */
  readonly checkpointTimeout?: number;
  /**
   * How long a partition may be without a new checkpoint, in milliseconds, where their store is away; defaults to 600,000.
   * Then no more is taken in until one is stored: a restart would have all of that to read once more.
   */
  readonly checkpointPatience?: number;
  /** Time without a record after which windows give out what is in them, in milliseconds; 1,000 unless told. */
  readonly idleAfter?: number;
  /** `dead-letter` unless told: bad records are set aside. `fail` ends the run at the first. */
  readonly onBadRecord?: 'dead-letter' | 'fail';
  /**
   * What is done about a message that is not in the partition of its key. Defaults to `fail`: the run ends, for where many
   * are, every total is wrong. `dead-letter` is for single ones that went astray: a replay sends them where they belong.
   */
  readonly onPartitionMismatch?: OnPartitionMismatch;
  /** End once everything that was in the source has been taken in. */
  readonly untilCaughtUp?: boolean;
  /** Go on from a checkpoint although the pipeline has changed since. */
  readonly acceptPlanChange?: boolean;
  /**
   * Take over tables that were written with other checkpoints: for where those are lost, and the pipeline is the same. Rows
   * of equal versions stay as they are.
   */
  readonly takeOver?: boolean;
  /** Ends the run cleanly: the commit is finished, checkpoints are written. */
  readonly signal?: AbortSignalLike;
  readonly onEvent?: (event: StreamEvent) => void;
}

/** What happens in a run, for logs, progress and metrics. */
export type StreamEvent =
  | {
      readonly type: 'resumed';
      readonly partition: number;
      readonly offset: number;
      readonly checkpoint: string;
      readonly changes: readonly PlanChange[];
    }
  | { readonly type: 'started'; readonly partition: number; readonly offset: number }
  /** The partitions that this process reads from now on are open; none where others read them all. */
  | { readonly type: 'assigned'; readonly partitions: readonly number[] }
  | { readonly type: 'checkpoint-skipped'; readonly partition: number; readonly name: string; readonly reason: string }
  | { readonly type: 'checkpoint-failed'; readonly error: StockafolioError }
  | { readonly type: 'revoked'; readonly partition: number; readonly offset: number }
  /** Nothing was heard of this process for too long: the partition is another's, which goes on from its checkpoint. */
  | { readonly type: 'lost'; readonly partition: number; readonly offset: number }
  | RetryEvent
  | WaitingEvent
  | { readonly type: 'checkpointed'; readonly partition: number; readonly offset: number }
  /** The tables may have lost what they acknowledged: the run goes on from the checkpoints that they are up to. */
  | { readonly type: 'went-back'; readonly reason: string }
  /** How far the run is behind, told once a second whatever else happens. */
  | {
      readonly type: 'lag';
      readonly partitions: readonly PartitionLag[];
      /** How long the commit that is on its way has been so, in milliseconds; 0 where there is none. */
      readonly committing: number;
      /** How long the source has not answered what it holds, in milliseconds. */
      readonly unanswered: number;
    }
  | {
      readonly type: 'committed';
      readonly records: number;
      readonly rows: number;
      /** Messages of the source that are not taken in yet, over all partitions in hand. */
      readonly behind: number;
      /** From the cut to the acknowledgement of the tables, in milliseconds. */
      readonly took: number;
      /** The partitions that had something in this cut. */
      readonly partitions: readonly CommittedPartition[];
    };

/** A partition as it stood at a commit. */
export interface CommittedPartition {
  readonly partition: number;
  /** The next offset to be taken in. */
  readonly offset: number;
  readonly behind: number;
  /** The latest event time that is in the tables, epoch milliseconds; null before the first record. */
  readonly latest: number | null;
  /** When the source took in the oldest message of this cut, epoch milliseconds; null where the cut has none. */
  readonly oldest: number | null;
  /** Messages set aside since the partition was opened. */
  readonly setAside: number;
  /** Keys held by all operators. */
  readonly keys: number;
}

/** How far the tables are behind the source, in one partition. */
export interface PartitionLag {
  readonly partition: number;
  /** Messages in the source that the tables have not acknowledged. */
  readonly behind: number;
  /** For how long something is in no checkpoint, in milliseconds. */
  readonly unsaved: number;
}

/** What a run has done. */
export interface StreamResult {
  /** Messages taken in, bad ones included. */
  readonly records: number;
  /** Messages set aside, in whole or for one operator. */
  readonly setAside: number;
  readonly rows: number;
  readonly commits: number;
  /** Whether everything was taken in that `untilCaughtUp` asks for; else the signal ended it. */
  readonly caughtUp: boolean;
}
