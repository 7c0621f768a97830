import type { Files, OwnArchives } from '@stockafolio/core/ports';
import { fileArchive } from './file-archive.js';

/**
 * What passes through the repartitions of pipelines, as Parquet files in a store, from one batch to the next.
 *
 * @example
 * await runBatch({ pipeline, codec, archive, tables, checkpoints, clock, own: ownArchives(checkpoints) });
 */
export function ownArchives(files: Files): OwnArchives {
  return {
    open: (stream) => fileArchive(files, stream),
    async remove({ name: stream }) {
      for await (const { name } of files.list(`${stream}/`)) await files.delete(name);
    },
  };
}
