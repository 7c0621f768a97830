import { StockafolioError } from '@stockafolio/core';
import type { SourceMessage } from '@stockafolio/core/ports';

/** The values that the records of a batch are relative to. */
export interface RecordFrame {
  readonly baseOffset: number;
  readonly baseTime: number;
  /** The time at which the broker appended the batch, if that is the time of its messages. */
  readonly appended: number | undefined;
  readonly count: number;
  /** Records before this offset are skipped. */
  readonly from: number;
}

/** The position of the next byte. One variable for all readers, because reading is synchronous. */
let at = 0;

/** Reads the records of one batch, in portions. Keys and values are views of the same memory. */
export class RecordReader {
  readonly #bytes: Buffer;
  readonly #frame: RecordFrame;
  #at = 0;
  #left: number;

  constructor(bytes: Buffer, frame: RecordFrame) {
    this.#bytes = bytes;
    this.#frame = frame;
    this.#left = frame.count;
  }

  /** Adds messages until there are `most`; returns whether there are, otherwise the batch is at its end. */
  read(into: SourceMessage[], most: number): boolean {
    const bytes = this.#bytes;
    const { baseOffset, baseTime, appended, from } = this.#frame;
    at = this.#at;
    while (this.#left > 0 && into.length < most) {
      this.#left--;
      const end = varint(bytes) + at;
      at++;
      const timestamp = appended ?? baseTime + varint(bytes);
      if (appended !== undefined) varint(bytes);
      const offset = baseOffset + varint(bytes);
      if (offset < from) {
        at = end;
        continue;
      }
      const key = varBytes(bytes);
      const value = varBytes(bytes);
      const headers = varint(bytes);
      const byProducer = appended === undefined;
      into.push(
        headers === 0
          ? { offset, timestamp, byProducer, key, value }
          : { offset, timestamp, byProducer, key, value, headers: readHeaders(bytes, headers) },
      );
      if (at !== end) throw torn(offset);
    }
    this.#at = at;
    return into.length >= most;
  }
}

function readHeaders(bytes: Buffer, count: number): Record<string, string> {
  const entries: [string, string][] = [];
  for (let n = 0; n < count; n++) {
    const name = varBytes(bytes)?.toString('utf8') ?? '';
    entries.push([name, varBytes(bytes)?.toString('utf8') ?? '']);
  }
  return Object.fromEntries(entries);
}

function varBytes(bytes: Buffer): Buffer | null {
  const length = varint(bytes);
  if (length < 0) return null;
  const begin = at;
  at += length;
  return bytes.subarray(begin, at);
}

/** A signed number of up to 64 bits; nearly all have at most four bytes, for which bit operations are enough. */
function varint(bytes: Buffer): number {
  let byte = bytes[at++] as number;
  let raw = byte & 0x7f;
  for (let shift = 7; byte >= 0x80; shift += 7) {
    byte = bytes[at++] as number;
    raw = shift < 28 ? raw | ((byte & 0x7f) << shift) : raw + (byte & 0x7f) * 2 ** shift;
    if (shift > 63 || byte === undefined) throw torn(-1);
  }
  if (raw < 0x7fff_ffff) return (raw >>> 1) ^ -(raw & 1);
  return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
}

function torn(offset: number): StockafolioError {
  return new StockafolioError(
    'ERR_SOURCE_UNSUPPORTED',
    `a record of Kafka is not as long as it says${offset < 0 ? '' : `, at offset ${offset}`}`,
    { hint: 'read the topic with another client to check what the broker holds' },
  );
}
