import { crc32 } from '../hash/crc32.js';
import type { ArchivedHistory } from './archive.js';
import type { Position, SourceMessage } from './source.js';

/**
 * What is known of the last message before a position. A source uses it to check that its log is still the one that was
 * read: a log can lose its newest messages, and later hold others at the same offsets.
 */
export interface Mark {
  /** The epoch of the leader that received the message; absent if the source has none. */
  readonly epoch?: number;
  /** A checksum of the message; absent if unknown. */
  readonly checksum?: number;
}

/** A position with what is known of the message before it. */
export function positionAt(partition: number, offset: number, mark?: Mark): Position {
  return mark === undefined ? { partition, offset } : { partition, offset, mark };
}

/** The mark of a position that follows this message. */
export function markOf(message: SourceMessage, epoch?: number): Mark {
  const checksum = checksumOf(message);
  return epoch === undefined ? { checksum } : { epoch, checksum };
}

/** The mark of the position after a file of an archive; undefined if the file records nothing. */
export function markAfter({ lastEpoch, checksum }: ArchivedHistory = {}): Mark | undefined {
  if (lastEpoch === undefined) return checksum === undefined ? undefined : { checksum };
  return checksum === undefined ? { epoch: lastEpoch } : { epoch: lastEpoch, checksum };
}

/** CRC-32 of key, value and time of a message. */
export function checksumOf({ key, value, timestamp }: Pick<SourceMessage, 'key' | 'value' | 'timestamp'>): number {
  const head = new DataView(new ArrayBuffer(16));
  head.setFloat64(0, timestamp);
  head.setInt32(8, key?.length ?? -1);
  head.setInt32(12, value?.length ?? -1);
  let crc = crc32(new Uint8Array(head.buffer));
  if (key !== null) crc = crc32(key, crc);
  return value === null ? crc : crc32(value, crc);
}
