import type { Pipeline } from '@stockafolio/core';
import type { OnPartitionMismatch } from '@stockafolio/core/engine';
import type { AbortSignalLike, Archive, Clock, Codec, Files, Tables } from '@stockafolio/core/ports';

/** What a batch run works on. */
export interface BatchPorts<T> {
  readonly pipeline: Pipeline;
  readonly codec: Codec<T>;
  readonly archive: Archive<T>;
  readonly tables: Tables;
  readonly checkpoints: Files;
  readonly clock: Clock;
}

export interface BatchOptions {
  /** Take in what was archived up to the end of this day, `YYYY-MM-DD`; everything unless told. */
  readonly day?: string;
  /** Go on although there is nothing of a partition that is not known to be empty: what was in it is left out. */
  readonly allowMissingPartitions?: boolean;
  /** Begin at the start of the archive instead of the newest checkpoints, and replace these. */
  readonly fromStart?: boolean;
  /**
   * Divide the archive anew, for a source that has been given partitions: so many, with new tables and checkpoints, and what
   * every one of them holds by now. Runs that follow, and the stream, go on from there.
   */
  readonly repartition?: number;
  /** `dead-letter` unless told. */
  readonly onBadRecord?: 'dead-letter' | 'fail';
  /** What is done about a message that is not in the partition of its key; defaults to `fail`. */
  readonly onPartitionMismatch?: OnPartitionMismatch;
  /** Go on from a checkpoint although the pipeline has changed since. */
  readonly acceptPlanChange?: boolean;
  /**
   * Take over tables that a batch has written with other checkpoints, as a run from the start does: rows of
   * equal versions stay as they are.
   */
  readonly takeOver?: boolean;
  /**
   * Rows that are written at a time, at most, and that are kept back because they may come again: as many as the tables
   * say (`rowsAtOnce`), or 20,000, unless told. Bounds memory beside the state.
   */
  readonly writeRows?: number;
  readonly signal?: AbortSignalLike;
}

/** What is gone through of a partition of the archive: from `from` (inclusive) to `to` (exclusive). */
export interface DividedRange {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** One source partition's stretch of a run: plain data, so that it can be done anywhere. */
export interface BatchUnit {
  readonly partition: number;
  /** Identity of the source that was archived. */
  readonly source: string;
  /** Offsets to be taken in: from `from` (inclusive) to `to` (exclusive). */
  readonly from: number;
  readonly to: number;
  /** Whether it begins without a checkpoint, at the start of the archive. */
  readonly fresh: boolean;
  readonly fromStart: boolean;
  /** How many partitions the source has; undefined where the archive does not tell. */
  readonly partitions?: number | undefined;
  /** Where the archive is divided anew: what is gone through of each of its partitions for the records of this one. */
  readonly division?: readonly DividedRange[] | undefined;
  readonly onBadRecord: 'dead-letter' | 'fail';
  readonly onPartitionMismatch: OnPartitionMismatch;
  readonly acceptPlanChange: boolean;
  readonly writeRows: number;
}

/** What a unit has done. */
export interface UnitResult {
  readonly partition: number;
  readonly records: number;
  readonly setAside: number;
  readonly rows: number;
  /** The next offset, and the version clock, at its end. */
  readonly offset: number;
  readonly version: number;
}
