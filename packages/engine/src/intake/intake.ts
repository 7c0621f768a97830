import {
  BadRecordError,
  isStockafolioError,
  messageOf,
  StockafolioError,
  type Stream,
  type Value,
} from '@stockafolio/core';
import { amendedBy, type Codec, type SourceMessage } from '@stockafolio/core/ports';
import { asThrown, DefectError } from '../flow/defect.js';
import { changeFactsOf } from '../topics/writer-headers.js';
import { partitionChoice, partitionMismatch } from './partition-check.js';

/** The header in which a producer may state where a message came from, such as `trades.csv:17`. */
export const ORIGIN = 'origin';

/** The header of a message that was truncated: the number of bytes of the original. Such a message is not a record. */
export const CUT_FROM = 'cut-from';

/** Why a truncated message is not a record; also recognised in the archive, which stores no headers. */
export function cutFrom(bytes: string): string {
  return `only its beginning was sent, of ${bytes} bytes`;
}

/** The header of a message that has no record, because an asynchronous function had no result for it: the reason. */
export const FAILED = 'stockafolio-failed';

/** The result for a message: a record, or the reason why it is not one. */
export type Intake<T> = { readonly record: T } | Rejected;

/** A message that is not a record, and why. */
export interface Rejected {
  readonly rejected: StockafolioError;
  /** Whether a stream rejects it for another reason, which this one replaces. */
  readonly replaces?: boolean;
}

/**
 * The result for a message without an effect of its own: a record that a later one has withdrawn, which moves time as any
 * other; or, without a record, an amendment that was made in the place of what it speaks of.
 */
export interface Passed<T> {
  readonly passed: T | undefined;
}

/** What happens to a message that is not in the partition of its key: the run ends, or the message is dead-lettered. */
export type OnPartitionMismatch = 'fail' | 'dead-letter';

export interface IntakeOptions<T> {
  readonly stream: Stream<T>;
  readonly codec: Codec<T>;
  readonly partition: number;
  /** Number of partitions of the source. If it is unknown, no message is checked for its partition. */
  readonly partitions: number | undefined;
  /**
   * Earlier numbers of partitions: a record that one of these puts in this partition belonged here then, and is
   * accepted.
   */
  readonly partitionsBefore?: readonly number[] | undefined;
  /** Defaults to `fail`. */
  readonly onPartitionMismatch?: OnPartitionMismatch;
  /** Takes amendments as records, for who keeps or makes them; by default they are rejected. */
  readonly takesAmendments?: boolean;
}

/**
 * Reads the messages of one partition: decodes each, checks that it is in the partition of its key, and checks that its
 * time is not ahead by more than the stream allows, because such a record would close every window.
 */
export class MessageIntake<T> {
  readonly #stream: Stream<T>;
  readonly #codec: Codec<T>;
  readonly #partition: number;
  readonly #partitions: number | undefined;
  readonly #isFatal: boolean;
  readonly #takesAmendments: boolean;
  readonly #choose: (record: T) => number;
  readonly #chooseBefore: readonly ((record: T) => number)[];
  /** Records so far whose partition follows from an earlier number of partitions. */
  placedBefore = 0;

  constructor(options: IntakeOptions<T>) {
    const { stream, codec, partition, partitions, partitionsBefore = [], onPartitionMismatch = 'fail' } = options;
    this.#stream = stream;
    this.#codec = codec;
    this.#partition = partition;
    this.#partitions = partitions;
    this.#isFatal = onPartitionMismatch === 'fail';
    this.#takesAmendments = options.takesAmendments ?? options.stream.amendments === undefined;
    const choice = (of: number | undefined): ((record: T) => number) =>
      partitionChoice(stream, of) ?? (() => partition);
    this.#choose = choice(partitions);
    this.#chooseBefore = partitionsBefore.map(choice);
  }

  /**
   * @param now the clock of intake, epoch milliseconds: the time of a record is compared with it if the message carries
   * its producer's time or none
   * @throws ERR_PARTITION_MISMATCH if that is to end the run; internal errors of the codec (ERR_INTERNAL)
   */
  take(message: SourceMessage, now?: number): Intake<T> {
    const { value, offset } = message;
    if (value === null && this.#stream.changes !== undefined) return this.#takeRemoval(message, now);
    if (value === null) return { rejected: new BadRecordError([{ field: '', message: 'the message is empty' }]) };
    const failed = message.headers?.[FAILED];
    if (failed !== undefined) return { rejected: new StockafolioError('ERR_CALL_FAILED', failed) };
    const cut = message.headers?.[CUT_FROM];
    if (cut !== undefined) {
      const bad = new BadRecordError([{ field: '', message: cutFrom(cut) }]);
      return { rejected: refusal(bad, message.headers?.[ORIGIN], 'the message') };
    }
    let isDecoded = false;
    try {
      const decoded = this.#codec.decode(value, { partition: this.#partition, offset });
      const record = this.#stream.changes === undefined ? decoded : this.#changeOf(decoded, message);
      isDecoded = true;
      return this.#judged(record, message, now);
    } catch (error) {
      if (isStockafolioError(error) && error.domain === 'internal') throw error;
      if (isStockafolioError(error, 'ERR_PARTITION_MISMATCH')) throw error;
      const origin = message.headers?.[ORIGIN];
      if (!isDecoded) return { rejected: refusal(error, origin, 'the codec') };
      return { rejected: refusal(thrownByStream(this.#stream, error), origin, 'the partitioner') };
    }
  }

  #judged(record: T, message: SourceMessage, now: number | undefined): Intake<T> {
    const ahead = this.#stream.time(record) - reference(message, now);
    // A record that is bad for another reason says nothing about how the topic is partitioned.
    const rejected =
      tooFarAhead(ahead, this.#stream.maxSkew) ??
      this.misplaced(record, message.offset) ??
      (this.#takesAmendments ? undefined : notInStream(this.#stream, record, message.headers?.[ORIGIN]));
    return rejected === undefined ? { record } : { rejected };
  }

  /** A message of a changelog without a value: it removes that of its key. */
  #takeRemoval(message: SourceMessage, now: number | undefined): Intake<T> {
    try {
      const record = this.#stream.changes?.removal({ key: message.key, ...changeFactsOf(message) });
      return this.#judged(record as T, message, now);
    } catch (error) {
      if (isStockafolioError(error) && error.domain === 'internal') throw error;
      if (isStockafolioError(error, 'ERR_PARTITION_MISMATCH')) throw error;
      return { rejected: refusal(thrownByStream(this.#stream, error), undefined, 'the partitioner') };
    }
  }

  /** A message of a changelog that sets a value, with what is known of it. */
  #changeOf(record: T, message: SourceMessage): T {
    const { changes } = this.#stream;
    const fields = record as Readonly<Record<string, Value>>;
    return changes?.update(fields, { key: message.key, ...changeFactsOf(message) }) as T;
  }

  /** The error about the partition of a record; undefined if it is right. @throws ERR_PARTITION_MISMATCH */
  misplaced(record: T, offset: number): StockafolioError | undefined {
    const chosen = this.#choose(record);
    if (chosen === this.#partition) return undefined;
    if (this.#chooseBefore.some((choose) => choose(record) === this.#partition)) {
      this.placedBefore++;
      return undefined;
    }
    const at = { partition: this.#partition, offset };
    const mismatch = partitionMismatch(this.#stream, record, at, chosen, this.#partitions ?? 0);
    if (this.#isFatal) throw mismatch;
    return mismatch;
  }
}

/** The time that a record's time is compared with, in epoch milliseconds. */
function reference({ timestamp, byProducer }: SourceMessage, now: number | undefined): number {
  if (byProducer === true) return now ?? timestamp;
  // A message without a timestamp, as clients before Kafka 0.10 send.
  return timestamp <= 0 ? (now ?? Number.POSITIVE_INFINITY) : timestamp;
}

function tooFarAhead(ahead: number, most: number): StockafolioError | undefined {
  if (!(ahead > most)) return undefined;
  const message = `its time is ${Math.round(ahead / 1000)} s ahead of the time at which it was received`;
  return new BadRecordError([{ field: 'time', message }]);
}

/** The error about an amendment, which a stream cannot make. */
function notInStream<T>(stream: Stream<T>, record: T, origin: string | undefined): StockafolioError | undefined {
  const amends = amendedBy(stream, record);
  if (amends === undefined) return undefined;
  const from = origin === undefined ? '' : ` (from ${origin})`;
  return new StockafolioError('ERR_AMENDMENT', `it amends '${amends}', and a stream does not go back${from}`, {
    hint: 'the next batch over the archive makes it; a stream that continues from the checkpoints of the batch has it',
  });
}

/** What the functions of a stream threw, as the error that it stands for. */
export function thrownByStream({ name }: Pick<Stream<unknown>, 'name'>, error: unknown): unknown {
  if (!(error instanceof BadRecordError)) return asThrown(`the partitioner of stream '${name}'`, error);
  // The stream says which of its functions threw, and what.
  const thrown = asThrown(`the function ${error.problems[0]?.field} of stream '${name}'`, error.cause);
  return thrown instanceof DefectError ? thrown : error;
}

function refusal(error: unknown, origin: string | undefined, of: string): StockafolioError {
  const known = isStockafolioError(error)
    ? error
    : new BadRecordError([{ field: '', message: `${of} threw: ${messageOf(error)}` }], { cause: error });
  if (origin === undefined) return known;
  if (known instanceof DefectError)
    return new DefectError(`${known.message} (from ${origin})`, known.frames, known.cause);
  return new StockafolioError(known.code, `${known.message} (from ${origin})`, { cause: error });
}
