import type { Stream } from '../stream/index.js';
import type { Archive } from './archive.js';
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

/** Where a batch keeps what passes through the repartitions of a pipeline, from run to run. */
export interface OwnArchives {
  /** Opens the archive of such records; the name of the stream is unique. */
  open(stream: Stream<unknown>): Archive<unknown>;
  /** Removes what such an archive holds. */
  remove(stream: Stream<unknown>): Promise<void>;
}
