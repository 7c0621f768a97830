import { isStockafolioError } from '@stockafolio/core';
import { below, nameOf, UNFINISHED } from './hdfs-path.js';
import type { WebHdfs } from './web-hdfs.js';

/** What HDFS reports about a file or folder. */
export interface FileStatus {
  /** Its own name, as stored; empty for the requested path itself. */
  readonly pathSuffix: string;
  readonly type: 'FILE' | 'DIRECTORY' | 'SYMLINK';
  readonly length: number;
  /** A rename does not change it. */
  readonly fileId: number;
  /** Epoch milliseconds. */
  readonly modificationTime: number;
}

interface Page {
  readonly partialListing: { readonly FileStatuses: { readonly FileStatus: readonly FileStatus[] } };
  readonly remainingEntries: number;
}

/** The entries of a folder, by pages; nothing if the folder does not exist. */
export async function* entriesOf(hdfs: WebHdfs, path: string, name: string): AsyncGenerator<FileStatus> {
  let startAfter: string | undefined;
  do {
    let page: Page;
    try {
      const params = startAfter === undefined ? {} : { startAfter };
      page = await hdfs.said<Page>({ op: 'LISTSTATUS_BATCH', method: 'GET', path, name, params }, 'DirectoryListing');
    } catch (error) {
      if (isStockafolioError(error, 'ERR_FILE_NOT_FOUND')) return;
      throw error;
    }
    const { partialListing, remainingEntries } = page;
    const entries = partialListing.FileStatuses.FileStatus;
    // A file returns itself as an entry, without a name.
    for (const entry of entries) if (entry.pathSuffix !== '') yield entry;
    startAfter = remainingEntries > 0 ? entries.at(-1)?.pathSuffix : undefined;
  } while (startAfter !== undefined && startAfter !== '');
}

/**
 * The files in a folder and its subfolders whose name begins with the prefix, sorted by name by code unit. The entries
 * of one folder are held in memory: HDFS itself sorts by bytes, which is another order.
 *
 * @param folder the name of the folder followed by a `/`, or '' for the root
 */
export async function* walk(
  hdfs: WebHdfs,
  path: string,
  folder: string,
  prefix: string,
): AsyncGenerator<{ readonly name: string; readonly size: number }> {
  const found: { readonly entry: FileStatus; readonly name: string }[] = [];
  for await (const entry of entriesOf(hdfs, path, folder)) {
    if (folder === '' && entry.pathSuffix === UNFINISHED) continue;
    // Everything in folder `a` begins with `a/`, so it sorts as `a/` between `a-1` and `a0`.
    const isFolder = entry.type === 'DIRECTORY';
    const name = folder + nameOf(entry.pathSuffix) + (isFolder ? '/' : '');
    if (name.startsWith(prefix) || (isFolder && prefix.startsWith(name))) found.push({ entry, name });
  }
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { entry, name } of found) {
    if (entry.type === 'DIRECTORY') yield* walk(hdfs, below(path, entry.pathSuffix), name, prefix);
    else if (entry.type === 'FILE') yield { name, size: entry.length };
  }
}
