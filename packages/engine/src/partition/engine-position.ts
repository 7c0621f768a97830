import type { Mark, Seen } from '@stockafolio/core/ports';
import type { Departed } from './departures.js';
import type { InputPosition } from './engine-input.js';

/** The progress of an engine: what a checkpoint stores besides the state of the operators. */
export interface EnginePosition {
  /**
   * The next offset to process. If the pipeline reads several streams, this is the sum of their next offsets: it rises
   * with every message, and the order of the messages is always the same, so it stands for one cut.
   */
  readonly offset: number;
  /** The version clock: the version of the last record, in microseconds. */
  readonly version: number;
  /** The latest event time seen, in epoch milliseconds; null before the first record. */
  readonly latest: number | null;
  /**
   * What is known of the message before `offset`; absent in checkpoints of earlier versions, and if nothing is known.
   */
  readonly mark?: Mark;
  /** As in `InputPosition`, if the pipeline reads one lane of a repartition. */
  readonly at?: number;
  /** As in `InputPosition`, if the pipeline reads one stream. */
  readonly seen?: Seen;
  readonly sent?: number;
  /** How far each stream was processed, if the pipeline reads several. */
  readonly inputs?: readonly InputPosition[];
  /** What was sent to topics, if the pipeline has repartitions or topics. */
  readonly departed?: Departed;
}
