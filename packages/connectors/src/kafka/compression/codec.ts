/** The compressions that a producer can use. */
export const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof compressions)[number];

/** The number of each compression in the attributes of a batch. */
export const codecIds = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const satisfies Record<Compression, number>;

/** Compresses and decompresses the records of a batch. */
export interface Codec {
  compress(records: Buffer): Buffer;
  /** @throws any Error if the bytes are not valid, or decompress to more than {@link LARGEST} */
  decompress(bytes: Buffer): Buffer;
}

/** The records of a batch are in memory at once: larger content is rejected. */
export const LARGEST = 2 ** 28;

export function tooLarge(): RangeError {
  return new RangeError(`a batch of more than ${LARGEST} bytes`);
}
