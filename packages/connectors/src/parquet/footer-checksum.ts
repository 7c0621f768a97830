import { crc32 } from 'node:zlib';

/**
 * Parquet has checksums for pages, but not for the footer: a flipped bit in it would send a reader to other bytes. So
 * the footer carries one in its key-value metadata, computed with zeros in its own position. Other readers ignore it.
 */
export const FOOTER_CHECKSUM = 'stockafolio.footer_crc32';
export const NO_CHECKSUM = '00000000';

/** The writer of such footers, in the format's own field. */
export const CREATED_BY = 'stockafolio';
/** The same as stored: a text after its length. */
const OWN = `${String.fromCharCode(CREATED_BY.length)}${CREATED_BY}`;

/** Between the key and the text of its value: one byte of field header, one of length. */
const BETWEEN = 2;

/** Stores the checksum in the bytes of a footer. */
export function seal(footer: Buffer): void {
  const at = positionOf(footer);
  if (at !== undefined) footer.write(checksum(footer), at, 'latin1');
}

/**
 * Whether the footer is as it was written. Always true for footers of other writers, even if they copied the key-value
 * metadata of a file that they read.
 */
export function isIntact(footer: Buffer): boolean {
  if (!footer.includes(OWN, 0, 'latin1')) return true;
  const at = positionOf(footer);
  if (at === undefined) return true;
  const zeroed = Buffer.from(footer);
  zeroed.write(NO_CHECKSUM, at, 'latin1');
  return footer.toString('latin1', at, at + NO_CHECKSUM.length) === checksum(zeroed);
}

function positionOf(footer: Buffer): number | undefined {
  const key = footer.lastIndexOf(FOOTER_CHECKSUM, undefined, 'latin1');
  const at = key + FOOTER_CHECKSUM.length + BETWEEN;
  return key < 0 || at + NO_CHECKSUM.length > footer.length ? undefined : at;
}

function checksum(footer: Buffer): string {
  return crc32(footer).toString(16).padStart(NO_CHECKSUM.length, '0');
}
