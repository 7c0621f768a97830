import type { Pipeline } from '../pipeline/pipeline.js';
import type { Place } from './dead-letter.js';

export interface EngineOptions {
  readonly pipeline: Pipeline;
  readonly partition: number;
  /** Identity of the source, kept with the progress. */
  readonly source: string;
  /** How many partitions it has, kept with the checkpoints; undefined where that is not known. */
  readonly partitions?: number | undefined;
  /** Writes a record into its dead letter; told where the record was, for those that look it up. */
  readonly codec: { encode(record: unknown, place: Place): Uint8Array };
  /** `fail` ends the run at the first bad record; `dead-letter` sets it aside and goes on. */
  readonly onBadRecord: 'dead-letter' | 'fail';
}
