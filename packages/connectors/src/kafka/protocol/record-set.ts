import { StockafolioError } from '@stockafolio/core';
import type { SourceMessage } from '@stockafolio/core/ports';
import { decompress } from '../compression/decompress.js';
import { int64At } from './byte-reader.js';
import { RecordReader } from './read-records.js';
import type { BatchProducer } from './write-batch.js';

/** An aborted transaction: its messages must not be visible. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

/** The result of one fetch for one partition: consecutive record batches, the last perhaps truncated. */
export interface RecordSet {
  readonly bytes: Buffer;
  /** The requested offset. The first batch may begin before it. */
  readonly from: number;
  readonly aborted: readonly AbortedTransaction[];
}

/** Consecutive messages that one leader appended. */
export interface Piece {
  readonly messages: readonly SourceMessage[];
  /** The leader's epoch; undefined if the log has none. */
  readonly epoch: number | undefined;
}

/** The offsets of the fields of a record batch (the format since Kafka 0.11, with 2 as `magic`). */
const at = {
  base: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  attributes: 21,
  lastDelta: 23,
  time: 27,
  latest: 35,
  producer: 43,
  epoch: 51,
  sequence: 53,
  count: 57,
};
const HEAD = 61;
const APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const ABORT = 0;

/** The offset after the last complete batch; undefined if there is none. */
export function offsetAfter({ bytes }: RecordSet): number | undefined {
  let after: number | undefined;
  for (const begin of batchesOf(bytes)) after = lastOffset(bytes, begin) + 1;
  return after;
}

/**
 * The epoch of the leader that appended the message at `from`, or the first after it; undefined if the log has none.
 */
export function firstEpochOf({ bytes, from }: RecordSet): number | undefined {
  for (const begin of batchesOf(bytes)) if (lastOffset(bytes, begin) >= from) return epochOf(bytes, begin);
  return undefined;
}

/** The producer of each complete batch of a record set: its id, its epoch, and the sequence of the first message. */
export function producersOf({ bytes }: RecordSet): BatchProducer[] {
  return [...batchesOf(bytes)].map((begin) => ({
    producerId: bytes.readBigInt64BE(begin + at.producer),
    epoch: bytes.readInt16BE(begin + at.epoch),
    sequence: bytes.readInt32BE(begin + at.sequence),
  }));
}

/**
 * The messages of a record set, from the requested offset, in order. Each piece has at most `most` messages, all from
 * one leader epoch: messages that are made only when they are needed are freed before they are a burden. Control
 * records and messages of aborted transactions are left out.
 *
 * @throws ERR_SOURCE_UNSUPPORTED for an unsupported format; ERR_PEER_MISSING without the package of a compression
 */
export async function* messagesOf(set: RecordSet, most: number): AsyncGenerator<Piece, undefined> {
  const { bytes, from } = set;
  let messages: SourceMessage[] = [];
  let epoch: number | undefined;
  const takenBack = new Set<bigint>();
  const aborted = [...set.aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  for (const begin of batchesOf(bytes)) {
    const attributes = bytes.readInt16BE(begin + at.attributes);
    const last = lastOffset(bytes, begin);
    const body = bytes.subarray(begin + HEAD, endOf(bytes, begin));
    if (aborted.length > 0 || takenBack.size > 0) {
      const producer = bytes.readBigInt64BE(begin + at.producer);
      while (aborted[0] !== undefined && aborted[0].firstOffset <= last) {
        takenBack.add(aborted[0].producerId);
        aborted.shift();
      }
      if ((attributes & CONTROL) !== 0 && isAbort(body)) takenBack.delete(producer);
      else if ((attributes & TRANSACTIONAL) !== 0 && takenBack.has(producer)) continue;
    }
    if ((attributes & CONTROL) !== 0 || last < from) continue;
    if (epochOf(bytes, begin) !== epoch && messages.length > 0) {
      yield { messages, epoch };
      messages = [];
    }
    epoch = epochOf(bytes, begin);
    const records = new RecordReader(await decompress(body, attributes), {
      baseOffset: int64At(bytes, begin + at.base),
      baseTime: int64At(bytes, begin + at.time),
      appended: (attributes & APPEND_TIME) === 0 ? undefined : int64At(bytes, begin + at.latest),
      count: bytes.readInt32BE(begin + at.count),
      from,
    });
    while (records.read(messages, most)) {
      yield { messages, epoch };
      messages = [];
    }
  }
  if (messages.length > 0) yield { messages, epoch };
  return undefined;
}

function* batchesOf(bytes: Buffer): Generator<number> {
  for (let begin = 0; begin + HEAD <= bytes.length; begin = endOf(bytes, begin)) {
    const magic = bytes.readInt8(begin + at.magic);
    if (magic !== 2)
      throw new StockafolioError('ERR_SOURCE_UNSUPPORTED', `the topic holds messages of Kafka's format ${magic}`, {
        hint: 'copy the topic with a client of Kafka 0.11 or later: its format is 2',
      });
    if (endOf(bytes, begin) > bytes.length) return;
    yield begin;
  }
}

function epochOf(bytes: Buffer, begin: number): number | undefined {
  const epoch = bytes.readInt32BE(begin + at.leaderEpoch);
  return epoch < 0 ? undefined : epoch;
}

function endOf(bytes: Buffer, begin: number): number {
  return begin + 12 + bytes.readInt32BE(begin + at.length);
}

function lastOffset(bytes: Buffer, begin: number): number {
  return int64At(bytes, begin + at.base) + bytes.readInt32BE(begin + at.lastDelta);
}

/**
 * Whether the one record of a control batch, whose key is its version and its type, says that the transaction was
 * aborted.
 */
function isAbort(body: Buffer): boolean {
  let key = 0;
  // Length, attributes, time and offset, each a varint except the attributes, then the length of the key.
  for (let fields = 0; fields < 5; fields++) {
    while (fields !== 1 && (body[key] ?? 0) >= 0x80) key++;
    key++;
  }
  return body.readInt16BE(key + 2) === ABORT;
}
