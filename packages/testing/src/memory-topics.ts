import { ownPartitions, type OwnTopics } from '@stockafolio/core/ports';
import { memoryTopic, type MemoryTopic, type MemoryTopicOptions } from './memory-source.js';

/** Topics of a pipeline's own, in memory, for tests. */
export interface MemoryTopics extends OwnTopics {
  /** By name, those that were opened; one that is removed is made anew. */
  readonly topics: Map<string, MemoryTopic>;
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
    async open(name, shape) {
      const known = topics.get(name);
      const partitions = ownPartitions(name, shape, (await known?.source([]).ranges())?.length);
      const topic = known ?? memoryTopic({ ...options, partitions, identity: `memory-topic-${name}` });
      topics.set(name, topic);
      topic.grow(partitions);
      return { source: topic.source(), producer: topic, partitions };
    },
  };
}
