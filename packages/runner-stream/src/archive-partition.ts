import {
  type ArchivedHistory,
  type ArchiveEntry,
  type Mark,
  markOf,
  type SourceMessage,
} from '@stockafolio/core/ports';
import { changeNote, MessageIntake } from '@stockafolio/engine';
import type { ArchiveOptions } from './archive-options.js';

/** Entries without a rejected message that an archive writes as one file in any case, whatever follows. */
const LARGE = 10_000;

/** The messages that will become the next file of one partition. */
export interface Pending<T> {
  /** The offset after the previous file: offsets that the source itself skipped belong to this file. */
  readonly first: number;
  readonly day: string;
  /** Whether the day comes from the watermark; before the first record there is none. */
  readonly known: boolean;
  readonly entries: ArchiveEntry<T>[];
  /** Whether some of its records are in partitions that an earlier number of partitions gives. */
  mixed: boolean;
  /** When the first of the entries arrived, by `Clock.elapsed`. */
  readonly since: number;
  /** Whether some of its entries are rejected messages. */
  hasRejected: boolean;
  /** The leader epoch of the first entry, if there is one. */
  readonly firstEpoch: number | undefined;
}

/** The content of a file to write. */
export interface Done<T> extends Pending<T> {
  readonly history: ArchivedHistory;
  readonly writers: Readonly<Record<string, number>> | undefined;
}

/** Collects the entries of one partition for the archive, and tells when a file is full or its day is over. */
export class ArchivePartition<T> {
  readonly partition: number;
  readonly generation: number;
  readonly #options: ArchiveOptions<T>;
  readonly #intake: MessageIntake<T>;
  #latest: number;
  /** By writer, the last number of the collected messages. */
  #writers: Readonly<Record<string, number>> | undefined;
  #lastDay: string;
  #pending: Pending<T> | undefined;
  /** The last message collected, until {@link endBatch} computes its mark: the source owns its memory. */
  #last: { readonly message: SourceMessage; readonly epoch: number | undefined } | undefined;
  #mark: Mark = {};
  /** The next offset to collect. */
  next: number;

  constructor(
    options: ArchiveOptions<T>,
    at: {
      readonly partition: number;
      /** How many partitions the source has, and how many it had before. */
      readonly of: number;
      readonly before: readonly number[];
      readonly generation: number;
      readonly next: number;
      readonly latest: number;
      readonly day: string;
      /** What the archive has of pipelines that send to the topic, by writer. */
      readonly writers: Readonly<Record<string, number>> | undefined;
    },
  ) {
    this.#options = options;
    const { stream, codec, onPartitionMismatch = 'fail' } = options;
    this.#intake = new MessageIntake({
      ...{ stream, codec, partition: at.partition, partitions: at.of, onPartitionMismatch },
      partitionsBefore: at.before,
      takesAmendments: true,
    });
    this.partition = at.partition;
    this.generation = at.generation;
    this.next = at.next;
    this.#latest = at.latest;
    this.#lastDay = at.day;
    this.#writers = at.writers;
  }

  /** Collects a message; returns what must be written before it, if its day is over or the file is full. */
  take(message: SourceMessage, epoch?: number): Done<T> | undefined {
    const { stream, rollRecords = 100_000, clock } = this.#options;
    const now = clock.now();
    const placedBefore = this.#intake.placedBefore;
    const intake = this.#intake.take(message, now);
    const { offset, timestamp: ingested } = message;
    if ('record' in intake) this.#latest = Math.max(this.#latest, stream.time(intake.record));
    const day = this.#dayNow(ingested);
    const isRejected = 'rejected' in intake;
    const full =
      this.#pending !== undefined &&
      (this.#pending.day !== day || this.#pending.entries.length >= rollRecords || this.#mayBeTwo(isRejected));
    const done = full ? this.close() : undefined;
    this.#pending ??= {
      first: this.next,
      day,
      known: Number.isFinite(this.#latest),
      entries: [],
      mixed: false,
      since: clock.elapsed(),
      hasRejected: false,
      firstEpoch: epoch,
    };
    this.#pending.hasRejected ||= isRejected;
    this.#pending.mixed ||= this.#intake.placedBefore > placedBefore;
    if (message.seen !== undefined) this.#writers = { ...this.#writers, ...message.seen };
    this.#last = { message, epoch };
    this.#pending.entries.push(
      'record' in intake
        ? { offset, ingested, record: intake.record }
        : {
            ...{ offset, ingested, raw: message.value ?? new Uint8Array(0) },
            cause: intake.rejected.message + changeNote(stream, message),
            ...(message.byProducer === true ? { seen: now } : {}),
          },
    );
    this.next = offset + 1;
    return done;
  }

  /**
   * Whether the archive could write the entries and this message as two files, because only one has columns for rejected
   * messages. A file says what was read of writers up to its end, so they must be two here too.
   */
  #mayBeTwo(isRejected: boolean): boolean {
    const { entries = [], hasRejected = false } = this.#pending ?? {};
    return isRejected && !hasRejected && entries.length >= LARGE;
  }

  /** When the first of the collected entries arrived; undefined if there is none. */
  get since(): number | undefined {
    return this.#pending?.since;
  }

  /** Ends a batch of messages. */
  endBatch(): void {
    if (this.#last !== undefined) this.#mark = markOf(this.#last.message, this.#last.epoch);
    this.#last = undefined;
  }

  /** Returns the collected entries, to be written. */
  close(): Done<T> | undefined {
    this.endBatch();
    const done = this.#pending;
    if (done === undefined) return undefined;
    if (done.known) this.#lastDay = done.day;
    this.#pending = undefined;
    const { epoch: lastEpoch, ...checksum } = this.#mark;
    const { firstEpoch } = done;
    const history = {
      ...(firstEpoch === undefined ? {} : { firstEpoch }),
      ...(lastEpoch === undefined ? {} : { lastEpoch }),
      ...checksum,
    };
    return { ...done, history, writers: this.#writers };
  }

  /** The day of the watermark; before the first record, the day on which the message arrived. */
  #dayNow(ingested: number): string {
    const { dayOf = utcDay, stream } = this.#options;
    const known = Number.isFinite(this.#latest);
    const day = dayOf(known ? this.#latest - stream.outOfOrderness : ingested);
    return known && day < this.#lastDay ? this.#lastDay : day;
  }
}

function utcDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
