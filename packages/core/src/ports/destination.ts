import type { Producer, Transactions } from './source.js';

/** What a topic must be like if it is created. */
export interface DestinationShape {
  /** How many partitions it gets, if nothing else is said. */
  readonly partitions: number;
  /** Whether only the newest message of each key must be kept. */
  readonly isCompacted: boolean;
}

/** A topic that a pipeline sends records to, for others to read. */
export interface Destination {
  /**
   * Opens the topic; creates it if there is none. The caller closes it.
   *
   * @throws ERR_SOURCE_UNAVAILABLE, ERR_ACCESS_DENIED; ERR_SOURCE_MISMATCH if it has another number of partitions than the
   * destination states; ERR_LOG_LOCKED if another process writes the log
   */
  open(shape: DestinationShape): Promise<OpenDestination>;
}

export interface OpenDestination {
  readonly producer: Producer;
  readonly partitions: number;
  /** An id of the topic itself: see `Source.identity`. */
  readonly identity: string;
  /**
   * What a writer sends in transactions. Absent if the topic has none.
   *
   * @param id of the writer: another process that uses it is fenced
   */
  transactions?(id: string): Transactions;
}
