import type { Position } from './source.js';

/** Converts between the bytes of a message and a record. */
export interface Codec<T> {
  /**
   * Reads one record.
   * @param position the position of the message, for codecs that compute a field from it
   * @throws BadRecordError naming every bad field
   */
  decode(bytes: Uint8Array, position?: Position): T;
  /** Values of fields that messages may lack. */
  readonly defaults?: Partial<T>;
  /** Writes one record in the form that {@link decode} reads. */
  encode(record: T): Uint8Array;
}
