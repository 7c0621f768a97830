import { join } from 'node:path';
import { ownPartitions, type OwnTopics } from '@stockafolio/core/ports';
import { logProducer } from './log-producer.js';
import { logSource, type LogSourceOptions } from './log-source.js';
import { growLog, readMeta } from './meta.js';

/**
 * Topics of a pipeline's own, as logs in a folder: for pipelines with repartitions. One process runs all stages.
 *
 * @param dir the folder in which there is a folder for each
 * @throws ERR_PARTITIONS_CHANGED from `open` if a log has more partitions than it must have
 * @example
 * await runStream({ pipeline, source, tables, checkpoints, clock, codec, repartitions: logTopics('/data/own') });
 */
export function logTopics(dir: string, { clock }: Pick<LogSourceOptions, 'clock'> = {}): OwnTopics {
  return {
    async open(name, shape) {
      const folder = join(dir, name);
      const own = clock === undefined ? {} : { clock };
      const there = (await readMeta(folder))?.partitions;
      const partitions = ownPartitions(name, shape, there);
      if (there !== undefined) await growLog(folder, partitions);
      const producer = await logProducer(folder, { partitions, ...own });
      return { producer, source: logSource(folder, own), partitions };
    },
  };
}
