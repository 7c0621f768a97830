import { loadKafkajs } from '../load-kafkajs.js';
import type { Codec } from './codec.js';

/** A codec as kafkajs has it. */
export interface RegisteredCodec {
  decompress(bytes: Buffer): Promise<Buffer>;
}

type Registry = Record<number, (() => unknown) | undefined>;

/**
 * The codec registered for a compression in kafkajs's `CompressionCodecs`: by an application, or by {@link register}.
 */
export async function registeredCodec(id: number): Promise<RegisteredCodec | undefined> {
  const registry = await registryOf();
  try {
    const made = registry[id]?.();
    return isCodec(made) ? made : undefined;
  } catch {
    // kafkajs has an entry for every codec; an unregistered one throws.
    return undefined;
  }
}

/** Registers a codec, so that clients of kafkajs in the same process have it too. */
export async function register(id: number, { compress, decompress }: Codec): Promise<RegisteredCodec> {
  const codec = {
    compress: async ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
    decompress: async (bytes: Buffer) => decompress(bytes),
  };
  (await registryOf())[id] = () => codec;
  return codec;
}

async function registryOf(): Promise<Registry> {
  return (await loadKafkajs()).CompressionCodecs as Registry;
}

function isCodec(made: unknown): made is RegisteredCodec {
  return typeof (made as Partial<RegisteredCodec> | undefined)?.decompress === 'function';
}
