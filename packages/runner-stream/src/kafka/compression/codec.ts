/** The compressions that a producer may ask for. */
export const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof compressions)[number];

/** What the attributes of a batch have for each of them. */
export const codecIds = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const satisfies Record<Compression, number>;

/** The records of a batch, compressed and back. */
export interface Codec {
  compress(records: Buffer): Buffer;
  /** @throws any Error where the bytes are not what the codec makes, or hold more than {@link LARGEST} */
  decompress(bytes: Buffer): Buffer;
}

/** The records of a batch are in memory at once: what would become more than this is refused. */
export const LARGEST = 2 ** 28;

export function tooLarge(): RangeError {
  return new RangeError(`a batch of more than ${LARGEST} bytes`);
}
