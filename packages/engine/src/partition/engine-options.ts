import type { Pipeline } from '@stockafolio/core';
import type { Clock, StateStore } from '@stockafolio/core/ports';
import type { RecordPosition } from '../tables/dead-letter.js';

export interface EngineOptions {
  readonly pipeline: Pipeline;
  readonly partition: number;
  /** Identity of the source, stored with the progress; of a pipeline of several streams see `jointSource`. */
  readonly source: string;
  /** Of a pipeline of several streams: the identities of their sources, in order. */
  readonly sources?: readonly string[] | undefined;
  /** Number of partitions of the source, stored in the checkpoints; undefined if unknown. */
  readonly partitions?: number | undefined;
  /** By the name of the repartition, how many partitions its records go to. */
  readonly repartitions?: ReadonlyMap<string, number> | undefined;
  /**
   * By the name of a topic for others to read, how many partitions it has. To topics that are not in it nothing is sent:
   * their messages are numbered only.
   */
  readonly topics?: ReadonlyMap<string, number> | undefined;
  /** Encodes a record for its dead letter. The position is given for codecs that look the message up. */
  readonly codec: { encode(record: unknown, position: RecordPosition): Uint8Array };
  /** The states of its operators, which no other engine uses; defaults to states in memory. */
  readonly states?: StateStore | undefined;
  /** `fail` ends the run at the first bad record; `dead-letter` dead-letters it and continues. */
  readonly onBadRecord: 'dead-letter' | 'fail';
  /**
   * What happens to a record for which a function of the pipeline throws an error of the language, such as a TypeError.
   * Defaults to `dead-letter`; `fail` ends the run, also where other bad records are dead-lettered.
   */
  readonly onDefect?: 'dead-letter' | 'fail' | undefined;
  /** Limits how often open windows are emitted, where a pipeline says how often; without it at each commit. */
  readonly clock?: Pick<Clock, 'elapsed'> | undefined;
}
