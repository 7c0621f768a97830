import type { PartitionRange, Position } from '@stockafolio/core/ports';
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

/** Asks, in each partition, for the first message of this time or a later one; where there is none, for the end. */
export async function topicPositionsAt(connection: Connection, topic: string, time: number): Promise<Position[]> {
  const ends = new Map((await topicRanges(connection, topic)).map(({ partition, end }) => [partition, end]));
  const partitions = [...ends.keys()].map((partition) => ({ partition }));
  const [answer] = await connection.run(({ cluster }) =>
    cluster.fetchTopicsOffset([{ topic, partitions, fromTimestamp: Math.max(0, time) }]),
  );
  const found = new Map(answer?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  return [...ends].map(([partition, end]) => {
    const offset = found.get(partition) ?? -1;
    return { partition, offset: offset < 0 ? end : offset };
  });
}

/** The id of the topic, which another topic of the same name has not. */
export async function topicIdentity(connection: Connection, law: TopicLaw): Promise<string> {
  const { id } = await connection.run((client) => law.check(client));
  return `kafka:${id}`;
}
