import { crc32 } from 'node:zlib';

/**
 * Pages have checksums in Parquet, the footer has none: a flipped bit in it would send a reader to other bytes. So the
 * footer carries one in its key-value metadata, reckoned with zeros in its own place. Other readers pass over it.
 */
export const FOOTER_CHECKSUM = 'stockafolio.footer_crc32';
export const NO_CHECKSUM = '00000000';

/** Between the key and the text of its value: one byte of field header, one of length. */
const BETWEEN = 2;

/** Puts the checksum in its place in the bytes of a footer. */
export function seal(footer: Buffer): void {
  const at = placeOf(footer);
  if (at !== undefined) footer.write(checksum(footer), at, 'latin1');
}

/** Whether the footer is as it was written; true for the footers of other writers, which say nothing. */
export function isIntact(footer: Buffer): boolean {
  const at = placeOf(footer);
  if (at === undefined) return true;
  const zeroed = Buffer.from(footer);
  zeroed.write(NO_CHECKSUM, at, 'latin1');
  return footer.toString('latin1', at, at + NO_CHECKSUM.length) === checksum(zeroed);
}

function placeOf(footer: Buffer): number | undefined {
  const key = footer.lastIndexOf(FOOTER_CHECKSUM, undefined, 'latin1');
  const at = key + FOOTER_CHECKSUM.length + BETWEEN;
  return key < 0 || at + NO_CHECKSUM.length > footer.length ? undefined : at;
}

function checksum(footer: Buffer): string {
  return crc32(footer).toString(16).padStart(NO_CHECKSUM.length, '0');
}
