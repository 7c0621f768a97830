import { jsonCodec, keyBytes, partitionOf, type Pipeline } from '@stockafolio/core';
import type { PipelineHarness } from '@stockafolio/testing';
import { Event } from './events.js';
import type { Step } from './play.js';

/** A step in the partition that a producer would choose for it, and the time at which it was sent. */
export interface Placed {
  readonly step: Step;
  readonly partition: number;
  readonly sent: number;
}

const codec = jsonCodec(Event);

/** Steps go to the partition of their message's key; those of a stream that is keyed by nothing to each in turn. */
export function placedIn(steps: readonly Step[], { stream }: Pipeline, partitions: number): Placed[] {
  let sent = Number.NEGATIVE_INFINITY;
  return steps.map((step, n) => {
    sent = Math.max(sent, step.time);
    if (stream.partitioner === undefined) return { step, partition: n % partitions, sent };
    return { step, partition: 'absent' in step ? 0 : partitionOf(keyBytes(step.key), partitions), sent };
  });
}

/** All to one stream, whose messages bear the times at which they were sent. */
export function sendPlaced(harness: PipelineHarness<Event>, placed: readonly Placed[]): void {
  for (const { step, partition, sent } of placed)
    harness.pushMessage('absent' in step ? null : codec.encode(step), partition, sent);
}
