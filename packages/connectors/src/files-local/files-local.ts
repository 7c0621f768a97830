import { open, rename, stat, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StockafolioError } from '@stockafolio/core';
import type { ByteRange, Clock, FileInfo, Files, WriteOptions } from '@stockafolio/core/ports';
import { systemClock } from '../clock-system/index.js';
import { fileError, systemCode } from './file-error.js';
import { folderOf, isUnfinished, pathOf } from './file-name.js';
import { readStretch } from './read-stretch.js';
import { walk } from './walk.js';
import { makeFolder, syncFolder, writeWhole } from './write-whole.js';

export interface FilesLocalOptions {
  readonly clock?: Pick<Clock, 'now'>;
}

/** A writer that has left a hidden file alone for so long, in milliseconds, has died. */
const STALE = 3_600_000;

/**
 * The {@link Files} of a folder. It need not exist: the first write makes it.
 *
 * A write is forced to the disk before it resolves. What killed writers left behind is never listed, and is removed
 * once it is an hour old, by the first write of any later process.
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
          return await readStretch(handle, name, range);
        } finally {
          await handle.close();
        }
      });
    },

    async write(name, content, { ifAbsent = false }: WriteOptions = {}) {
      const path = pathOf(base, name);
      sweeping ??= sweep(base, clock.now() - STALE);
      await attempt(name, async () => {
        // Only to spare the work: it is the link at the end that decides.
        if (ifAbsent && (await stat(path).catch(absent)) !== undefined) throw taken(name);
        try {
          await writeWhole(path, content, ifAbsent);
        } catch (error) {
          throw ['ENOTDIR', 'EISDIR', 'EEXIST'].includes(systemCode(error) ?? '') ? taken(name, error) : error;
        }
      });
    },

    async rename(from, to) {
      const [source, target] = [pathOf(base, from), pathOf(base, to)];
      await attempt(from, async () => {
        if (!(await stat(source)).isFile()) {
          throw new StockafolioError('ERR_FILE_NOT_FOUND', `'${from}' is a folder, not a file`);
        }
        try {
          await makeFolder(dirname(target));
          await rename(source, target);
        } catch (error) {
          throw ['ENOTDIR', 'EISDIR', 'EEXIST'].includes(systemCode(error) ?? '') ? taken(to, error) : error;
        }
        await syncFolder(dirname(target));
        if (dirname(source) !== dirname(target)) await syncFolder(dirname(source));
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
  return new StockafolioError('ERR_FILE_EXISTS', `there is already a file or folder in the place of '${name}'`, {
    cause,
  });
}

function absent(error: unknown): undefined {
  const code = systemCode(error);
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}

/** Removes what writers left that died before this moment. It is housekeeping: that it fails is no one's error. */
async function sweep(root: string, before: number): Promise<void> {
  try {
    for await (const found of walk(root, '', '')) {
      if (isUnfinished(found.last) && found.changed < before) await unlink(found.path).catch(() => undefined);
    }
  } catch {
    // The folder went away or cannot be read; the write itself will say so.
  }
}
