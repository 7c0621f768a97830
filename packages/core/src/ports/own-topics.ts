import { StockafolioError } from '../errors/index.js';
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
   * Opens a topic; creates it if there is none, and adds partitions if it has fewer. The caller closes both ends.
   *
   * @param name `PIPELINE-REPARTITION`
   * @throws ERR_PARTITIONS_CHANGED if it exists with more partitions
   */
  open(name: string, partitions: number): Promise<OwnTopic>;
}

/** The error if somebody has given partitions to the topic of a repartition. */
export function ownTopicGrew(topic: string, partitions: number, there: number): StockafolioError {
  return new StockafolioError(
    'ERR_PARTITIONS_CHANGED',
    `topic '${topic}' is the pipeline's own and must have ${partitions} partitions; now it has ${there}: keys have moved away from their state`,
    {
      hint: `archive the source to its end, delete topic '${topic}', and make new tables and checkpoints from the archive (stockafolio batch --to-end --files FILES --tables NEW --checkpoints NEW; with --repartition N if the source has N partitions now, and had fewer); then start the stream with these: it makes the topic anew`,
    },
  );
}

/** Where a batch keeps what passes through the repartitions of a pipeline, from run to run. */
export interface OwnArchives {
  /** Opens the archive of such records; the name of the stream is unique. */
  open(stream: Stream<unknown>): Archive<unknown>;
  /** Removes what such an archive holds. */
  remove(stream: Stream<unknown>): Promise<void>;
}
