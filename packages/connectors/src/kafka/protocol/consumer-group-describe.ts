import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { rawRequest, type RawRequest } from './raw-request.js';

export const CONSUMER_GROUP_DESCRIBE = 69;

/** A group of the protocol of KIP-848, in which the broker assigns partitions (`group.protocol=consumer`). */
export interface ConsumerGroup {
  readonly error: number;
  readonly members: readonly { readonly clientId: string; readonly host: string }[];
}

/** Requests a group of that protocol; a group of the classic protocol, which is used here, is not found. */
export function consumerGroupDescribeRequest(group: string): RawRequest<ConsumerGroup> {
  const body = new ByteWriter();
  // The header of this version has tagged fields; kafkajs writes a header without them, so their count comes first.
  body.unsigned(0);
  body.unsigned(2).compactString(group).int8(0).unsigned(0);
  return rawRequest(CONSUMER_GROUP_DESCRIBE, 0, 'ConsumerGroupDescribe', body, readGroup);
}

function readGroup(bytes: Buffer): ConsumerGroup {
  const reader = new ByteReader(bytes);
  reader.tags();
  reader.int32();
  const [group] = reader.compactArray(() => {
    const error = reader.int16();
    reader.compactString();
    reader.compactString();
    reader.compactString();
    reader.int32();
    reader.int32();
    reader.compactString();
    const members = reader.compactArray(() => readMember(reader));
    reader.int32();
    reader.tags();
    return { error, members };
  });
  return group ?? { error: -1, members: [] };
}

function readMember(reader: ByteReader): ConsumerGroup['members'][number] {
  for (let ids = 0; ids < 3; ids++) reader.compactString();
  reader.int32();
  const clientId = reader.compactString() ?? '';
  const host = reader.compactString() ?? '';
  reader.compactArray(() => reader.compactString());
  reader.compactString();
  for (let assignments = 0; assignments < 2; assignments++) passAssignment(reader);
  reader.tags();
  return { clientId, host };
}

function passAssignment(reader: ByteReader): void {
  reader.compactArray(() => {
    reader.uuid();
    reader.compactString();
    reader.compactArray(() => reader.int32());
    reader.tags();
  });
  reader.tags();
}
