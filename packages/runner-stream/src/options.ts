import type { Pipeline, StockafolioError } from '@stockafolio/core';
import type {
  AbortSignalLike,
  Clock,
  Codec,
  Destination,
  Files,
  OwnTopics,
  Source,
  StateStore,
  Tables,
  Tracer,
} from '@stockafolio/core/ports';
import type { DeadLetterOptions, ManyDeadLetters, OnPartitionMismatch, PlanChange } from '@stockafolio/engine';
import type { Outlets } from './repartition/outlets.js';
import type { WaitingEvent } from './group-wait.js';
import type { RetryEvent } from './until-back.js';

export interface StreamOptions<T> extends DeadLetterOptions {
  readonly pipeline: Pipeline;
  /** Of the first stream. */
  readonly codec: Codec<T>;
  /** Of the first stream. */
  readonly source: Source;
  /** Of a pipeline that reads several streams: what the others are read from, by the name of the stream. */
  readonly others?: Readonly<Record<string, StreamInput>>;
  /** Of a pipeline with repartitions: the topics through which it sends records to itself. */
  readonly repartitions?: OwnTopics;
  /** Of a pipeline that sends to topics for others to read: where these are, by name. */
  readonly topics?: Readonly<Record<string, Destination>>;
  /**
   * Opens another reader of a stream's source, by the name of the stream. It is needed where a stream is read both before
   * and behind a repartition; and with it, a run goes on with partitions that a source gets meanwhile, where it may.
   */
  readonly reopen?: (stream: string) => Source;
  readonly tables: Tables;
  /** Where checkpoints are kept, in a folder named after the pipeline. */
  readonly checkpoints: Files;
  readonly clock: Clock;
  /** Makes the states of one partition's operators; defaults to states in memory. */
  readonly states?: () => StateStore;
  /** The consumer group; defaults to the pipeline's name. */
  readonly group?: string;
  /**
   * Bind the group to these tables and checkpoints although it is bound to others: use it if nothing runs for the
   * others any more.
   */
  readonly takeGroup?: boolean;
  /**
   * With `untilCaughtUp`: how long partitions held by other members of the group may stay without progress before that
   * is an error, in milliseconds; defaults to 300,000.
   */
  readonly groupPatience?: number;
  /** Longest time between a record's arrival and the write of its rows, in milliseconds; defaults to 20. */
  readonly commitInterval?: number;
  /**
   * Longest time for which figures that all partitions share (those of `shardedFold`, `latestByKey` and `topByKey`) may
   * stay behind the rows of single keys, in milliseconds; defaults to 1,000. They change with almost every record, so
   * writing them at every commit would cost more rows than all others together. When no records arrive, nothing stays
   * behind.
   */
  readonly figuresInterval?: number;
  /**
   * Records after which rows are written even before the interval has passed; defaults to 20,000. Bounds memory. Of
   * several streams, this many messages of each may also wait for others, in each partition.
   */
  readonly commitRecords?: number;
  /** Time between two checkpoints of a partition, in milliseconds; defaults to 5,000. */
  readonly checkpointInterval?: number;
  /** Longest time that a checkpoint write may take before it counts as failed, in milliseconds; defaults to 60,000. */
  readonly checkpointTimeout?: number;
  /**
   * How long a partition may be without a new checkpoint if the store is unavailable, in milliseconds; defaults to
   * 600,000. After that it processes no more messages until one is stored: a restart would have to read all of them
   * again.
   */
  readonly checkpointPatience?: number;
  /** Time without a record after which windows emit their content, in milliseconds; defaults to 1,000. */
  readonly idleAfter?: number;
  /** Defaults to `dead-letter`: bad records become dead letters. `fail` ends the run at the first. */
  readonly onBadRecord?: 'dead-letter' | 'fail';
  /**
   * What to do about a message whose partition is not its key's. Defaults to `fail`, which ends the run, because with
   * many such messages every total is wrong. `dead-letter` is for single misplaced messages: a replay sends them to the
   * right partition.
   */
  readonly onPartitionMismatch?: OnPartitionMismatch;
  /** End once all messages present in the source are processed. */
  readonly untilCaughtUp?: boolean;
  /** Continue from a checkpoint although the pipeline has changed since. */
  readonly acceptPlanChange?: boolean;
  /**
   * Take over tables that were written with other checkpoints: use it if those are lost, and the pipeline is the same.
   * Rows with equal versions stay as they are.
   */
  readonly takeOver?: boolean;
  /** Ends the run cleanly: the commit is finished, checkpoints are written. */
  readonly signal?: AbortSignalLike;
  readonly onEvent?: (event: StreamEvent) => void;
  /**
   * Where each commit is reported as a span, `commit PIPELINE`. It is linked to the `traceparent` headers of messages that
   * it took in, at most 64 of them, and its parts are the steps of the commit.
   */
  readonly tracer?: Tracer;
}

/** How one stage of a pipeline is run: see `stagesOf`. */
export interface StageOptions<T> extends StreamOptions<T> {
  /** What each stream is read from, in order: `source` is made of these. */
  readonly inputs?: readonly StreamInput[];
  /** Where records go that leave the stage. */
  readonly outlets?: Outlets;
  /** With `untilCaughtUp`: when the stage may end. */
  readonly linger?: Linger;
}

/** A stage ends once it has got everything, and others need nothing more from it. */
export interface Linger {
  /** Whether those before it are caught up, and everything that they sent is in its source. */
  isFed(): boolean;
  /** Notes that it is caught up, with everything written and sent. */
  caughtUp(): void;
  /** Whether those behind it are caught up too. */
  mayEnd(): boolean;
}

/** What one of several streams is read from. */
export interface StreamInput {
  readonly source: Source;
  readonly codec: Codec<unknown>;
}

/** What happens in a run, for logs, progress and metrics. */
export type StreamEvent = AnyEvent & {
  /** The stage of a pipeline with repartitions, such as `portfolio.by-symbol`; absent for the first one. */
  readonly stage?: string;
};

type AnyEvent =
  | {
      readonly type: 'resumed';
      readonly partition: number;
      readonly offset: number;
      readonly checkpoint: string;
      readonly changes: readonly PlanChange[];
    }
  | { readonly type: 'started'; readonly partition: number; readonly offset: number }
  /** The partitions that this process reads from now on are open; none if others read them all. */
  | { readonly type: 'assigned'; readonly partitions: readonly number[] }
  | { readonly type: 'checkpoint-skipped'; readonly partition: number; readonly name: string; readonly reason: string }
  | { readonly type: 'checkpoint-failed'; readonly error: StockafolioError }
  | { readonly type: 'revoked'; readonly partition: number; readonly offset: number }
  /**
   * This process sent no heartbeat for too long: the partition belongs to another one, which continues from its
   * checkpoint.
   */
  | { readonly type: 'lost'; readonly partition: number; readonly offset: number }
  | RetryEvent
  | WaitingEvent
  | {
      readonly type: 'checkpointed';
      readonly partition: number;
      readonly offset: number;
      /** The size of the file: what changed since the one before it, and a part of the whole state. */
      readonly bytes: number;
    }
  /** A source was given partitions: the run begins again, and reads them. By stream, how many it has now. */
  | { readonly type: 'grown'; readonly partitions: Readonly<Record<string, number>> }
  /** The tables may have lost rows that they acknowledged: the run continues from the checkpoints that they contain. */
  | { readonly type: 'went-back'; readonly reason: string }
  /** More messages than `deadLetterShare` were dead-lettered, since the last report or in a minute. */
  | ({ readonly type: 'many-dead-letters' } & ManyDeadLetters)
  /** How far the run is behind, reported once a second in any case. */
  | {
      readonly type: 'lag';
      readonly partitions: readonly PartitionLag[];
      /** How long the current commit has been in flight, in milliseconds; 0 if there is none. */
      readonly committing: number;
      /** How long the source has not answered what it holds, in milliseconds. */
      readonly unanswered: number;
    }
  | {
      readonly type: 'committed';
      readonly records: number;
      readonly rows: number;
      /** These rows, by the name of their table. */
      readonly tables: Readonly<Record<string, number>>;
      /** Messages of the source that are not processed yet, over all assigned partitions. */
      readonly behind: number;
      /** From the cut to the acknowledgement by the tables, in milliseconds. */
      readonly took: number;
      /** The partitions that had changes in this cut. */
      readonly partitions: readonly CommittedPartition[];
    };

/** The state of a partition at a commit. */
export interface CommittedPartition {
  readonly partition: number;
  /** The next offset to process. */
  readonly offset: number;
  readonly behind: number;
  /** The latest event time that is in the tables, epoch milliseconds; null before the first record. */
  readonly latest: number | null;
  /** When the source received the oldest message of this cut, epoch milliseconds; null if the cut has none. */
  readonly oldest: number | null;
  /** Messages dead-lettered since the partition was opened. */
  readonly setAside: number;
  /** Keys held by all operators. */
  readonly keys: number;
}

/** How far the tables are behind the source, in one partition. */
export interface PartitionLag {
  readonly partition: number;
  /** Messages in the source that the tables have not acknowledged. */
  readonly behind: number;
  /** Age of the oldest change that is in no checkpoint, in milliseconds. */
  readonly unsaved: number;
  /** Keys held by each operator, by its name. */
  readonly keys: Readonly<Record<string, number>>;
}

/** The result of a run. */
export interface StreamResult {
  /** Messages processed, including bad ones. */
  readonly records: number;
  /** Messages dead-lettered, as a whole or for one operator. */
  readonly setAside: number;
  readonly rows: number;
  readonly commits: number;
  /** Whether everything that `untilCaughtUp` requires was processed; otherwise the signal ended the run. */
  readonly caughtUp: boolean;
}
