import type { Stream } from '@stockafolio/core';
import type { OnPartitionMismatch } from '@stockafolio/core/engine';
import type { WaitingEvent } from './group-wait.js';
import type { RetryEvent } from './until-back.js';
import type { AbortSignalLike, Archive, Clock, Codec, Source } from '@stockafolio/core/ports';

export interface ArchiveOptions<T> {
  readonly stream: Stream<T>;
  readonly codec: Codec<T>;
  readonly source: Source;
  readonly archive: Archive<T>;
  readonly clock: Clock;
  /** The calendar day of a moment, `YYYY-MM-DD`: a new file begins with it. The day in UTC unless told. */
  readonly dayOf?: (time: number) => string;
  /** The consumer group; defaults to the stream's name and `-archive`. */
  readonly group?: string;
  /** Bind the group to this archive although it is bound to another: for where nothing runs for that any more. */
  readonly takeGroup?: boolean;
  /**
   * With `untilCaughtUp`: how long partitions that others of the group have may stay where they are before that is an error,
   * in milliseconds; defaults to 300,000.
   */
  readonly groupPatience?: number;
  /** The name of the form of the messages, which the archive keeps: so that a batch reads rejected ones by it again. */
  readonly form?: string;
  /** What is done about a message that is not in the partition of its key; defaults to `fail`. */
  readonly onPartitionMismatch?: OnPartitionMismatch;
  /** Messages of one file at most; 100,000 unless told. Bounds memory, times the number of partitions. */
  readonly rollRecords?: number;
  /** Longest time that a message waits for its file to be written, in milliseconds; 60,000 unless told. */
  readonly rollInterval?: number;
  readonly untilCaughtUp?: boolean;
  readonly signal?: AbortSignalLike;
  readonly onRecords?: (count: number) => void;
  /** A store or a source that is down is waited for, and others of the group are; that is told. */
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
  /** Whether everything was archived that `untilCaughtUp` asks for; else the signal ended it. */
  readonly caughtUp: boolean;
}
