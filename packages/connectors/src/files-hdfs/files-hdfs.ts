import { userInfo } from 'node:os';
import type { ByteRange, Clock, FileInfo, Files, WriteOptions } from '@stockafolio/core/ports';
import { systemClock } from '../clock-system/index.js';
import { checkHeld, checkRange, notFound, taken } from '../files-remote/answers.js';
import { Patience } from '../files-remote/patience.js';
import { hdfsSilent } from './hdfs-error.js';
import { below, pathOf, rootOf, UNFINISHED } from './hdfs-path.js';
import { entriesOf, walk } from './hdfs-walk.js';
import { peek, remove, writeWhole } from './hdfs-write.js';
import { WebHdfs } from './web-hdfs.js';

export interface FilesHdfsOptions {
  /**
   * `host:port` of every namenode's HTTP server: one, or all of a highly available pair. If there are several, one that
   * is silent for 5 seconds is skipped, and each is asked before an operation fails.
   */
  readonly namenodes: readonly string[];
  /** The folder in HDFS, such as `/archive`, without a colon; it need not exist. */
  readonly path: string;
  /**
   * The user to act as; defaults to the user of this process, or `stockafolio` if it has no name. Not used with a
   * token.
   */
  readonly user?: string;
  readonly delegationToken?: string;
  /** HTTPS instead of HTTP. */
  readonly tls?: boolean;
  /** Milliseconds of silence after which a server counts as dead; defaults to 30,000. */
  readonly timeout?: number;
  /**
   * Milliseconds for which a temporary failure is retried; defaults to 60,000. Until HDFS has answered for the first
   * time, at most 5,000.
   */
  readonly retryFor?: number;
  readonly clock?: Pick<Clock, 'now' | 'elapsed' | 'sleep'>;
}

/** A writer that has not touched an unfinished file for this many milliseconds has died. */
const STALE = 24 * 3_600_000;
const FIRST_RETRY_FOR = 5_000;
const PASS_OVER_AFTER = 5_000;

/**
 * The {@link Files} of a folder in HDFS, by WebHDFS (Hadoop 3).
 *
 * A file is written into the folder `.stockafolio-unfinished` below `path`, its length is compared, and then it is
 * renamed, which is one step of the namenode. Files left there by killed writers are never listed, and are removed
 * after a day. Lengths are checked on every read and write. Contents are not read back: HDFS keeps checksums from the
 * datanode on, and TCP's checksums protect the connection to it.
 *
 * Every operation is retried for `retryFor` while HDFS is unavailable, with one exception: a body of more than 16 MiB
 * that comes in parts can be sent only once. Then the write fails with ERR_FILES_UNAVAILABLE, and whoever can supply
 * the content again may retry it.
 *
 * @example
 * const files = filesHdfs({ namenodes: ['nn1:9870', 'nn2:9870'], path: '/archive' });
 */
export function filesHdfs(options: FilesHdfsOptions): Files {
  const clock = options.clock ?? systemClock;
  const retryFor = options.retryFor ?? 60_000;
  const root = rootOf(options.path);
  const { delegationToken } = options;
  const hdfs = new WebHdfs({
    namenodes: options.namenodes,
    tls: options.tls ?? false,
    identity:
      delegationToken === undefined ? { user: options.user ?? userOfProcess() } : { delegation: delegationToken },
    timeout: options.timeout ?? 30_000,
    passOverAfter: PASS_OVER_AFTER,
    patience: new Patience({ clock, retryFor, firstRetryFor: Math.min(retryFor, FIRST_RETRY_FOR) }),
  });
  let sweeping: Promise<void> | undefined;

  const sizeOf = async (name: string): Promise<number | undefined> => {
    const status = await peek(hdfs, pathOf(root, name), name);
    return status?.type === 'FILE' ? status.length : undefined;
  };

  return {
    location: `hdfs:${root}`,

    async *list(prefix): AsyncIterable<FileInfo> {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      yield* walk(hdfs, folder === '' ? root : pathOf(root, folder.slice(0, -1)), folder, prefix);
    },

    async size(name) {
      return sizeOf(name);
    },

    async read(name, range?: ByteRange) {
      const path = pathOf(root, name);
      if (range !== undefined) checkRange(name, range);
      const size = range === undefined || range.start === range.end ? await sizeOf(name) : Number.MAX_SAFE_INTEGER;
      if (size === undefined) throw notFound(name);
      const { start, end } = range ?? { start: 0, end: size };
      checkHeld(name, { start, end }, size);
      const length = end - start;
      if (length === 0) return new Uint8Array();
      return hdfs.patiently(async () => {
        const open = { op: 'OPEN', method: 'GET', path, name, params: { offset: start, length } } as const;
        const { body } = await hdfs
          .once(open, ({ body: found }, subject) => {
            if (found.length !== length) throw hdfsSilent(`${found.length} of ${length} bytes arrived`, subject);
          })
          .catch(async (error: unknown) => {
            // Either the file or the connection ended early: the file's own length tells which.
            checkHeld(name, { start, end }, (await sizeOf(name)) ?? end);
            throw error;
          });
        return body;
      });
    },

    async write(name, content, { ifAbsent = false }: WriteOptions = {}) {
      const path = pathOf(root, name);
      sweeping ??= sweep(hdfs, root, clock.now() - STALE);
      // Only saves work: the rename at the end decides.
      if (ifAbsent && (await peek(hdfs, path, name)) !== undefined) throw taken(name);
      await writeWhole({ hdfs, root, name, path }, content, ifAbsent);
    },

    async delete(name) {
      const path = pathOf(root, name);
      if ((await peek(hdfs, path, name))?.type === 'FILE') await remove(hdfs, path, name);
    },

    async close() {
      await sweeping;
    },
  };
}

/** A container may run under a numeric user id without a name. */
function userOfProcess(): string {
  try {
    return userInfo().username;
  } catch {
    return 'stockafolio';
  }
}

/**
 * Removes unfinished files of writers that died before this moment. This is housekeeping: its failure is not an error.
 */
async function sweep(hdfs: WebHdfs, root: string, before: number): Promise<void> {
  try {
    const folder = below(root, UNFINISHED);
    for await (const { pathSuffix, modificationTime } of entriesOf(hdfs, folder, UNFINISHED)) {
      if (modificationTime < before) await remove(hdfs, below(folder, pathSuffix), UNFINISHED);
    }
  } catch {
    // HDFS is unavailable or does not allow it; the write itself will report that.
  }
}
