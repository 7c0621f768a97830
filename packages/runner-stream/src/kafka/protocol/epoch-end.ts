import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { rawRequest, type RawRequest } from './raw-request.js';

export const OFFSET_FOR_LEADER_EPOCH = 23;
/** Understood by every broker from 2.3 on; the first that asks for no more right than to describe the topic. */
export const EPOCH_END_VERSION = 3;
const CONSUMER = -1;
/** Answered also by a leader whose epoch is another than the one that we know of. */
const ANY_LEADER = -1;

export interface EpochEndAsk {
  readonly topic: string;
  /** Each partition once. */
  readonly partitions: readonly { readonly partition: number; readonly epoch: number }[];
}

/** Where an epoch ends in one partition. Both are -1 where the epoch is above all that the broker knows. */
export interface PartitionEpochEnd {
  readonly partition: number;
  readonly error: number;
  /** The largest epoch in the log that is not above the one asked for. */
  readonly epoch: number;
  /** The offset at which the next larger one begins; the end of the log where there is none. */
  readonly end: number;
}

/** Asks the leader of partitions where epochs end (KIP-101, KIP-320). */
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
