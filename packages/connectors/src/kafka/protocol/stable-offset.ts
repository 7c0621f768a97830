import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { rawRequest, type RawRequest } from './raw-request.js';

const OFFSET_FETCH = 9;

/**
 * Requests the offset that a group has for a partition. While a transaction that changes it is not complete, the answer
 * is an error: kafkajs asks without that, and may get an offset that is no longer true.
 */
export function stableOffsetRequest(
  group: string,
  topic: string,
  partition: number,
): RawRequest<{ readonly error: number; readonly offset: number }> {
  const body = new ByteWriter();
  // The header of this version has tagged fields; kafkajs writes a header without them, so their count comes first.
  body.unsigned(0);
  body.compactString(group).unsigned(2).compactString(topic).unsigned(2).int32(partition).unsigned(0);
  const isStable = 1;
  body.int8(isStable).unsigned(0);
  return rawRequest(OFFSET_FETCH, 7, 'OffsetFetch', body, (bytes) => {
    const reader = new ByteReader(bytes);
    reader.tags();
    reader.int32();
    const [found] = reader
      .compactArray(() => {
        reader.compactString();
        const partitions = reader.compactArray(() => {
          reader.int32();
          const offset = reader.int64();
          reader.int32();
          reader.compactString();
          const error = reader.int16();
          reader.tags();
          return { error, offset };
        });
        reader.tags();
        return partitions;
      })
      .flat();
    const error = reader.int16();
    return error === 0 ? (found ?? { error: -1, offset: -1 }) : { error, offset: -1 };
  });
}
