import { isStockafolioError } from '@stockafolio/core';
import type { Destination } from '@stockafolio/core/ports';
import { logProducer, type LogProducerOptions } from './log-producer.js';
import { logSource } from './log-source.js';
import { createLog, existingMeta } from './meta.js';

export type LogDestinationOptions = Pick<LogProducerOptions, 'clock' | 'partitions' | 'fsync' | 'segmentBytes'>;

/**
 * A log in a folder that a pipeline sends to, for others to read. If there is none it is created, with as many partitions
 * as the pipeline's source unless `partitions` is given. One process writes it at a time.
 *
 * @throws as `logProducer`, from `open`
 * @example
 * await runStream({ pipeline, source, tables, checkpoints, clock, codec, topics: { alerts: logDestination('/data/alerts') } });
 */
export function logDestination(dir: string, options: LogDestinationOptions = {}): Destination {
  return {
    async open(shape) {
      const wanted = options.partitions ?? (await partitionsOf(dir)) ?? shape.partitions;
      const { partitions } = await createLog(dir, { partitions: wanted });
      const producer = await logProducer(dir, { ...options, partitions });
      const source = logSource(dir);
      try {
        return { producer, partitions, identity: await source.identity() };
      } finally {
        await source.close();
      }
    },
  };
}

/** How many partitions the log has; undefined if there is none. */
async function partitionsOf(dir: string): Promise<number | undefined> {
  try {
    return (await existingMeta(dir)).partitions;
  } catch (error) {
    if (isStockafolioError(error, 'ERR_SOURCE_UNAVAILABLE')) return undefined;
    throw error;
  }
}
