import { StockafolioError } from '../errors/index.js';
import type { Stream } from '../stream/index.js';
import type { Archive } from './archive.js';
import type { Producer, Source } from './source.js';

/** A topic that a pipeline writes and reads itself. */
export interface OwnTopic {
  readonly source: Source;
  readonly producer: Producer;
  /** How many partitions it has. */
  readonly partitions: number;
}

/** How many partitions the topic of a repartition gets. */
export interface OwnTopicShape {
  readonly partitions: number;
  /**
   * Whether it must have as many: it is given those that it lacks. Otherwise a topic that exists keeps its number, for the
   * records that were sent through it.
   */
  readonly isFixed: boolean;
}

/** The topics through which pipelines send records to themselves, from one partition to another. */
export interface OwnTopics {
  /**
   * Opens a topic; creates it if there is none. The caller closes both ends.
   *
   * @param name `PIPELINE-REPARTITION`
   * @throws ERR_PARTITIONS_CHANGED if it has more partitions than it must have
   */
  open(name: string, shape: OwnTopicShape): Promise<OwnTopic>;
}

/**
 * How many partitions the topic of a repartition is to have.
 *
 * @param there how many it has; undefined if there is none
 * @throws ERR_PARTITIONS_CHANGED if somebody has given it more than it must have
 */
export function ownPartitions(
  topic: string,
  { partitions, isFixed }: OwnTopicShape,
  there: number | undefined,
): number {
  if (there === undefined) return partitions;
  if (!isFixed) return there;
  if (there > partitions) throw ownTopicGrew(topic, partitions, there);
  return partitions;
}

function ownTopicGrew(topic: string, partitions: number, there: number): StockafolioError {
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
