import { StockafolioError } from '@stockafolio/core';
import type { OwnTopics } from '@stockafolio/core/ports';
import { memoryTopic, type MemoryTopic, type MemoryTopicOptions } from './memory-source.js';

/** Topics of a pipeline's own, in memory, for tests. */
export interface MemoryTopics extends OwnTopics {
  /** By name, those that were opened. */
  readonly topics: ReadonlyMap<string, MemoryTopic>;
}

/**
 * Topics in memory, for a pipeline with repartitions; they remain when a run ends.
 *
 * @example
 * const repartitions = memoryTopics({ clock });
 * await runStream({ pipeline, repartitions, clock, ... });
 */
export function memoryTopics(options: Pick<MemoryTopicOptions, 'clock' | 'batch'>): MemoryTopics {
  const topics = new Map<string, MemoryTopic>();
  return {
    topics,
    async open(name, partitions) {
      const topic = topics.get(name) ?? memoryTopic({ ...options, partitions, identity: `memory-topic-${name}` });
      topics.set(name, topic);
      const source = topic.source();
      const there = (await source.ranges()).length;
      if (there === partitions) return { source, producer: topic };
      throw new StockafolioError('ERR_SOURCE_MISMATCH', `topic '${name}' has ${there} partitions, not ${partitions}`);
    },
  };
}
