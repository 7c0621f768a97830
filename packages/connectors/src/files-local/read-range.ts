import type { FileHandle } from 'node:fs/promises';
import { StockafolioError } from '@stockafolio/core';
import type { ByteRange } from '@stockafolio/core/ports';
import { checkHeld, checkRange, FileChanged } from '../files-remote/answers.js';

/** Exactly the requested bytes, or an error. */
export async function readRange(handle: FileHandle, name: string, range?: ByteRange): Promise<Uint8Array> {
  const facts = await handle.stat();
  if (!facts.isFile()) throw new StockafolioError('ERR_FILE_NOT_FOUND', `'${name}' is a folder, not a file`);
  const { start, end } = range ?? { start: 0, end: facts.size };
  checkRange(name, { start, end });
  checkHeld(name, { start, end }, facts.size);
  // Its own memory, not a slice of Node's pool: the bytes may live long, and be transferred to other threads.
  const bytes = Buffer.allocUnsafeSlow(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) throw new FileChanged(name, { start, end }, start + filled);
    filled += bytesRead;
  }
  return bytes;
}
