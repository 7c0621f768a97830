import type { Stream } from '@stockafolio/core';
import type { AbortSignalLike, Archive, Clock, Codec, Source } from '@stockafolio/core/ports';
import type { OnPartitionMismatch } from '@stockafolio/engine';
import type { WaitingEvent } from './group-wait.js';
import type { RetryEvent } from './until-back.js';

export interface ArchiveOptions<T> {
  readonly stream: Stream<T>;
  readonly codec: Codec<T>;
  readonly source: Source;
  readonly archive: Archive<T>;
  readonly clock: Clock;
  /** The calendar day of a time, `YYYY-MM-DD`: each day begins a new file. Defaults to the UTC day. */
  readonly dayOf?: (time: number) => string;
  /** The consumer group; defaults to the stream's name and `-archive`. */
  readonly group?: string;
  /** Bind the group to this archive although it is bound to another: use it if nothing runs for the other any more. */
  readonly takeGroup?: boolean;
  /**
   * With `untilCaughtUp`: how long partitions held by other members of the group may stay without progress before that
   * is an error, in milliseconds; defaults to 300,000.
   */
  readonly groupPatience?: number;
  /** The name of the message format. The archive stores it, so that a batch decodes rejected messages with it again. */
  readonly form?: string;
  /** What to do about a message whose partition is not its key's; defaults to `fail`. */
  readonly onPartitionMismatch?: OnPartitionMismatch;
  /** Most messages in one file; defaults to 100,000. Bounds memory, times the number of partitions. */
  readonly rollRecords?: number;
  /** Longest time that a message waits for its file to be written, in milliseconds; defaults to 60,000. */
  readonly rollInterval?: number;
  readonly untilCaughtUp?: boolean;
  readonly signal?: AbortSignalLike;
  readonly onRecords?: (count: number) => void;
  /** Receives an event when the run waits for a store or a source that is down, or for other members of the group. */
  readonly onEvent?: (event: RetryEvent | WaitingEvent) => void;
  readonly onFile?: (file: {
    readonly partition: number;
    readonly first: number;
    readonly last: number;
    readonly day: string;
  }) => void;
}

export interface ArchiveResult {
  readonly records: number;
  readonly files: number;
  /** Whether everything that `untilCaughtUp` requires was archived; otherwise the signal ended the run. */
  readonly caughtUp: boolean;
}
