import { StockafolioError, type Stream } from '@stockafolio/core';
import type { ArchiveEntry, ArchiveFacts, Codec, ReadEntry } from '@stockafolio/core/ports';
import {
  bytesOf,
  CUT_FROM,
  cutFrom,
  FAILED,
  failureOf,
  type IntakeOptions,
  jsonOf,
  MessageIntake,
  ORIGIN,
  type Rejected,
  withoutChangeNote,
} from '@stockafolio/engine';

/** The size that the cause states for a message that was cut. */
const CUT = new RegExp(`^${cutFrom('(\\d+)')}`);

/** An entry under today's schema: a record; or rejected, with the reason and the message. */
export type Judged = { readonly record: unknown } | (Rejected & { readonly message: Uint8Array });

/**
 * Judges the entries of an archived file as the stream judges its messages: with today's codec and schema, whatever the
 * verdict was when they were archived. Rejected messages are decoded again. Records of an earlier schema were checked
 * against today's when they were read.
 */
export class EntryJudge<T> {
  readonly #codec: Codec<T>;
  readonly #isOfChanges: boolean;
  readonly #intake: MessageIntake<unknown>;
  /** Whether a record may be invalid because of its partition: then records are judged too. */
  readonly checksRecords: boolean;

  /** @param options what the partition of a message is checked against */
  constructor(
    stream: Stream<unknown>,
    codec: Codec<T>,
    facts: ArchiveFacts,
    options: Pick<IntakeOptions<T>, 'partition' | 'partitions' | 'partitionsBefore' | 'onPartitionMismatch'>,
  ) {
    this.#codec = codec;
    this.#isOfChanges = stream.changes !== undefined;
    this.#intake = new MessageIntake<unknown>({ stream, codec, ...options, takesAmendments: true });
    // Records that the archiver has checked are not checked again, unless it accepted more earlier partition counts
    // than this run does.
    const { partitioner, partitionsBefore = [], mixed = false } = facts;
    const isChecked = partitioner !== undefined && partitioner === stream.partitioner;
    const isFree = stream.partitioner === undefined;
    this.checksRecords =
      !isFree && (!isChecked || (mixed && partitionsBefore.length > (options.partitionsBefore?.length ?? 0)));
  }

  /** @throws ERR_PARTITION_MISMATCH if a mismatch ends the run */
  judge(entry: ReadEntry<T>): Judged {
    if ('record' in entry) {
      const misplaced = this.checksRecords ? this.#intake.misplaced(entry.record, entry.offset) : undefined;
      if (misplaced === undefined) return entry;
      return { rejected: misplaced, message: this.#encoded(entry.record) };
    }
    if ('raw' in entry) return this.#readAgain(entry);
    return { rejected: new StockafolioError('ERR_BAD_RECORD', entry.cause), message: this.#encoded(entry.unfit) };
  }

  #readAgain(entry: Extract<ArchiveEntry<T>, { readonly raw: Uint8Array }>): Judged {
    const { offset, ingested, raw, seen } = entry;
    const { cause, noted } = this.#isOfChanges ? withoutChangeNote(entry.cause) : { cause: entry.cause };
    // The archive keeps of the headers only what the cause says.
    const origin = / \(from (.+)\)$/.exec(cause)?.[1];
    const cut = CUT.exec(cause)?.[1];
    const failed = failureOf(cause);
    const headers = {
      ...noted?.headers,
      ...(failed === undefined ? {} : { [FAILED]: failed }),
      ...(origin === undefined ? {} : { [ORIGIN]: origin }),
      ...(cut === undefined ? {} : { [CUT_FROM]: cut }),
    };
    const { key = null, hasValue = true } = noted ?? {};
    const value = hasValue ? raw : null;
    const message = { offset, timestamp: ingested, byProducer: seen !== undefined, key, value, headers };
    const taken = this.#intake.take(message, seen);
    return 'record' in taken ? taken : { rejected: taken.rejected, message: raw };
  }

  #encoded(record: T): Uint8Array {
    try {
      return this.#codec.encode(record);
    } catch {
      // The record is invalid under today's schema, so its codec may be unable to encode it.
      return bytesOf(jsonOf(record));
    }
  }
}
