import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { rawRequest, type RawRequest } from './raw-request.js';

export const OFFSET_FOR_LEADER_EPOCH = 23;
/** Supported by every broker since 2.3; the first version that needs only the right to describe the topic. */
export const EPOCH_END_VERSION = 3;
const CONSUMER = -1;
/** A leader answers this even if its epoch differs from the one that we know. */
const ANY_LEADER = -1;

export interface EpochEndAsk {
  readonly topic: string;
  /** Each partition once. */
  readonly partitions: readonly { readonly partition: number; readonly epoch: number }[];
}

/** The end of an epoch in one partition. Both are -1 if the epoch is above all that the broker knows. */
export interface PartitionEpochEnd {
  readonly partition: number;
  readonly error: number;
  /** The largest epoch in the log that is not above the requested one. */
  readonly epoch: number;
  /** The offset at which the next larger epoch begins; the end of the log if there is none. */
  readonly end: number;
}

/** Asks the leader of partitions for the ends of epochs (KIP-101, KIP-320). */
export function epochEndRequest({ topic, partitions }: EpochEndAsk): RawRequest<readonly PartitionEpochEnd[]> {
  const body = new ByteWriter().int32(CONSUMER);
  body.array([topic], (name) => {
    body.string(name).array(partitions, ({ partition, epoch }) => {
      body.int32(partition).int32(ANY_LEADER).int32(epoch);
    });
  });
  return rawRequest(OFFSET_FOR_LEADER_EPOCH, EPOCH_END_VERSION, 'OffsetForLeaderEpoch', body, readEpochEnds);
}

function readEpochEnds(bytes: Buffer): PartitionEpochEnd[] {
  const reader = new ByteReader(bytes);
  reader.int32();
  const topics = reader.array(() => {
    reader.string();
    return reader.array(() => {
      const error = reader.int16();
      const partition = reader.int32();
      return { partition, error, epoch: reader.int32(), end: reader.int64() };
    });
  });
  return topics.flat();
}
