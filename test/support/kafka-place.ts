import { kafkaSource, type KafkaPlace } from '@stockafolio/connectors/kafka';
import type { Server } from '@stockafolio/servers';
import { systemClock } from '@stockafolio/connectors/clock-system';
import type { LoggedMessage } from './read-log.js';

let topics = 0;

/** A topic that does not exist yet, and its URL. */
export function newTopic({ port }: Server): KafkaPlace & { readonly url: string } {
  const topic = `whole-run-${process.pid}-${Date.now()}-${topics++}`;
  return { brokers: [`127.0.0.1:${port}`], topic, clock: systemClock, url: `kafka://127.0.0.1:${port}/${topic}` };
}

/** All messages that a topic holds, in the order of each partition. */
export async function readTopic(place: KafkaPlace): Promise<LoggedMessage[]> {
  const source = kafkaSource(place);
  const all: LoggedMessage[] = [];
  const next = new Map<number, number>();
  try {
    await source.open(`reading-back-${Date.now()}`, {
      // A group that could not answer in time is given its partitions again.
      assigned: async (partitions) => partitions.map((partition) => ({ partition, offset: next.get(partition) ?? 0 })),
      revoked: async () => undefined,
    });
    for (;;) {
      const batch = await source.next(500);
      for (const message of batch?.messages ?? []) {
        all.push({ ...message, partition: batch?.partition ?? 0 });
        next.set(batch?.partition ?? 0, message.offset + 1);
      }
      // Markers of transactions are in the ranges until they are read.
      const left = batch === undefined ? await source.ranges() : undefined;
      if (left?.every(({ partition, oldest, end }) => (next.get(partition) ?? oldest) >= end) === true) break;
    }
  } finally {
    await source.close();
  }
  return all.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}
