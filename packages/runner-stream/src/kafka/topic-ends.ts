import type { PartitionRange } from '@stockafolio/core/ports';
import type { Connection } from './connection.js';
import type { TopicLaw } from './topic-law.js';

/** Asks what every partition holds: in one request for the oldest and one for the ends, to each leader. */
export async function topicRanges(connection: Connection, topic: string): Promise<PartitionRange[]> {
  return connection.run(async ({ cluster }) => {
    const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId: partition }) => ({ partition }));
    const [first, last] = await Promise.all(
      [true, false].map((fromBeginning) => cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning }])),
    );
    const ends = new Map(last?.[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    const ranges = (first?.[0]?.partitions ?? []).map(({ partition, offset }) => ({
      partition,
      oldest: Number(offset),
      end: ends.get(partition) ?? Number(offset),
    }));
    if (ranges.length < partitions.length || ends.size < partitions.length)
      throw new Error('a partition has no leader');
    return ranges.sort((a, b) => a.partition - b.partition);
  });
}

/** The id of the topic, which another topic of the same name has not. */
export async function topicIdentity(connection: Connection, law: TopicLaw): Promise<string> {
  const { id } = await connection.run((client) => law.check(client));
  return `kafka:${id}`;
}
