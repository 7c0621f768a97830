import { ownTopicGrew, type OwnTopics } from '@stockafolio/core/ports';
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
      const there = (await topic.source([]).ranges()).length;
      if (there > partitions) throw ownTopicGrew(name, partitions, there);
      topic.grow(partitions);
      return { source: topic.source(), producer: topic };
    },
  };
}
