import type { FileHandle } from 'node:fs/promises';
import { StockafolioError } from '@stockafolio/core';
import type { ByteRange } from '@stockafolio/core/ports';

/** Exactly the bytes asked for, or an error. */
export async function readStretch(handle: FileHandle, name: string, range?: ByteRange): Promise<Uint8Array> {
  const facts = await handle.stat();
  if (!facts.isFile()) throw new StockafolioError('ERR_FILE_NOT_FOUND', `'${name}' is a folder, not a file`);
  const { start, end } = range ?? { start: 0, end: facts.size };
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start || end > facts.size) {
    throw new StockafolioError('ERR_INTERNAL', `'${name}' has ${facts.size} bytes, not ${start} to ${end}`);
  }
  // Its own memory, not a piece of Node's pool: the bytes may live long, and be handed to other threads.
  const bytes = Buffer.allocUnsafeSlow(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) {
      throw new StockafolioError(
        'ERR_FILES_UNAVAILABLE',
        `'${name}' was cut to ${start + filled} bytes while it was read`,
      );
    }
    filled += bytesRead;
  }
  return bytes;
}
