import { StockafolioError } from '@stockafolio/core';
import { checkFileName } from '../files-remote/file-name.js';

/** The folder, at the root of a store, of files that are still being written: one listing finds what was abandoned. */
export const UNFINISHED = '.stockafolio-unfinished';

/**
 * The path of a store's root. Unlike the names of files it is not written otherwise where HDFS refuses it: it is a folder
 * that others know by this name.
 *
 * @throws ERR_URL_INVALID where HDFS has no such folder
 */
export function rootOf(path: string): string {
  const parts = path.split('/').filter(Boolean);
  for (const part of parts) {
    const bad = part === '.' || part === '..' ? part : /[:\0]/.exec(part)?.[0];
    if (bad === undefined) continue;
    const message = `${JSON.stringify(path)} can be no folder in HDFS: it holds ${JSON.stringify(bad)}`;
    throw new StockafolioError('ERR_URL_INVALID', message, {
      hint: 'choose a folder whose name HDFS allows; files in it may have a colon in their names',
    });
  }
  return `/${parts.join('/')}`;
}

/**
 * Where a file of this name lies. HDFS refuses a colon, so that is written `%3A`, what would then be read as one,
 * `%253A`, and so on. All other names are the same there: every path in HDFS is that of one name, whoever made it.
 *
 * @throws ERR_USAGE where it could not be the name of a file
 */
export function pathOf(root: string, name: string): string {
  checkFileName(name, (part) => part === UNFINISHED);
  return below(
    root,
    name.replaceAll(/%(?=(?:25)*3A)|:/g, (char) => (char === ':' ? '%3A' : '%25')),
  );
}

/** The name of what HDFS lists. */
export function nameOf(stored: string): string {
  return stored.replaceAll(/%25(?=(?:25)*3A)|%3A/g, (escape) => (escape === '%3A' ? ':' : '%'));
}

/** A path below another, neither of them with a `/` at its end. */
export function below(folder: string, stored: string): string {
  return folder === '/' ? `/${stored}` : `${folder}/${stored}`;
}

/** The folder that something lies in. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
