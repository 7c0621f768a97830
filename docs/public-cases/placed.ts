import { jsonCodec, keyBytes, partitionOf, type Pipeline, type Stream } from '@stockafolio/core';
import type { PipelineHarness } from '@stockafolio/testing';
import { Event } from './events.js';
import type { Step } from './play.js';

/** A step in the stream of its side and the partition that a producer would choose, and when it was sent. */
export interface Placed {
  readonly step: Step;
  readonly stream: Stream<unknown>;
  readonly partition: number;
  readonly sent: number;
}

/** Steps go to the partition of their message's key; those of a stream that is keyed by nothing to each in turn. */
export function placedIn(steps: readonly Step[], { stream: first, streams }: Pipeline, partitions: number): Placed[] {
  let sent = Number.NEGATIVE_INFINITY;
  return steps.map((step, n) => {
    sent = Math.max(sent, step.time);
    // One stream has all sides; ticks are among the records of the first.
    const stream = streams.find(({ name }) => name === step.side) ?? first;
    if (stream.partitioner === undefined) return { step, stream, partition: n % partitions, sent };
    return { step, stream, partition: 'absent' in step ? 0 : partitionOf(keyBytes(step.key), partitions), sent };
  });
}

const codec = jsonCodec(Event);

/** Messages that bear the times at which they were sent. */
export function send(harness: PipelineHarness<Event>, placed: readonly Placed[]): void {
  for (const { step, stream, partition, sent } of placed)
    harness.pushMessage('absent' in step ? null : codec.encode(step), partition, sent, stream);
}
