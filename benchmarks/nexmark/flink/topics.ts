import { systemClock } from '@stockafolio/connectors/clock-system';
import { kafkaProducer } from '@stockafolio/connectors/kafka';
import { jsonCodec, keyBytes } from '@stockafolio/core';
import type { OutgoingMessage } from '@stockafolio/core/ports';
import type { Event } from '../events.js';
import { feeds, sentTo } from '../feeds.js';
import { PARTITIONS } from '../inputs.js';

/** The streams whose topics are written: as Flink reads them, and by the key of q8 and of q18. */
const streams = [feeds.q4.auctions, feeds.q4.bids, feeds.q8.persons, feeds.q8.auctions, feeds.q18.bids];

/** Messages of one append. */
const TOGETHER = 5_000;

/** The topic of a stream, of one set of topics. */
export function topicOf(set: string, stream: string): string {
  return `${set}-${stream}`;
}

/** Writes events into a set of topics, in the order of their sending; returns the number of messages of each stream. */
export async function fillTopics(
  brokers: readonly string[],
  set: string,
  events: readonly Event[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const stream of streams) {
    const place = { brokers, topic: topicOf(set, stream.name), partitions: PARTITIONS, clock: systemClock };
    const producer = await kafkaProducer(place);
    const codec = jsonCodec(stream.schema);
    const key = stream.key as (record: object) => Parameters<typeof keyBytes>[0];
    let some: OutgoingMessage[] = [];
    let count = 0;
    const append = async (): Promise<void> => {
      count += some.length;
      await producer.append(some);
      some = [];
    };
    for (const { record, sent } of sentTo([stream], { events, side: [], watermark: 0 })) {
      some.push({ key: keyBytes(key(record)), value: codec.encode(record as never), timestamp: sent });
      if (some.length === TOGETHER) await append();
    }
    await append();
    await producer.close();
    counts.set(stream.name, count);
  }
  return counts;
}
