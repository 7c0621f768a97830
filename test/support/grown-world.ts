import { setImmediate } from 'node:timers/promises';
import { fileArchive, ownArchives } from '@stockafolio/connectors/archive';
import { isStockafolioError, jsonCodec, keyBytes, type Pipeline, rowObject, type Table } from '@stockafolio/core';
import { needsStages } from '@stockafolio/core/plan';
import { choosePartition, type Files, type OutgoingMessage, type Tables } from '@stockafolio/core/ports';
import { copyFloors, copyLulls, copyPartitioning, inputName, readDivision } from '@stockafolio/engine';
import {
  type BatchOptions,
  type BatchPorts,
  type BatchResult,
  executedStages,
  runBatch,
} from '@stockafolio/runner-batch';
import { runArchive, runStream, type StreamOptions, type StreamResult } from '@stockafolio/runner-stream';
import {
  memoryDestination,
  memoryFiles,
  memoryTables,
  memoryTopic,
  memoryTopics,
  virtualClock,
  type MemoryTopic,
  type VirtualClock,
} from '@stockafolio/testing';

/** Tables and checkpoints. */
export interface Made {
  readonly tables: Tables;
  readonly checkpoints: Files;
}

export const newlyMade = (): Made => ({ tables: memoryTables(), checkpoints: memoryFiles() });

/** What went wrong, as its code and its text with the hint; nothing if nothing did. */
export async function failureOf(work: Promise<unknown>): Promise<{ readonly code: string; readonly text: string }> {
  try {
    await work;
  } catch (error) {
    if (isStockafolioError(error)) return { code: error.code, text: `${error.message} ${String(error.hint)}` };
    throw error;
  }
  return { code: '', text: '' };
}

/** A signal that aborts after some looks at it. */
export function stoppingAfter(looks: number): AbortSignal {
  let seen = 0;
  const signal = {
    get aborted() {
      return ++seen > looks;
    },
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  };
  return signal as never;
}

/** The topics of a pipeline in memory, their archives, and what stream and batch make of them. */
export class GrownWorld {
  readonly clock: VirtualClock = virtualClock(1_000_000);
  readonly pipeline: Pipeline;
  readonly topics = new Map<string, MemoryTopic>();
  readonly own;
  /** The topics that the pipeline sends to, for others to read; a batch sends nothing there. */
  readonly sentTo = new Map<string, MemoryTopic>();
  readonly #counts = new Map<string, number>();
  readonly #archives = new Map<string, Files>();
  #turn = 0;
  made = newlyMade();

  constructor(pipeline: Pipeline, counts: (stream: string) => number) {
    this.pipeline = pipeline;
    this.own = memoryTopics({ clock: this.clock, batch: 5 });
    for (const { stream } of pipeline.plan.topics)
      this.sentTo.set(stream.name, memoryTopic({ clock: this.clock, partitions: 2, identity: `sent-${stream.name}` }));
    for (const { name } of pipeline.streams) {
      const partitions = counts(name);
      this.#counts.set(name, partitions);
      this.topics.set(name, memoryTopic({ clock: this.clock, partitions, batch: 7, identity: `topic-${name}` }));
      this.#archives.set(name, memoryFiles());
    }
  }

  countOf(stream: string): number {
    return this.#counts.get(stream) ?? 0;
  }

  grow(stream: string, partitions: number): void {
    this.topics.get(stream)?.grow(partitions);
    this.#counts.set(stream, partitions);
  }

  growAll(partitions: number): void {
    for (const { name, isBroadcast } of this.pipeline.streams) if (!isBroadcast) this.grow(name, partitions);
  }

  /**
   * Sends a record ten milliseconds after the one before it.
   *
   * @param placedFor the number of partitions that the producer knows of
   */
  async send(
    name: string,
    make: (time: number) => Readonly<Record<string, unknown>>,
    placedFor = this.countOf(name),
  ): Promise<void> {
    const stream = this.pipeline.streams.find((each) => each.name === name);
    if (stream === undefined) throw new Error(`there is no stream '${name}'`);
    await this.clock.advance(10);
    const timestamp = this.clock.now();
    const record = make(timestamp);
    const { partitioner, isBroadcast } = stream;
    const key = isBroadcast || partitioner === undefined ? null : keyBytes(stream.key(record));
    const partition =
      key === null || partitioner === undefined
        ? this.#turn++ % placedFor
        : choosePartition(partitioner, key, placedFor);
    const value = jsonCodec(stream.schema).encode(record);
    await this.topics.get(name)?.append([{ key, value, partition, timestamp }]);
  }

  /** Sends a message, which need not be a record, ten milliseconds after the one before it. */
  async append(name: string, message: OutgoingMessage): Promise<void> {
    await this.clock.advance(10);
    await this.#topic(name).append([{ timestamp: this.clock.now(), ...message }]);
  }

  /** Lets time pass until the promise settles, and other asynchronous work run. */
  async passing<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    const done = promise.finally(() => (isDone = true));
    done.catch(() => undefined);
    while (!isDone) {
      await setImmediate();
      await this.clock.advance(20);
    }
    return done;
  }

  run(options: Partial<StreamOptions<unknown>> = {}, made = this.made): Promise<StreamResult> {
    const [first, ...others] = this.pipeline.streams.map(({ name, schema }) => ({
      name,
      input: { source: this.#topic(name).source(), codec: jsonCodec(schema) },
    }));
    if (first === undefined) throw new Error('the pipeline reads nothing');
    return runStream<unknown>({
      ...{ pipeline: this.pipeline, ...first.input, clock: this.clock, ...made },
      others: Object.fromEntries(others.map(({ name, input }) => [name, input])),
      reopen: (stream: string) => this.#topic(stream).source(),
      topics: Object.fromEntries([...this.sentTo].map(([name, topic]) => [name, memoryDestination(topic)])),
      ...(needsStages(this.pipeline) ? { repartitions: this.own } : {}),
      ...options,
    });
  }

  stream(made = this.made): Promise<StreamResult> {
    return this.passing(this.run({ untilCaughtUp: true }, made));
  }

  /** To the end, with files of a few messages. */
  async archiveAll(): Promise<void> {
    for (const stream of this.pipeline.streams) {
      const { name } = stream;
      const archive = fileArchive<unknown>(this.#filesOf(name), stream);
      const codec = jsonCodec(stream.schema);
      const source = this.#topic(name).source();
      await this.passing(
        runArchive({
          ...{ stream, codec, source, archive, clock: this.clock, untilCaughtUp: true, rollRecords: 9 },
        }),
      );
    }
  }

  batch(options: BatchOptions = {}, made = this.made): Promise<BatchResult> {
    return runBatch(this.#ports(made), options);
  }

  /** Makes the tables again from the archives, as `reconcile` does; in the same order. */
  async recomputed(found: Tables): Promise<Tables> {
    const made = newlyMade();
    const ports = this.#ports(made);
    const stages = await executedStages({ ...ports, tables: found });
    for (const stage of stages) {
      await copyFloors(found, made.tables, stage.name);
      for (const input of stage.streams.keys()) await copyPartitioning(found, made.tables, inputName(stage, input));
      await copyLulls(found, made.tables, stage);
    }
    const divisions = await Promise.all(stages.map((stage) => readDivision(found, stage)));
    const repartition = divisions.find((each) => each !== undefined);
    if (repartition !== undefined) await runBatch(ports, { repartition });
    await runBatch(ports, { toEnd: true });
    return made.tables;
  }

  /** The rows of the pipeline's own tables, with their versions. */
  async rows(tables: Tables = this.made.tables): Promise<string[]> {
    const rows: string[] = [];
    for (const table of new Set<Table>(this.pipeline.plan.tables))
      for await (const { values, version } of tables.scanAll(table))
        rows.push(`${table.name} ${JSON.stringify(rowObject(table, values))} ${version}`);
    return rows.sort();
  }

  #ports(made: Made): BatchPorts<unknown> {
    const inputs = this.pipeline.streams.map((stream) => ({
      name: stream.name,
      input: { codec: jsonCodec(stream.schema), archive: fileArchive<unknown>(this.#filesOf(stream.name), stream) },
    }));
    const [first, ...others] = inputs;
    if (first === undefined) throw new Error('the pipeline reads nothing');
    return {
      ...{ pipeline: this.pipeline, ...first.input, clock: this.clock, ...made },
      others: Object.fromEntries(others.map(({ name, input }) => [name, input])),
      topics: Object.fromEntries([...this.sentTo.keys()].map((name) => [name, 'none' as const])),
      ...(needsStages(this.pipeline) ? { own: ownArchives(made.checkpoints) } : {}),
    };
  }

  #topic(name: string): MemoryTopic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw new Error(`there is no topic '${name}'`);
    return topic;
  }

  #filesOf(name: string): Files {
    const files = this.#archives.get(name);
    if (files === undefined) throw new Error(`there is no archive of '${name}'`);
    return files;
  }
}
