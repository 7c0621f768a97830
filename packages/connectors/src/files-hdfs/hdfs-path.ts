import { StockafolioError } from '@stockafolio/core';
import { checkFileName } from '../files-remote/file-name.js';

/** The folder, at the root of a store, for files that are still being written: one listing finds abandoned ones. */
export const UNFINISHED = '.stockafolio-unfinished';

/**
 * The path of a store's root. Unlike file names it is never escaped if HDFS refuses it: others know the folder by this
 * name.
 *
 * @throws ERR_URL_INVALID if HDFS does not allow such a folder
 */
export function rootOf(path: string): string {
  const parts = path.split('/').filter(Boolean);
  for (const part of parts) {
    const bad = part === '.' || part === '..' ? part : /[:\0]/.exec(part)?.[0];
    if (bad === undefined) continue;
    const message = `${JSON.stringify(path)} cannot be a folder in HDFS: it contains ${JSON.stringify(bad)}`;
    throw new StockafolioError('ERR_URL_INVALID', message, {
      hint: 'choose a folder name that HDFS allows; files in it may have a colon in their names',
    });
  }
  return `/${parts.join('/')}`;
}

/**
 * The path of a file with this name. HDFS refuses a colon, so it is written `%3A`. A name that contains `%3A` itself is
 * written `%253A`, and so on. All other names stay unchanged, so every path in HDFS belongs to one name, whoever made
 * it.
 *
 * @throws ERR_USAGE if it cannot be the name of a file
 */
export function pathOf(root: string, name: string): string {
  checkFileName(name, (part) => part === UNFINISHED);
  return below(
    root,
    name.replaceAll(/%(?=(?:25)*3A)|:/g, (char) => (char === ':' ? '%3A' : '%25')),
  );
}

/** The name of a path that HDFS lists. */
export function nameOf(stored: string): string {
  return stored.replaceAll(/%25(?=(?:25)*3A)|%3A/g, (escape) => (escape === '%3A' ? ':' : '%'));
}

/** A path below another; neither of them ends with `/`. */
export function below(folder: string, stored: string): string {
  return folder === '/' ? `/${stored}` : `${folder}/${stored}`;
}

/** The folder that contains a path. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
