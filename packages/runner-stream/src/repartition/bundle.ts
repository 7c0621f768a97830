import { StockafolioError } from '@stockafolio/core';
import { bytesOf, textOf } from '@stockafolio/core/ports';

/** A record in a bundle. */
export interface BundledRecord {
  /** Its number among all that come from its partition. */
  readonly number: number;
  /** The time at which it counts as sent, epoch milliseconds. */
  readonly sent: number;
  readonly value: Uint8Array;
  /** Why an asynchronous function has no result: `value` is the record that it was given. */
  readonly failed?: string | undefined;
}

/** A bundle is full when it has as many records or bytes. */
const MOST_RECORDS = 500;
const MOST_BYTES = 64 * 1024;

/** Bytes of a number at most: 53 bits, seven a byte, and the sign. */
const NUMBER = 8;

/**
 * Puts records into one message, because a message costs more than a record: in Kafka, in the log, and in between.
 *
 * The value of the message has, for each record, four numbers and two byte strings: how far its number is above that of
 * the one before, how much later it was sent, the length of its value and its value, and the length of its failure and
 * that, or 0. Numbers have seven bits a byte, the lowest first; differences that may be negative are doubled, and
 * negative ones also inverted.
 */
export class Bundle {
  #bytes = new Uint8Array(4_096);
  #length = 0;
  #count = 0;
  #number = 0;
  #sent = 0;
  /** The number of its first record. */
  first = 0;
  /** The number of the record before that in the same partition; -1 if there is none. */
  after = -1;

  get isFull(): boolean {
    return this.#count >= MOST_RECORDS || this.#length >= MOST_BYTES;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** When its last record counts as sent. */
  get sent(): number {
    return this.#sent;
  }

  /** @param after the number of the record before it in the same partition; -1 if there is none */
  add({ number, sent, value, failed }: BundledRecord, after: number): void {
    if (this.#count++ === 0) {
      this.first = this.#number = number;
      this.after = after;
    }
    const reason = failed === undefined ? undefined : bytesOf(failed);
    this.#ensure(4 * NUMBER + value.length + (reason?.length ?? 0));
    this.#put(number - this.#number);
    this.#put(zigzag(sent - this.#sent));
    this.#put(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    this.#put(reason === undefined ? 0 : reason.length + 1);
    if (reason !== undefined) {
      this.#bytes.set(reason, this.#length);
      this.#length += reason.length;
    }
    this.#number = number;
    this.#sent = sent;
  }

  /** The value of the message; the bundle is empty then. */
  take(): Uint8Array {
    const value = this.#bytes.slice(0, this.#length);
    this.#length = this.#count = this.#number = this.#sent = this.first = 0;
    return value;
  }

  #ensure(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(2 * (this.#length + more));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }

  #put(number: number): void {
    const bytes = this.#bytes;
    let at = this.#length;
    let left = number;
    for (; left > 0x7f; left = Math.floor(left / 128)) bytes[at++] = (left % 128) | 0x80;
    bytes[at++] = left;
    this.#length = at;
  }
}

function zigzag(difference: number): number {
  return difference < 0 ? -2 * difference - 1 : 2 * difference;
}

/**
 * The records of a bundle, in order.
 *
 * @param first the number of the first one
 * @throws ERR_LOG_CORRUPT if it does not end with a record
 */
export function* recordsOf(bundle: Uint8Array, first: number): Generator<BundledRecord, undefined> {
  let at = 0;
  let number = first;
  let sent = 0;
  const next = (): number => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = bundle[at++];
      if (byte === undefined) throw corrupt();
      value += (byte & 0x7f) * unit;
      if (byte <= 0x7f) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    const end = at + length;
    if (end > bundle.length) throw corrupt();
    const bytes = new Uint8Array(bundle.buffer, bundle.byteOffset + at, length);
    at = end;
    return bytes;
  };
  while (at < bundle.length) {
    number += next();
    const later = next();
    sent += later % 2 === 0 ? later / 2 : -(later + 1) / 2;
    const value = take(next());
    const reason = next();
    yield { number, sent, value, ...(reason === 0 ? {} : { failed: textOf(take(reason - 1)) }) };
  }
}

function corrupt(): StockafolioError {
  return new StockafolioError('ERR_LOG_CORRUPT', 'a message of a repartition ends within a record', {
    hint: 'the topic of a repartition belongs to its pipeline: write nothing else to it',
  });
}
