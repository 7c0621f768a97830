import * as zlib from 'node:zlib';
import { StockafolioError } from '@stockafolio/core';
import { loadKafkajs } from '../load-kafkajs.js';

const names = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export const GZIP = 1;
const ZSTD = 4;

/** Node has it since 22.15; the types are those of Node 20. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer };

/**
 * What was compressed, as the attributes of a batch say: gzip, zstd where Node has it, and what is registered at
 * kafkajs's `CompressionCodecs`.
 *
 * @throws ERR_SOURCE_UNSUPPORTED where there is no way to read it
 */
export function decompress(bytes: Buffer, attributes: number): Buffer | Promise<Buffer> {
  const codec = attributes & 0x07;
  if (codec === 0) return bytes;
  if (codec === GZIP) return zlib.gunzipSync(bytes);
  return decompressRegistered(bytes, codec);
}

async function decompressRegistered(bytes: Buffer, codec: number): Promise<Buffer> {
  const registered = await registeredCodec(codec);
  if (registered !== undefined) return registered.decompress(bytes);
  if (codec === ZSTD && zstdDecompressSync !== undefined) return zstdDecompressSync(bytes);
  const name = names[codec] ?? `codec ${codec}`;
  throw new StockafolioError('ERR_SOURCE_UNSUPPORTED', `the topic holds messages that are compressed with ${name}`, {
    hint: `register a codec for ${name} at CompressionCodecs of kafkajs, or have them written with gzip; zstd is read from Node 22.15 on`,
  });
}

interface Codec {
  decompress(bytes: Buffer): Promise<Buffer>;
}

/** kafkajs has an entry for every codec; of those that nobody has registered it throws. */
async function registeredCodec(codec: number): Promise<Codec | undefined> {
  const { CompressionCodecs } = await loadKafkajs();
  const registry = CompressionCodecs as Readonly<Record<number, (() => unknown) | undefined>>;
  try {
    const made = registry[codec]?.();
    return isCodec(made) ? made : undefined;
  } catch {
    return undefined;
  }
}

function isCodec(made: unknown): made is Codec {
  return typeof (made as Partial<Codec> | undefined)?.decompress === 'function';
}
