import { StockafolioError, type Stream } from '@stockafolio/core';
import {
  bytesOf,
  CUT_FROM,
  cutFrom,
  jsonOf,
  MessageIntake,
  ORIGIN,
  type IntakeOptions,
} from '@stockafolio/core/engine';
import type { ArchiveEntry, ArchiveFacts, Codec, ReadEntry } from '@stockafolio/core/ports';

/** The size that the reason names of what was cut. */
const CUT = new RegExp(`^${cutFrom('(\\d+)')}`);

/** What an entry is today: a record, or none, with the reason and the message. */
export type Judged =
  { readonly record: unknown } | { readonly rejected: StockafolioError; readonly message: Uint8Array };

/**
 * Judges the entries of an archived file as the stream judges its messages: by the codec and the schema of today, not by what
 * was judged when they were archived. What was rejected then is read again; records of an earlier schema were held against
 * this one as they were read.
 */
export class EntryJudge<T> {
  readonly #codec: Codec<T>;
  readonly #intake: MessageIntake<unknown>;
  /** Whether a record may be none for where it is: then it is to be judged as well. */
  readonly checksRecords: boolean;

  /** @param options what the partition of a message is held against */
  constructor(
    stream: Stream<unknown>,
    codec: Codec<T>,
    facts: ArchiveFacts,
    options: Pick<IntakeOptions<T>, 'partition' | 'partitions' | 'partitionsBefore' | 'onPartitionMismatch'>,
  ) {
    this.#codec = codec;
    this.#intake = new MessageIntake<unknown>({ stream, codec, ...options });
    // Those for which the archiver checked it are not checked again, unless by fewer numbers of partitions than it did.
    const { partitioner, partitionsBefore = [], mixed = false } = facts;
    const isChecked = partitioner !== undefined && partitioner === stream.partitioner;
    this.checksRecords = !isChecked || (mixed && partitionsBefore.length > (options.partitionsBefore?.length ?? 0));
  }

  /** @throws ERR_PARTITION_MISMATCH where that is to end the run */
  judge(entry: ReadEntry<T>): Judged {
    if ('record' in entry) {
      const misplaced = this.checksRecords ? this.#intake.misplaced(entry.record, entry.offset) : undefined;
      if (misplaced === undefined) return entry;
      return { rejected: misplaced, message: this.#encoded(entry.record) };
    }
    if ('raw' in entry) return this.#readAgain(entry);
    return { rejected: new StockafolioError('ERR_BAD_RECORD', entry.cause), message: this.#encoded(entry.unfit) };
  }

  #readAgain({ offset, ingested, raw, cause, seen }: Extract<ArchiveEntry<T>, { readonly raw: Uint8Array }>): Judged {
    // Of the headers the archive has what the reason says.
    const origin = / \(from (.+)\)$/.exec(cause)?.[1];
    const cut = CUT.exec(cause)?.[1];
    const headers = {
      ...(origin === undefined ? {} : { [ORIGIN]: origin }),
      ...(cut === undefined ? {} : { [CUT_FROM]: cut }),
    };
    const message = { offset, timestamp: ingested, byProducer: seen !== undefined, key: null, value: raw, headers };
    const taken = this.#intake.take(message, seen);
    return 'record' in taken ? taken : { rejected: taken.rejected, message: raw };
  }

  #encoded(record: T): Uint8Array {
    try {
      return this.#codec.encode(record);
    } catch {
      // As it is no record by the schema of today, its codec may have no form for it.
      return bytesOf(jsonOf(record));
    }
  }
}
