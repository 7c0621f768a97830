import { gunzipSync, gzipSync } from 'node:zlib';
import { LARGEST, type Codec, type Compression } from './codec.js';
import { loadLz4 } from './lz4.js';
import { loadSnappy } from './snappy.js';
import { loadZstd } from './zstd.js';

type Compressed = Exclude<Compression, 'none'>;

export const gzip: Codec = {
  compress: (records) => gzipSync(records),
  decompress: (bytes) => gunzipSync(bytes, { maxOutputLength: LARGEST }),
};

const loaders: Readonly<Record<Compressed, () => Promise<Codec>>> = {
  gzip: async () => gzip,
  snappy: loadSnappy,
  lz4: loadLz4,
  zstd: loadZstd,
};

const loaded = new Map<Compressed, Codec>();

/**
 * The codec of a compression; its package is loaded at the first use.
 *
 * @throws ERR_PEER_MISSING if it is not installed
 */
export async function loadCodec(compression: Compressed): Promise<Codec> {
  let codec = loaded.get(compression);
  codec ??= await loaders[compression]();
  loaded.set(compression, codec);
  return codec;
}
