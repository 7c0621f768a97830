import type { OutgoingMessage } from '@stockafolio/core/ports';
import { codecIds, type Codec, type Compression } from '../compression/codec.js';
import { ByteWriter, varintSize } from './byte-writer.js';
import { crc32c } from './crc32c.js';

/**
 * The producer of a batch, and the sequence of the batch in the partition, so that the broker appends each batch once.
 */
export interface BatchProducer {
  readonly producerId: bigint;
  readonly epoch: number;
  /** The sequence of the batch's first message among all that this producer has written to the partition. */
  readonly sequence: number;
}

/** A message with a fixed time. */
export type TimedMessage = OutgoingMessage & { readonly timestamp: number };

/** How the records of a batch are compressed. */
export interface Packing {
  readonly compression: Exclude<Compression, 'none'>;
  readonly codec: Codec;
}

/** Where the checksummed part begins, and where the checksum and the length are. */
const CHECKED = 21;
const CRC = 17;
const LENGTH = 8;

const TRANSACTIONAL = 0x10;

/** One record batch (format 2) of these messages; there must be at least one. */
export function writeBatch(
  messages: readonly TimedMessage[],
  producer: BatchProducer,
  packing?: Packing,
  isTransactional = false,
): Buffer {
  const baseTime = messages[0]?.timestamp ?? 0;
  let latest = baseTime;
  let size = 0;
  for (const { key, value } of messages) size += (value?.length ?? 0) + (key?.length ?? 0) + 24;
  const plain = packing === undefined;
  const batch = new ByteWriter(plain ? size + 128 : (size >> 1) + 128);
  const records = plain ? batch : new ByteWriter(size + 64);
  for (const { timestamp } of messages) if (timestamp > latest) latest = timestamp;
  batch.int64(0).int32(0).int32(-1).int8(2).int32(0);
  batch
    .int16(codecIds[packing?.compression ?? 'none'] | (isTransactional ? TRANSACTIONAL : 0))
    .int32(messages.length - 1)
    .int64(baseTime)
    .int64(latest);
  batch.id64(producer.producerId).int16(producer.epoch).int32(producer.sequence).int32(messages.length);
  for (const [n, message] of messages.entries()) writeRecord(records, message, message.timestamp - baseTime, n);
  if (!plain) batch.raw(packing.codec.compress(records.written));
  batch.patchInt32(LENGTH, batch.length - 12);
  batch.patchInt32(CRC, crc32c(batch.written.subarray(CHECKED)));
  return batch.written;
}

function writeRecord(out: ByteWriter, { key, value, headers }: OutgoingMessage, time: number, offset: number): void {
  const named = headers === undefined ? [] : Object.entries(headers).map(([name, text]) => [utf8(name), utf8(text)]);
  let length = 1 + varintSize(time) + varintSize(offset) + sizeOf(key) + sizeOf(value) + varintSize(named.length);
  for (const parts of named) for (const part of parts) length += sizeOf(part);
  out.varint(length).int8(0).varint(time).varint(offset).varBytes(key).varBytes(value).varint(named.length);
  for (const parts of named) for (const part of parts) out.varBytes(part);
}

function sizeOf(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}

function utf8(text: string): Buffer {
  return Buffer.from(text, 'utf8');
}
