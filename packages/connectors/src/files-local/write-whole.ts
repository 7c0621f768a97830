import { link, mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemCode } from './file-error.js';
import { unfinishedName } from './file-name.js';

/**
 * Writes a file so that after any crash, of the machine too, it exists whole or not at all: first under a hidden name,
 * forced to disk, then under its name, then the folder is forced to disk.
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  ifAbsent: boolean,
): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  const hidden = join(folder, unfinishedName());
  try {
    await fill(hidden, content);
    if (ifAbsent) {
      // Unlike with a rename, the system itself refuses a link if the name is taken.
      await link(hidden, path);
      await unlink(hidden);
    } else {
      await rename(hidden, path);
    }
  } catch (error) {
    await unlink(hidden).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

/** Creates a folder and its missing parents, each forced to disk. */
export async function makeFolder(folder: string): Promise<void> {
  const whole = resolve(folder);
  const first = await mkdir(whole, { recursive: true });
  if (first === undefined) return;
  for (let made = whole; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Forces the names in a folder to disk. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no such call and keeps the order of names itself.
  if (process.platform === 'win32') return;
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    // Some network folders refuse this; they give no durability guarantee to keep.
    if (systemCode(error) !== 'EINVAL') throw error;
  } finally {
    await handle?.close();
  }
}

async function fill(path: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    if (content instanceof Uint8Array) await handle.writeFile(content);
    else for await (const part of content) await handle.writeFile(part);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
