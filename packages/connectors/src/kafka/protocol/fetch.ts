import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { AbortedTransaction } from './record-set.js';
import { rawRequest, type RawRequest } from './raw-request.js';

const FETCH = 1;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
/** Supported by every broker since 2.3. */
export const FETCH_VERSION = 11;

export interface FetchAsk {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: number }[];
  /** Bytes of one partition, and of all. */
  readonly partitionBytes: number;
  readonly bytes: number;
  /** How long the broker waits if there is no message, in milliseconds. */
  readonly wait: number;
  /** Also messages of transactions that are still open, or were aborted. */
  readonly uncommitted?: boolean;
}

export interface FetchedPartition {
  readonly partition: number;
  readonly error: number;
  /** The offset up to which messages may be read: before transactions that are still open. */
  readonly end: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly records: Buffer;
}

export interface Fetched {
  readonly error: number;
  readonly partitions: readonly FetchedPartition[];
}

/** Requests messages. Their bytes are returned as they are: they are parsed when needed. */
export function fetchRequest(ask: FetchAsk): RawRequest<Fetched> {
  const body = new ByteWriter()
    .int32(-1)
    .int32(ask.wait)
    .int32(1)
    .int32(ask.bytes)
    .int8(ask.uncommitted === true ? READ_UNCOMMITTED : READ_COMMITTED)
    .int32(0)
    .int32(-1);
  body.array([ask.topic], (topic) => {
    body.string(topic).array(ask.partitions, ({ partition, offset }) => {
      body.int32(partition).int32(-1).int64(offset).int64(-1).int32(ask.partitionBytes);
    });
  });
  body.int32(0).string('');
  return rawRequest(FETCH, FETCH_VERSION, 'Fetch', body, readFetched);
}

function readFetched(bytes: Buffer): Fetched {
  const reader = new ByteReader(bytes);
  reader.int32();
  const error = reader.int16();
  reader.int32();
  const topics = reader.array(() => {
    reader.string();
    return reader.array(() => readPartition(reader));
  });
  return { error, partitions: topics.flat() };
}

function readPartition(reader: ByteReader): FetchedPartition {
  const partition = reader.int32();
  const error = reader.int16();
  reader.int64();
  const end = reader.int64();
  reader.int64();
  const aborted = reader.array(() => ({ producerId: reader.id64(), firstOffset: reader.int64() }));
  reader.int32();
  return { partition, error, end, aborted, records: reader.bytes() };
}
