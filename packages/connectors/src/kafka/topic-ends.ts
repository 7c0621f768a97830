import type { PartitionRange, Position } from '@stockafolio/core/ports';
import type { Connection } from './connection.js';
import type { TopicCheck } from './topic-check.js';

/** The oldest offset and the end of every partition: one request for each of the two, to each leader. */
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

/** In each partition, the offset of the first message of this time or later; the end if there is none. */
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

/** The id of the topic, which no other topic of the same name has. */
export async function topicIdentity(connection: Connection, topicCheck: TopicCheck): Promise<string> {
  const { id } = await connection.run((client) => topicCheck.check(client));
  return `kafka:${id}`;
}
