import type { Pipeline } from '@stockafolio/core';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import type { Random } from '../generator/random.js';
import type { Message } from './messages.js';
import { type Outcome, outcomeOf } from './outcome.js';

/** Runs a pipeline over its messages in one go. */
export async function streamed(pipeline: Pipeline, messages: readonly Message[], partitions: number): Promise<Outcome> {
  return run(pipeline, messages, partitions, async () => undefined);
}

/** The same with commits, checkpoints, kills, redeliveries and late writes of killed runs, at random points. */
export async function streamedWithFaults(
  pipeline: Pipeline,
  messages: readonly Message[],
  partitions: number,
  random: Random,
  count: number,
): Promise<Outcome> {
  const every = Math.max(1, Math.ceil(messages.length / count));
  // Time that passes would change the order of several streams: a run notes that, but the run without faults has no such notes.
  const settle = pipeline.streams.length === 1;
  const faults: readonly ((harness: PipelineHarness<unknown>) => Promise<void> | void)[] = [
    (harness) => harness.commit({ settle }),
    (harness) => harness.checkpoint({ settle }),
    (harness) => harness.restart(),
    (harness) => harness.restart([random.below(partitions)]),
    (harness) => harness.redeliver(1 + random.below(2 * every)),
    (harness) => harness.zombies(),
    (harness) => (settle ? harness.idle() : harness.commit({ settle })),
  ];
  return run(pipeline, messages, partitions, async (harness) => {
    if (random.below(every) === 0) await faults[random.below(faults.length)]?.(harness);
  });
}

async function run(
  pipeline: Pipeline,
  messages: readonly Message[],
  partitions: number,
  between: (harness: PipelineHarness<unknown>) => Promise<void>,
): Promise<Outcome> {
  const harness = pipelineHarness<unknown>(pipeline, { partitions });
  for (const { bytes, partition, sent, stream } of messages) {
    harness.pushMessage(bytes, partition, sent, stream);
    await between(harness);
  }
  harness.idle();
  await harness.commit();
  await harness.zombies();
  return outcomeOf(pipeline, harness.tables);
}
