import { createHash, type Hash } from 'node:crypto';
import { isStockafolioError, StockafolioError } from '@stockafolio/core';
import type { AbortSignalLike, FileInfo, Files } from '@stockafolio/core/ports';
import { isWrittenOver } from '../archive/archive-signs.js';
import { copyAsItIs } from './copy-as-it-is.js';
import { missingFiles } from './missing-files.js';

export interface CopyOptions {
  /** Only files whose name begins so. */
  readonly prefix?: string;
  /** Files copied at a time; 4 unless told. Each holds up to 16 MiB and what its store holds of it. */
  readonly concurrency?: number;
  /** Compare the content of files that are there already with the same size, too. */
  readonly recheck?: boolean;
  readonly signal?: AbortSignalLike;
  /** Told of every portion that was copied or compared, in bytes. */
  readonly onBytes?: (count: number) => void;
  readonly onFile?: (file: FileInfo) => void;
}

export interface CopyResult {
  /** Files that were copied, and their bytes. */
  readonly copied: number;
  readonly bytes: number;
  /** Files that were there already. */
  readonly skipped: number;
}

/** What is read at a time. */
const PIECE = 8 << 20;
/** A file's content can be given again, which a store cannot do for itself when a large write breaks. */
const ATTEMPTS = 4;

/**
 * Copies files from one store to another: those that are missing there, or of another size. Each appears whole, and is
 * then read back and compared; a copy that was killed goes on with the files left. Other files there are left alone.
 *
 * @throws ERR_COPY_DIFFERS where what was read back is not what was written; the file is removed again. ERR_ABORTED where
 * it was stopped by its signal. What the stores throw
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
        throw new StockafolioError('ERR_ABORTED', 'the copy was stopped; the next one goes on');
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
      `'${file.name}' is not there as it was written: ${size ?? 'no'} of ${file.size} bytes, or other bytes; it was removed again`,
      { hint: 'copy again; if it happens twice, a disk or a network in between alters what passes' },
    );
  }
}

async function first(from: Files, file: FileInfo, hash: Hash, options: CopyOptions): Promise<Uint8Array> {
  for await (const piece of pieces(from, file, hash, options)) return piece;
  return new Uint8Array();
}

/** The content of a file, some at a time, with the hash of what has gone through. */
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
