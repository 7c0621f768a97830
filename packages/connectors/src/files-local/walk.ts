import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './file-error.js';

/** A file found, unfinished ones too. */
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
 * The files in a folder and those below it whose name begins with the prefix, sorted by name by code unit. What
 * vanishes on the way was not there.
 *
 * @param folder the name of the folder with a `/` behind it, or '' for the root
 */
export async function* walk(path: string, folder: string, prefix: string): AsyncGenerator<Found> {
  const entries = await entriesOf(path);
  // Everything in folder `a` begins with `a/`, so it is as `a/` that it takes its place among `a-1` and `a0`.
  const sorted = entries
    .map((entry) => ({ entry, name: folder + entry.name + (entry.isDirectory() ? '/' : '') }))
    .filter(({ entry, name }) => name.startsWith(prefix) || (entry.isDirectory() && prefix.startsWith(name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { entry, name } of sorted) {
    const place = join(path, entry.name);
    if (entry.isDirectory()) {
      yield* walk(place, name, prefix);
      continue;
    }
    const facts = await stat(place).catch(missing);
    if (facts?.isFile() === true) {
      yield { name, last: entry.name, path: place, size: facts.size, changed: facts.mtimeMs };
    }
  }
}

async function entriesOf(path: string): Promise<readonly Dirent[]> {
  return (await readdir(path, { withFileTypes: true }).catch(missing)) ?? [];
}

function missing(error: unknown): undefined {
  const code = systemCode(error);
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}
