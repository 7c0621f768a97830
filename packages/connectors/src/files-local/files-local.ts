import { open, stat, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StockafolioError } from '@stockafolio/core';
import type { ByteRange, Clock, FileInfo, Files, WriteOptions } from '@stockafolio/core/ports';
import { systemClock } from '../clock-system/index.js';
import { fileError, systemCode } from './file-error.js';
import { folderOf, isUnfinished, pathOf } from './file-name.js';
import { readRange } from './read-range.js';
import { walk } from './walk.js';
import { writeWhole } from './write-whole.js';

export interface FilesLocalOptions {
  readonly clock?: Pick<Clock, 'now'>;
}

/** A writer that has not touched a hidden file for this many milliseconds has died. */
const STALE = 3_600_000;

/**
 * The {@link Files} of a folder. It need not exist: the first write creates it.
 *
 * A write is forced to disk before it resolves. Leftovers of killed writers are never listed. The first write of any
 * later process removes them once they are an hour old.
 *
 * @example
 * const files = filesLocal('/data/archive');
 * await files.write('trades/day=2026-01-02/0.json', new TextEncoder().encode('{}'));
 */
export function filesLocal(root: string, options: FilesLocalOptions = {}): Files {
  const base = resolve(root);
  const clock = options.clock ?? systemClock;
  let sweeping: Promise<void> | undefined;

  const attempt = async <T>(name: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw fileError(error, name, base);
    }
  };

  return {
    location: `file:${base}`,

    async *list(prefix): AsyncIterable<FileInfo> {
      const folder = folderOf(base, prefix);
      try {
        for await (const found of walk(folder.path, folder.name, prefix)) {
          if (!isUnfinished(found.last)) yield { name: found.name, size: found.size };
        }
      } catch (error) {
        throw fileError(error, prefix, base);
      }
    },

    async size(name) {
      const path = pathOf(base, name);
      return attempt(name, async () => {
        const facts = await stat(path).catch(absent);
        return facts?.isFile() === true ? facts.size : undefined;
      });
    },

    async read(name, range?: ByteRange) {
      const path = pathOf(base, name);
      return attempt(name, async () => {
        const handle = await open(path, 'r');
        try {
          return await readRange(handle, name, range);
        } finally {
          await handle.close();
        }
      });
    },

    async write(name, content, { ifAbsent = false }: WriteOptions = {}) {
      const path = pathOf(base, name);
      sweeping ??= sweep(base, clock.now() - STALE);
      await attempt(name, async () => {
        // Only saves work: the link at the end decides.
        if (ifAbsent && (await stat(path).catch(absent)) !== undefined) throw taken(name);
        try {
          await writeWhole(path, content, ifAbsent);
        } catch (error) {
          throw ['ENOTDIR', 'EISDIR', 'EEXIST'].includes(systemCode(error) ?? '') ? taken(name, error) : error;
        }
      });
    },

    async delete(name) {
      const path = pathOf(base, name);
      await attempt(name, async () => {
        const facts = await stat(path).catch(absent);
        if (facts?.isFile() === true) await unlink(path).catch(absent);
      });
    },

    async close() {
      await sweeping;
    },
  };
}

function taken(name: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_FILE_EXISTS', `there is already a file or folder at '${name}'`, {
    cause,
  });
}

function absent(error: unknown): undefined {
  const code = systemCode(error);
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}

/**
 * Removes unfinished files of writers that died before this moment. This is housekeeping: its failure is not an error.
 */
async function sweep(root: string, before: number): Promise<void> {
  try {
    for await (const found of walk(root, '', '')) {
      if (isUnfinished(found.last) && found.changed < before) await unlink(found.path).catch(() => undefined);
    }
  } catch {
    // The folder is gone or cannot be read; the write itself will report that.
  }
}
