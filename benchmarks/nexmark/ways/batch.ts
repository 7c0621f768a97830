import { jsonCodec, type Pipeline } from '@stockafolio/core';
import { runBatch } from '@stockafolio/runner-batch';
import {
  memoryArchive,
  type MemoryArchive,
  memoryFiles,
  memoryTables,
  pipelineHarness,
  virtualClock,
} from '@stockafolio/testing';
import type { Message } from './messages.js';
import { type Outcome, outcomeOf } from './outcome.js';

/** Messages in a file of the archive. */
const FILE = 500;

/** The name that the harness gives a source, so that it continues from the checkpoints of this batch. */
const SOURCE = 'test-source';

/** Archives the messages of a pipeline and runs the batch: after the first half of them, and at the end. */
export async function batched(pipeline: Pipeline, messages: readonly Message[], partitions: number): Promise<Outcome> {
  const archived = new Archived(pipeline, partitions);
  const half = middleOf(pipeline, messages);
  await archived.run(
    messages.filter(({ sent }) => sent < half),
    false,
  );
  await archived.run(
    messages.filter(({ sent }) => sent >= half),
    true,
  );
  return outcomeOf(pipeline, archived.tables);
}

/**
 * Runs the batch over the first half of the messages, and continues as a stream from its checkpoints.
 *
 * @returns undefined for several streams: the harness has another name for their sources than the archive
 */
export async function batchThenStream(
  pipeline: Pipeline,
  messages: readonly Message[],
  partitions: number,
): Promise<Outcome | undefined> {
  if (pipeline.streams.length > 1) return undefined;
  const archived = new Archived(pipeline, partitions);
  const half = middleOf(pipeline, messages);
  await archived.run(
    messages.filter(({ sent }) => sent < half),
    true,
  );
  const { tables, checkpoints } = archived;
  const harness = pipelineHarness<unknown>(pipeline, { partitions, tables, files: checkpoints });
  // Of what the batch has processed the stream has offsets alone: if it read that again, all would be dead letters.
  for (const { partition, sent, stream } of messages)
    if (sent < half) harness.pushMessage(null, partition, sent, stream);
  await harness.restart();
  for (const { bytes, partition, sent, stream } of messages)
    if (sent >= half) harness.pushMessage(bytes, partition, sent, stream);
  harness.idle();
  await harness.commit();
  return outcomeOf(pipeline, tables);
}

/** When half of the messages of the last stream were sent: the side input of q13 is sent before all else. */
function middleOf({ streams }: Pipeline, messages: readonly Message[]): number {
  const last = messages.filter(({ stream }) => stream.name === streams.at(-1)?.name);
  return last[last.length >> 1]?.sent ?? 0;
}

/** The archives of a pipeline's streams, and the batch over them. */
class Archived {
  readonly tables = memoryTables();
  readonly checkpoints = memoryFiles();
  readonly #clock = virtualClock();
  readonly #pipeline: Pipeline;
  readonly #partitions: number;
  readonly #archives: ReadonlyMap<string, MemoryArchive<unknown>>;

  constructor(pipeline: Pipeline, partitions: number) {
    this.#pipeline = pipeline;
    this.#partitions = partitions;
    this.#archives = new Map(pipeline.streams.map(({ name }) => [name, memoryArchive<unknown>()]));
  }

  /** Adds messages, and runs the batch over what is new. */
  async run(messages: readonly Message[], toEnd: boolean): Promise<void> {
    for (const file of filesOf(messages)) await this.#write(file);
    const { tables, checkpoints } = this;
    const pipeline = this.#pipeline;
    const [first, ...others] = pipeline.streams.map(({ name, schema }) => {
      const archive = this.#archives.get(name) ?? memoryArchive<unknown>();
      return { name, input: { codec: jsonCodec(schema) as never, archive } };
    });
    if (first === undefined) throw new Error(`pipeline ${pipeline.name} reads no stream`);
    await runBatch<unknown>(
      {
        ...{ pipeline, tables, checkpoints, clock: this.#clock, ...first.input },
        ...(others.length === 0 ? {} : { others: Object.fromEntries(others.map(({ name, input }) => [name, input])) }),
      },
      { toEnd, allowMissingPartitions: true },
    );
  }

  async #write(messages: readonly Message[]): Promise<void> {
    const [first] = messages;
    if (first === undefined) return;
    const { stream, partition, offset } = first;
    const day = new Date(stream.time(first.record)).toISOString().slice(0, 10);
    const source = this.#archives.size === 1 ? SOURCE : `${SOURCE}-${stream.name}`;
    await this.#archives.get(stream.name)?.write(
      { partition, first: offset, last: offset + messages.length - 1, day },
      { source, partitions: this.#partitions },
      messages.map(({ offset, sent, record }) => ({ offset, ingested: sent, record })),
    );
  }
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
