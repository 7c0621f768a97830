import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { rawRequest, type RawRequest } from './raw-request.js';

const METADATA = 3;
/** The first version that returns the id of a topic: Kafka 2.8. kafkajs itself uses version 6. */
export const METADATA_VERSION = 10;

export interface TopicMetadata {
  readonly error: number;
  /** As Kafka's own tools show it; undefined if the cluster gives topics no ids. */
  readonly id: string | undefined;
  readonly partitions: readonly number[];
  readonly cluster: string;
}

/** Requests one topic, and never creates it. */
export function topicMetadataRequest(topic: string): RawRequest<TopicMetadata> {
  const body = new ByteWriter();
  // The header of this version has tagged fields; kafkajs writes a header without them, so their count comes first.
  body.unsigned(0);
  body.unsigned(2).raw(new Uint8Array(16)).compactString(topic).unsigned(0);
  body.int8(0).int8(0).int8(0).unsigned(0);
  return rawRequest(METADATA, METADATA_VERSION, 'Metadata', body, readMetadata);
}

function readMetadata(bytes: Buffer): TopicMetadata {
  const reader = new ByteReader(bytes);
  reader.tags();
  reader.int32();
  reader.compactArray(() => {
    reader.int32();
    reader.compactString();
    reader.int32();
    reader.compactString();
    reader.tags();
  });
  const cluster = reader.compactString() ?? '';
  reader.int32();
  const [topic] = reader.compactArray(() => {
    const error = reader.int16();
    reader.compactString();
    const id = reader.uuid();
    reader.int8();
    const partitions = reader.compactArray(() => readPartition(reader));
    reader.int32();
    reader.tags();
    return { error, id: id.some((byte) => byte !== 0) ? id.toString('base64url') : undefined, partitions };
  });
  if (topic === undefined) return { error: -1, id: undefined, partitions: [], cluster };
  return { ...topic, partitions: topic.partitions.sort((a, b) => a - b), cluster };
}

function readPartition(reader: ByteReader): number {
  reader.int16();
  const index = reader.int32();
  reader.int32();
  reader.int32();
  for (let lists = 0; lists < 3; lists++) reader.compactArray(() => reader.int32());
  reader.tags();
  return index;
}
