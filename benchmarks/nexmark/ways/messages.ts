import { jsonCodec, keyBytes, type Pipeline, type Stream, type Value } from '@stockafolio/core';
import { choosePartition } from '@stockafolio/core/ports';
import { sentTo } from '../feeds.js';
import type { Asked } from '../query.js';

/** A message of one of a pipeline's streams, in the order of sending. */
export interface Message {
  readonly stream: Stream<unknown>;
  readonly partition: number;
  /** Within its partition. */
  readonly offset: number;
  readonly sent: number;
  readonly record: Readonly<Record<string, Value>>;
  readonly bytes: Uint8Array;
}

/** The messages that a pipeline reads, each in the partition of its key. */
export function messagesFor({ streams }: Pipeline, asked: Asked, partitions: number): Message[] {
  const ends = new Map<string, number>();
  const byName = new Map(streams.map((stream) => [stream.name, { stream, codec: jsonCodec(stream.schema) }]));
  return sentTo(streams, asked).flatMap(({ stream: name, record, sent }) => {
    const to = byName.get(name);
    if (to?.stream.partitioner === undefined) return [];
    const partition = choosePartition(to.stream.partitioner, keyBytes(to.stream.key(record)), partitions);
    const end = `${name} ${partition}`;
    const offset = ends.get(end) ?? 0;
    ends.set(end, offset + 1);
    return [{ stream: to.stream, partition, offset, sent, record, bytes: to.codec.encode(record) }];
  });
}
