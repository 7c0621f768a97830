import { StockafolioError, type Pipeline } from '@stockafolio/core';
import {
  bytesOf,
  CUT_FROM,
  cutFrom,
  Feed,
  jsonOf,
  MessageIntake,
  ORIGIN,
  type PartitionEngine,
} from '@stockafolio/core/engine';
import type { ArchiveEntry, ArchiveFacts, Codec, ReadEntry } from '@stockafolio/core/ports';
import type { BatchUnit } from './options.js';

/** The size that the reason names of what was cut. */
const CUT = new RegExp(`^${cutFrom('(\\d+)')}`);

/**
 * Takes the entries of archived files in as the stream takes in their messages: by the codec and the schema of today, not
 * by what was judged when they were archived. What was rejected then is read again; records of an earlier schema were held
 * against this one as they were read.
 */
export class EntryIntake<T> {
  readonly #pipeline: Pipeline;
  readonly #codec: Codec<T>;
  readonly #unit: BatchUnit;
  #intake: MessageIntake<unknown> | undefined;
  #checksRecords = false;

  constructor(pipeline: Pipeline, codec: Codec<T>, unit: BatchUnit) {
    this.#pipeline = pipeline;
    this.#codec = codec;
    this.#unit = unit;
  }

  /** Begins a file. Records for which the archiver checked their partition are not checked again. */
  begin({ partitions, partitioner }: ArchiveFacts): void {
    const { stream } = this.#pipeline;
    const { partition, onPartitionMismatch } = this.#unit;
    this.#intake = new MessageIntake<unknown>({
      ...{ stream, codec: this.#codec, partition, partitions, onPartitionMismatch },
    });
    this.#checksRecords = partitioner === undefined || partitioner !== stream.partitioner;
  }

  /** Takes the entries below an offset through the engine; answers how many. @throws ERR_PARTITION_MISMATCH */
  take(engine: PartitionEngine, entries: readonly ReadEntry<T>[], to: number): number {
    const feed = new Feed(engine);
    let count = 0;
    for (const entry of entries) {
      if (entry.offset >= to) break;
      if ('record' in entry) this.#takeRecord(feed, entry.record, entry);
      else if ('raw' in entry) this.#takeRaw(feed, entry);
      else feed.reject(new StockafolioError('ERR_BAD_RECORD', entry.cause), this.#encoded(entry.unfit), entry);
      count++;
    }
    feed.end();
    return count;
  }

  #takeRecord(feed: Feed, record: T, place: { readonly offset: number; readonly ingested: number }): void {
    const misplaced = this.#checksRecords ? this.#intake?.misplaced(record, place.offset) : undefined;
    if (misplaced === undefined) feed.add(record, place);
    else feed.reject(misplaced, this.#encoded(record), place);
  }

  #takeRaw(feed: Feed, entry: Extract<ArchiveEntry<T>, { readonly raw: Uint8Array }>): void {
    const { offset, ingested, raw, seen } = entry;
    const byProducer = seen !== undefined;
    // Of the headers the archive has what the reason says.
    const origin = / \(from (.+)\)$/.exec(entry.cause)?.[1];
    const cut = CUT.exec(entry.cause)?.[1];
    const headers = {
      ...(origin === undefined ? {} : { [ORIGIN]: origin }),
      ...(cut === undefined ? {} : { [CUT_FROM]: cut }),
    };
    const message = { offset, timestamp: ingested, byProducer, key: null, value: raw, headers };
    const taken = this.#intake?.take(message, seen);
    if (taken !== undefined && 'record' in taken) feed.add(taken.record, entry);
    else feed.reject(taken?.rejected ?? new StockafolioError('ERR_BAD_RECORD', entry.cause), raw, entry);
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
