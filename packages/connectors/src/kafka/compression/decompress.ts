import { StockafolioError } from '@stockafolio/core';
import { codecIds } from './codec.js';
import { gzip, loadCodec } from './load-codec.js';
import { register, registeredCodec } from './registry.js';

const byPackage = ['snappy', 'lz4', 'zstd'] as const;

/**
 * Decompresses records, as the attributes of a batch say. An application's own codec in kafkajs's `CompressionCodecs`
 * takes precedence; without one, the package for it is loaded and registered there.
 *
 * @throws ERR_PEER_MISSING if that package is not installed; ERR_SOURCE_UNSUPPORTED for an unknown compression
 */
export function decompress(bytes: Buffer, attributes: number): Buffer | Promise<Buffer> {
  const id = attributes & 0x07;
  if (id === codecIds.none) return bytes;
  if (id === codecIds.gzip) return gzip.decompress(bytes);
  return decompressRegistered(bytes, id);
}

async function decompressRegistered(bytes: Buffer, id: number): Promise<Buffer> {
  const registered = await registeredCodec(id);
  if (registered !== undefined) return registered.decompress(bytes);
  const compression = byPackage.find((name) => codecIds[name] === id);
  if (compression === undefined) {
    throw new StockafolioError('ERR_SOURCE_UNSUPPORTED', `the topic holds messages of the unknown compression ${id}`, {
      hint: 'register a codec for it in CompressionCodecs of kafkajs, or write them with another compression',
    });
  }
  const codec = await register(id, await loadCodec(compression));
  return codec.decompress(bytes);
}
