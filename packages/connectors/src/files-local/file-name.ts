import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { checkFileName } from '../files-remote/file-name.js';

const unfinished = /^\.stockafolio-[0-9a-f-]{36}\.tmp$/;

/** A hidden, unique name for a file that is still being written. */
export function unfinishedName(): string {
  return `.stockafolio-${randomUUID()}.tmp`;
}

/** Whether a file (the last part of its name) is unfinished. */
export function isUnfinished(part: string): boolean {
  return unfinished.test(part);
}

/**
 * The path of a file with this name.
 *
 * @throws ERR_USAGE if the name leaves the root, or cannot be the name of a file
 */
export function pathOf(root: string, name: string): string {
  checkFileName(name, isUnfinished);
  return join(root, name);
}

/** The folder that holds all names with this prefix, and its own name followed by a `/`, or '' for the root. */
export function folderOf(root: string, prefix: string): { readonly path: string; readonly name: string } {
  const name = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  return { path: name === '' ? root : pathOf(root, name.slice(0, -1)), name };
}
