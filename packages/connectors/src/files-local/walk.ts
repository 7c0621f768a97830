import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StockafolioError } from '@stockafolio/core';
import { systemCode } from './file-error.js';

/** A file that was found; unfinished files too. */
export interface Found {
  /** From the root, with `/` between the parts. */
  readonly name: string;
  /** The last part of the name. */
  readonly last: string;
  readonly path: string;
  readonly size: number;
  /** Last change, epoch milliseconds. */
  readonly changed: number;
}

/**
 * The files in a folder and its subfolders whose name begins with the prefix, sorted by name by code unit; links are
 * followed. A file that vanishes during the walk is left out.
 *
 * @param folder the name of the folder followed by a `/`, or '' for the root
 * @throws ERR_FILES_REFUSED if a link leads back to a folder that contains it, or if a name is not text
 */
export async function* walk(
  path: string,
  folder: string,
  prefix: string,
  above: readonly string[] = [],
): AsyncGenerator<Found> {
  const here = await realpath(path).catch(missing);
  if (here === undefined) return;
  if (above.includes(here)) {
    throw refused(`the link '${folder.slice(0, -1)}' leads back to a folder that contains it`, 'remove the link');
  }
  const entries = await Promise.all(
    (await entriesOf(path)).map(async (entry) => [entry, await isFolder(path, entry)] as const),
  );
  // Everything in folder `a` begins with `a/`, so it sorts as `a/` between `a-1` and `a0`.
  const sorted = entries
    .map(([entry, isBelow]) => ({ last: entry.name, isBelow, name: folder + entry.name + (isBelow ? '/' : '') }))
    .filter(({ isBelow, name }) => name.startsWith(prefix) || (isBelow && prefix.startsWith(name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { last, isBelow, name } of sorted) {
    const fullPath = join(path, last);
    if (isBelow) {
      yield* walk(fullPath, name, prefix, [...above, here]);
      continue;
    }
    const facts = await stat(fullPath).catch(missing);
    if (facts?.isFile() === true) yield { name, last, path: fullPath, size: facts.size, changed: facts.mtimeMs };
    else if (facts === undefined && last.includes(NO_TEXT)) {
      throw refused(`the name of the file '${name}' is not UTF-8`, 'rename it: names must be text');
    }
  }
}

/** Replaces bytes in a name that are not UTF-8: no file can be opened by such a name. */
const NO_TEXT = '\ufffd';

async function isFolder(path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return (await stat(join(path, entry.name)).catch(missing))?.isDirectory() === true;
}

async function entriesOf(path: string): Promise<readonly Dirent[]> {
  return (await readdir(path, { withFileTypes: true }).catch(missing)) ?? [];
}

function missing(error: unknown): undefined {
  const code = systemCode(error);
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}

function refused(what: string, hint: string): StockafolioError {
  return new StockafolioError('ERR_FILES_REFUSED', what, { hint });
}
