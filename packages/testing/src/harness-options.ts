import type { Clock, Codec, Tables } from '@stockafolio/core/ports';
import type { OnPartitionMismatch } from '@stockafolio/engine';
import type { MemoryFiles } from './memory-files.js';

export interface HarnessOptions<T> {
  /** Partitions of the source; defaults to 4. */
  readonly partitions?: number;
  /** Converts between records and messages of the first stream; defaults to the JSON form of its schema. */
  readonly codec?: Codec<T>;
  /** The same for other streams, by name. */
  readonly codecs?: Readonly<Record<string, Codec<unknown>>>;
  /** Defaults to `dead-letter`. */
  readonly onBadRecord?: 'dead-letter' | 'fail';
  /**
   * Defaults to `fail`: an error that the language throws in a function of the pipeline, such as a TypeError, is thrown
   * by `push` or `commit` (ERR_PIPELINE_DEFECT). `dead-letter` dead-letters the record, as a runner does.
   */
  readonly onDefect?: 'dead-letter' | 'fail';
  /** Defaults to `fail`: a message outside its key's partition ends the run. */
  readonly onPartitionMismatch?: OnPartitionMismatch;
  /**
   * If given, messages carry their producer's time, which is compared with this clock; otherwise they carry the
   * broker's time.
   */
  readonly clock?: Pick<Clock, 'now'>;
  /** The time of `mapAsync`: its timeouts and delays. Defaults to the machine's. */
  readonly callClock?: Pick<Clock, 'sleep'>;
  /** Tables and checkpoints of another harness; defaults to new ones. */
  readonly tables?: Tables;
  readonly files?: MemoryFiles;
  /** Continue from a checkpoint of another plan. */
  readonly acceptPlanChange?: boolean;
}
