import { randomUUID } from 'node:crypto';
import { isStockafolioError, StockafolioError } from '@stockafolio/core';
import { taken } from '../files-remote/answers.js';
import { inPortions } from '../files-remote/portions.js';
import { hdfsSilent } from './hdfs-error.js';
import { below, folderOf, UNFINISHED } from './hdfs-path.js';
import type { FileStatus } from './hdfs-walk.js';
import type { WebHdfs } from './web-hdfs.js';

/** Content up to this many bytes is held in memory, so that it can be sent again; 16 MiB. */
const HELD = 16 << 20;

/** What is being written, and where. */
export interface Writing {
  readonly hdfs: WebHdfs;
  readonly root: string;
  readonly name: string;
  readonly path: string;
}

/**
 * Writes a file so that it exists whole or not at all: first into the folder of unfinished files, then the length is
 * compared, then it is renamed, which the namenode does in one step.
 */
export async function writeWhole(
  writing: Writing,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  ifAbsent: boolean,
): Promise<void> {
  const { hdfs, root, name, path } = writing;
  const hidden = below(below(root, UNFINISHED), randomUUID());
  try {
    const sent = await send(hdfs, hidden, name, content);
    const { length, fileId } = await statusOf(hdfs, hidden, name);
    if (length !== sent) {
      throw hdfsSilent(`${length} of ${sent} bytes arrived`, { op: 'CREATE', name, host: 'the namenode' });
    }
    await move(hdfs, { from: hidden, to: path, name, fileId, overwrite: !ifAbsent });
  } catch (error) {
    await remove(hdfs, hidden, name).catch(() => undefined);
    throw error;
  }
}

/** Returns how many bytes were sent. A body too large to hold is sent once: only its producer can supply it again. */
async function send(
  hdfs: WebHdfs,
  path: string,
  name: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<number> {
  const create = { op: 'CREATE', method: 'PUT', path, name, params: { overwrite: true } } as const;
  if (content instanceof Uint8Array) {
    await hdfs.call({ ...create, body: content });
    return content.length;
  }
  const portions = inPortions(content, HELD);
  const first = (await portions.next()).value ?? Buffer.alloc(0);
  const second = await portions.next();
  if (second.done === true) {
    await hdfs.call({ ...create, body: first });
    return first.length;
  }
  let sent = 0;
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const portion of [first, second.value ?? Buffer.alloc(0)]) {
      sent += portion.length;
      yield portion;
    }
    for await (const portion of portions) {
      sent += portion.length;
      yield portion;
    }
  }
  // It can be sent only once, so a namenode that answers is found first.
  await peek(hdfs, folderOf(path), name);
  await hdfs.once({ ...create, body: body() });
  return sent;
}

export interface Move {
  readonly from: string;
  readonly to: string;
  /** The name of the resulting file, for errors. */
  readonly name: string;
  /** The id of the moved file: it tells whether a move whose answer was lost has been made. */
  readonly fileId: number;
  readonly overwrite: boolean;
}

/**
 * Renames in one step of the namenode, and replaces a file or refuses to. This is the rename with options, which
 * WebHDFS offers by `renameoptions`; the plain rename never replaces, and returns `false` without a reason.
 *
 * @throws ERR_FILE_EXISTS
 */
async function move(hdfs: WebHdfs, { from, to, name, fileId, overwrite }: Move): Promise<void> {
  const params = { destination: to, renameoptions: overwrite ? 'OVERWRITE' : 'NONE' };
  await hdfs.patiently(async (before) => {
    try {
      const { body } = await hdfs.once({ op: 'RENAME', method: 'PUT', path: from, name, params });
      if (/"boolean"/.test(body.toString('utf8'))) throw plainRename(name);
    } catch (error) {
      if (before > 0 && (await peek(hdfs, to, name))?.fileId === fileId) return;
      if (isStockafolioError(error, 'ERR_FILE_NOT_FOUND')) {
        if ((await peek(hdfs, from, name)) === undefined) {
          // Nobody else knows its present name: an attempt whose answer was lost has moved it, and then another writer
          // replaced it.
          if (before > 0) return;
          throw error;
        }
        await hdfs.once({ op: 'MKDIRS', method: 'PUT', path: folderOf(to), name });
        await hdfs.once({ op: 'RENAME', method: 'PUT', path: from, name, params });
        return;
      }
      const there = isStockafolioError(error, 'ERR_FILES_UNAVAILABLE') && (await peek(hdfs, to, name));
      throw there && there.type === 'DIRECTORY' ? taken(name, error) : error;
    }
  });
}

function statusOf(hdfs: WebHdfs, path: string, name: string): Promise<FileStatus> {
  return hdfs.said<FileStatus>({ op: 'GETFILESTATUS', method: 'GET', path, name }, 'FileStatus');
}

/** What exists there; undefined if nothing does. */
export async function peek(hdfs: WebHdfs, path: string, name: string): Promise<FileStatus | undefined> {
  try {
    return await statusOf(hdfs, path, name);
  } catch (error) {
    if (isStockafolioError(error, 'ERR_FILE_NOT_FOUND')) return undefined;
    throw error;
  }
}

export async function remove(hdfs: WebHdfs, path: string, name: string): Promise<void> {
  await hdfs.call({ op: 'DELETE', method: 'DELETE', path, name, params: { recursive: false } });
}

function plainRename(name: string): StockafolioError {
  return new StockafolioError('ERR_USAGE', `'${name}': this server does not support a rename that replaces`, {
    hint: 'use the namenode itself by WebHDFS, not a gateway such as HttpFS',
  });
}
