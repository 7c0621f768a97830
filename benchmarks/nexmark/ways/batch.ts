import { jsonCodec, type Pipeline } from '@stockafolio/core';
import { runBatch } from '@stockafolio/runner-batch';
import { memoryArchive, memoryFiles, memoryTables, virtualClock } from '@stockafolio/testing';
import type { Message } from './messages.js';
import { type Outcome, outcomeOf } from './outcome.js';

/** Messages in a file of the archive. */
const FILE = 500;

/** Archives the messages of a pipeline and runs the batch: after the first half of them, and at the end. */
export async function batched(pipeline: Pipeline, messages: readonly Message[], partitions: number): Promise<Outcome> {
  const archives = new Map(pipeline.streams.map(({ name }) => [name, memoryArchive<unknown>()]));
  const tables = memoryTables();
  const checkpoints = memoryFiles();
  const clock = virtualClock();
  // In the middle of the last stream: the side input of q13 is sent before all else.
  const last = messages.filter(({ stream }) => stream.name === pipeline.streams.at(-1)?.name);
  const half = last[last.length >> 1]?.sent ?? 0;
  for (const [part, toEnd] of [
    [messages.filter(({ sent }) => sent < half), false],
    [messages.filter(({ sent }) => sent >= half), true],
  ] as const) {
    for (const file of filesOf(part)) await write(archives, file, partitions);
    const [first, ...others] = pipeline.streams.map(({ name, schema }) => {
      const archive = archives.get(name) ?? memoryArchive<unknown>();
      return { name, input: { codec: jsonCodec(schema) as never, archive } };
    });
    if (first === undefined) throw new Error(`pipeline ${pipeline.name} reads no stream`);
    await runBatch<unknown>(
      {
        ...{ pipeline, tables, checkpoints, clock, ...first.input },
        ...(others.length === 0 ? {} : { others: Object.fromEntries(others.map(({ name, input }) => [name, input])) }),
      },
      { toEnd, allowMissingPartitions: true },
    );
  }
  return outcomeOf(pipeline, tables);
}

/** Cuts messages into files: each of one stream and partition, in the order of offsets. */
function filesOf(messages: readonly Message[]): Message[][] {
  const lanes = new Map<string, Message[][]>();
  for (const message of messages) {
    const name = `${message.stream.name} ${message.partition}`;
    const lane = lanes.get(name) ?? [];
    lanes.set(name, lane);
    const last = lane.at(-1);
    if (last === undefined || last.length === FILE) lane.push([message]);
    else last.push(message);
  }
  return [...lanes.values()].flat();
}

async function write(
  archives: ReadonlyMap<string, ReturnType<typeof memoryArchive<unknown>>>,
  messages: readonly Message[],
  partitions: number,
): Promise<void> {
  const [first] = messages;
  if (first === undefined) return;
  const { stream, partition, offset } = first;
  const day = new Date(stream.time(first.record)).toISOString().slice(0, 10);
  await archives.get(stream.name)?.write(
    { partition, first: offset, last: offset + messages.length - 1, day },
    { source: `topic-${stream.name}`, partitions },
    messages.map(({ offset, sent, record }) => ({ offset, ingested: sent, record })),
  );
}
