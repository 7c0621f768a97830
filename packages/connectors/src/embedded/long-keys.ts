import { createHash } from 'node:crypto';

/**
 * The longest stored key in bytes: what LMDB accepts with pages of 4 KiB, so that a store can be moved to such pages.
 */
export const LONGEST_KEY = 1978;

const DIGEST = 32;

/** This many bytes of a longer key are kept. It sorts correctly, except among keys with the same kept bytes. */
export const KEPT = LONGEST_KEY - DIGEST;

/**
 * The key under which a row is stored. A key that is longer than LMDB accepts is cut, and a digest replaces the rest;
 * no other key has that length. The whole key is then stored after the row: see {@link withWholeKey}.
 */
export function storedKey(whole: Buffer): Buffer {
  if (whole.length < LONGEST_KEY) return whole;
  return Buffer.concat([whole.subarray(0, KEPT), createHash('sha256').update(whole).digest()]);
}

/** A row followed by its whole key and the length of that key, where no reader of the row looks. */
export function withWholeKey(row: Buffer, whole: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(whole.length);
  return Buffer.concat([row, whole, length]);
}

/** The whole key of a row. */
export function wholeKey(stored: Buffer, row: Buffer): Buffer {
  if (stored.length < LONGEST_KEY) return stored;
  const end = row.length - 4;
  return row.subarray(end - row.readUInt32LE(end), end);
}

/** Whether two stored keys are so long and so similar that their order may differ from that of the whole keys. */
export function beginAlike(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length < KEPT || b.length < KEPT) return false;
  return Buffer.compare(a.subarray(0, KEPT), b.subarray(0, KEPT)) === 0;
}

/** A row of a long key. */
export interface Found {
  readonly stored: Buffer;
  readonly whole: Buffer;
  readonly row: Buffer;
}

export function found(stored: Buffer, row: Buffer): Found {
  return { stored, whole: wholeKey(stored, row), row };
}

/** Rows in the order of their whole keys. */
export function inOrder(rows: readonly Found[]): readonly Found[] {
  return rows.length < 2 ? rows : rows.toSorted((a, b) => Buffer.compare(a.whole, b.whole));
}

/** Whether a key begins with these bytes. */
export function beginsWith(key: Buffer, prefix: Buffer): boolean {
  return key.length >= prefix.length && Buffer.compare(key.subarray(0, prefix.length), prefix) === 0;
}
