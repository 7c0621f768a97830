import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { StockafolioError, messageOf } from '@stockafolio/core';

export type Chunks = AsyncIterable<Uint8Array>;

/**
 * The bytes of a file, decompressed if they are compressed with gzip.
 *
 * @throws ERR_FILE_NOT_FOUND, or ERR_USAGE if it cannot be read
 */
export async function* readChunks(path: string, isPacked: boolean): AsyncGenerator<Uint8Array, void, undefined> {
  const file = createReadStream(path);
  // The callback makes the pipeline close the file; errors reach the reader below.
  const bytes = isPacked ? pipeline(file, createGunzip(), () => undefined) : file;
  try {
    for await (const chunk of bytes) yield chunk as Uint8Array;
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (code === 'ENOENT') throw new StockafolioError('ERR_FILE_NOT_FOUND', `there is no file ${path}`, { cause });
    throw new StockafolioError('ERR_USAGE', `${path} cannot be read: ${messageOf(cause)}`, {
      hint: isPacked ? 'it is compressed with gzip, and may be truncated' : 'check that it is a file',
      cause,
    });
  }
}

/** Chunks, and their first bytes: up to a number, or all if there are fewer. */
export interface Opened {
  readonly head: Uint8Array;
  readonly chunks: Chunks;
  /** Closes their source, whether they were read to the end or not at all. */
  close(): Promise<void>;
}

/** Peeks at the beginning of chunks, which then still begin there. */
export async function opened(chunks: Chunks, headBytes: number): Promise<Opened> {
  const iterator = chunks[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let size = 0;
  while (size < headBytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    seen.push(next.value);
    size += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array, void, undefined> {
    yield* seen;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  }
  return {
    head: new Uint8Array(Buffer.concat(seen).subarray(0, headBytes)),
    chunks: all(),
    close: async () => void (await iterator.return?.()),
  };
}

/**
 * Converts a text in any encoding to UTF-8. @throws ERR_USAGE if there is no such encoding, or the bytes are not valid
 * in it
 */
export async function* inUtf8(
  chunks: Chunks,
  encoding: string,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = decoderOf(encoding);
  const decode = (chunk: Uint8Array | undefined): Uint8Array => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }));
    } catch (cause) {
      throw new StockafolioError('ERR_USAGE', `${name} is not text in ${encoding}`, {
        cause,
        hint: 'set its encoding with --encoding, or save it as UTF-8',
      });
    }
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode(undefined);
}

function decoderOf(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    throw new StockafolioError('ERR_USAGE', `'${encoding}' is not a known encoding`, {
      cause,
      hint: 'write utf-8, utf-16le, windows-1252, iso-8859-1, or another name of the Encoding Standard',
    });
  }
}
