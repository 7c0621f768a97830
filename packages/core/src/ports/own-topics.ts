import type { Producer, Source } from './source.js';

/** A topic that a pipeline writes and reads itself. */
export interface OwnTopic {
  readonly source: Source;
  readonly producer: Producer;
}

/** The topics through which pipelines send records to themselves, from one partition to another. */
export interface OwnTopics {
  /**
   * Opens a topic; creates it if there is none. The caller closes both ends.
   *
   * @param name `PIPELINE-REPARTITION`
   * @throws ERR_SOURCE_MISMATCH if it exists with another number of partitions
   */
  open(name: string, partitions: number): Promise<OwnTopic>;
}
