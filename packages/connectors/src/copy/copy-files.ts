import { createHash, type Hash } from 'node:crypto';
import { isStockafolioError, StockafolioError } from '@stockafolio/core';
import type { AbortSignalLike, FileInfo, Files } from '@stockafolio/core/ports';
import { isWrittenOver } from '../archive/archive-signs.js';
import { copyAsItIs } from './copy-as-it-is.js';
import { missingFiles } from './missing-files.js';

export interface CopyOptions {
  /** Only files whose name begins with this. */
  readonly prefix?: string;
  /** Files copied at a time; defaults to 4. Each holds up to 16 MiB, beside the buffers of its store. */
  readonly concurrency?: number;
  /** Also compare the content of files that exist already with the same size. */
  readonly recheck?: boolean;
  readonly signal?: AbortSignalLike;
  /** Called for every portion that was copied or compared, in bytes. */
  readonly onBytes?: (count: number) => void;
  readonly onFile?: (file: FileInfo) => void;
}

export interface CopyResult {
  /** Files that were copied, and their bytes. */
  readonly copied: number;
  readonly bytes: number;
  /** Files that existed already. */
  readonly skipped: number;
}

/** Bytes read at a time. */
const PIECE = 8 << 20;
/** A file's content can be sent again. A store cannot do that by itself when a large write breaks. */
const ATTEMPTS = 4;

/**
 * Copies files from one store to another: those that are missing there, or have another size. Each file appears whole,
 * and is then read back and compared. A copy that was killed continues with the remaining files. Other files in the
 * target are left alone.
 *
 * @throws ERR_COPY_DIFFERS if the bytes that were read back are not those that were written; the file is then removed.
 * ERR_ABORTED if its signal stopped it. Also the errors of the stores
 */
export async function copyFiles(from: Files, to: Files, options: CopyOptions = {}): Promise<CopyResult> {
  const { prefix = '', concurrency = 4, recheck = false, signal } = options;
  const result = { copied: 0, bytes: 0, skipped: 0 };
  const found = missingFiles(from, to, prefix);
  let failed = false;

  const lane = async (): Promise<void> => {
    for (let next = await found.next(); next.done !== true && !failed; next = await found.next()) {
      const { file, isThere } = next.value;
      if (signal?.aborted === true)
        throw new StockafolioError('ERR_ABORTED', 'the copy was stopped; the next one continues it');
      if (isWrittenOver(file.name)) {
        const size = await copyAsItIs(from, to, file.name);
        if (size === undefined) result.skipped++;
        else {
          result.copied++;
          result.bytes += size;
          options.onFile?.({ ...file, size });
        }
        continue;
      }
      if (isThere && !(recheck && !(await isSame(from, to, file, options)))) {
        result.skipped++;
        continue;
      }
      await copyFile(from, to, file, options);
      result.copied++;
      result.bytes += file.size;
      options.onFile?.(file);
    }
  };
  const lanes = Array.from({ length: concurrency }, () =>
    lane().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  for (const end of await Promise.allSettled(lanes)) if (end.status === 'rejected') throw end.reason;
  return result;
}

async function copyFile(from: Files, to: Files, file: FileInfo, options: CopyOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const written = createHash('sha256');
    try {
      await to.write(
        file.name,
        file.size <= PIECE ? await first(from, file, written, options) : pieces(from, file, written, options),
      );
    } catch (error) {
      if (isStockafolioError(error, 'ERR_FILES_UNAVAILABLE') && attempt < ATTEMPTS && options.signal?.aborted !== true)
        continue;
      throw error;
    }
    const size = await to.size(file.name);
    if (size === file.size && (await digestOf(to, file, options)) === written.digest('hex')) return;
    await to.delete(file.name);
    throw new StockafolioError(
      'ERR_COPY_DIFFERS',
      `'${file.name}' was not stored as it was written (${size ?? 'no'} of ${file.size} bytes, or other bytes), and was removed`,
      { hint: 'copy again; if it happens twice, a disk or a network on the way alters data' },
    );
  }
}

async function first(from: Files, file: FileInfo, hash: Hash, options: CopyOptions): Promise<Uint8Array> {
  for await (const piece of pieces(from, file, hash, options)) return piece;
  return new Uint8Array();
}

/** The content of a file in portions, and the hash of the portions read so far. */
async function* pieces(
  store: Files,
  { name, size }: FileInfo,
  hash: Hash,
  options: CopyOptions,
): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < size; start += PIECE) {
    const piece = await store.read(name, { start, end: Math.min(size, start + PIECE) });
    hash.update(piece);
    options.onBytes?.(piece.length);
    yield piece;
  }
}

async function isSame(from: Files, to: Files, file: FileInfo, options: CopyOptions): Promise<boolean> {
  return (await digestOf(from, file, options)) === (await digestOf(to, file, options));
}

async function digestOf(store: Files, file: FileInfo, options: CopyOptions): Promise<string> {
  const hash = createHash('sha256');
  const all = pieces(store, file, hash, { ...options, onBytes: () => undefined });
  while ((await all.next()).done !== true);
  return hash.digest('hex');
}
