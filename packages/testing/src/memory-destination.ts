import type { Destination } from '@stockafolio/core/ports';
import type { MemoryTopic } from './memory-source.js';

/**
 * A topic in memory that a pipeline sends to, for tests of runners.
 *
 * @example
 * const alerts = memoryTopic({ clock, partitions: 2 });
 * await runStream({ pipeline, topics: { alerts: memoryDestination(alerts) }, ... });
 */
export function memoryDestination(topic: MemoryTopic): Destination {
  return {
    async open() {
      const source = topic.source([]);
      const [ranges, identity] = [await source.ranges(), await source.identity()];
      await source.close();
      return { producer: topic, partitions: ranges.length, identity };
    },
  };
}
