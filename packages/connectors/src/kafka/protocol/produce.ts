import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { rawRequest, type RawRequest } from './raw-request.js';

const PRODUCE = 0;
const ALL_IN_SYNC = -1;
/** Supported by every broker since 2.1. */
export const PRODUCE_VERSION = 7;

/** One record batch for one partition. */
export interface PartitionBatch {
  readonly partition: number;
  readonly bytes: Buffer;
}

export interface Produced {
  readonly partition: number;
  readonly error: number;
  /** The offset of the batch's first message; -1 if the broker does not say. */
  readonly offset: number;
}

/**
 * Appends a batch to each of these partitions; the answer comes when all in-sync replicas have it.
 *
 * @param transactionalId of the transaction that the batches are part of
 */
export function produceRequest(
  topic: string,
  batches: readonly PartitionBatch[],
  timeout: number,
  transactionalId: string | null = null,
): RawRequest<readonly Produced[]> {
  const size = batches.reduce((sum, { bytes }) => sum + bytes.length + 8, 64 + topic.length);
  const body = new ByteWriter(size).string(transactionalId).int16(ALL_IN_SYNC).int32(timeout);
  body.array([topic], () => {
    body.string(topic).array(batches, ({ partition, bytes }) => body.int32(partition).bytes(bytes));
  });
  return rawRequest(PRODUCE, PRODUCE_VERSION, 'Produce', body, readProduced);
}

function readProduced(bytes: Buffer): readonly Produced[] {
  const reader = new ByteReader(bytes);
  return reader
    .array(() => {
      reader.string();
      return reader.array(() => {
        const partition = reader.int32();
        const error = reader.int16();
        const offset = reader.int64();
        reader.int64();
        reader.int64();
        return { partition, error, offset };
      });
    })
    .flat();
}
