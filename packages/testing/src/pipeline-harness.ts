import {
  jsonCodec,
  type Pipeline,
  rowObject,
  type RowOf,
  StockafolioError,
  type Stream,
  type Table,
  type Topic,
  type Value,
} from '@stockafolio/core';
import { broadcastsOf, type Stage, stagesOf, withLanes } from '@stockafolio/core/plan';
import { bytesOf, type Codec, type Tables } from '@stockafolio/core/ports';
import { deadLetters, type PartitionEngine } from '@stockafolio/engine';
import type { HarnessOptions } from './harness-options.js';
import type { Step } from './marbles.js';
import { memoryFiles, type MemoryFiles } from './memory-files.js';
import { memoryTables } from './memory-tables.js';
import { Received, type SentMessage, sentMessages, type SentRecord } from './sent-messages.js';
import { StageHarness, type Departed, type PushedMessage, type SendingTime } from './stage-harness.js';

/**
 * Runs a pipeline in memory, step by step, on tables that behave like real ones.
 *
 * Records go to the partition of their key and get its next offset, as in Kafka. Pushed messages are kept in a log, so
 * that the runner can be killed and restarted at any point. Records of a `repartition` go on when they are committed.
 *
 * @example
 * const harness = pipelineHarness(totals);
 * harness.push({ user: 'ann', amount: 3, time: 0 }, { user: 'ann', amount: 4, time: 1 });
 * await harness.commit();
 * await harness.rows(userTotals); // [{ user: 'ann', amount: 7 }]
 */
export function pipelineHarness<T = Readonly<Record<string, Value>>>(
  pipeline: Pipeline,
  options: HarnessOptions<T> = {},
): PipelineHarness<T> {
  return new PipelineHarness(pipeline, options);
}

/** See {@link pipelineHarness}. */
export class PipelineHarness<T> {
  readonly tables: Tables;
  /** The checkpoints. */
  readonly files: MemoryFiles;
  readonly #pipeline: Pipeline;
  readonly #time: SendingTime = { now: Number.NEGATIVE_INFINITY };
  readonly #partitions: number;
  /** Records of broadcast streams so far: they go to the partitions in turn. */
  #broadcast = 0;
  readonly #received = new Map<string, Received>();
  readonly #stages: readonly { readonly stage: Stage; readonly harness: StageHarness<T> }[];

  constructor(pipeline: Pipeline, options: HarnessOptions<T>) {
    this.#pipeline = pipeline;
    const { partitions = 4, tables = memoryTables(), files = memoryFiles() } = options;
    this.tables = tables;
    this.files = files;
    this.#partitions = partitions;
    const broadcasts = new Map(broadcastsOf(pipeline).map((name) => [name, partitions]));
    const stages = stagesOf(pipeline);
    const isOrdered = stages.length > 1 || pipeline.streams.length > 1;
    const { codec, codecs = {} } = options;
    const own = codec === undefined ? {} : { [pipeline.stream.name]: codec as Codec<unknown> };
    const all = {
      ...options,
      codecs: { ...own, ...codecs },
      partitions,
      tables,
      files,
      time: this.#time,
      isOrdered,
      declared: pipeline.streams,
    };
    this.#stages = stages.map((stage) => ({
      stage,
      harness: new StageHarness<T>(
        withLanes(
          stage,
          stage.behind.map(() => partitions),
          broadcasts,
        ),
        all,
      ),
    }));
  }

  /** The engines of the partitions, in order; of a pipeline with repartitions, stage by stage. */
  get engines(): readonly PartitionEngine[] {
    return this.#stages.flatMap(({ harness }) => harness.engines);
  }

  /**
   * Pushes records of the first stream one after the other, each through its whole partition pipeline. Records of a
   * stream that is keyed by nothing go to the partitions in turn.
   */
  push(...records: readonly T[]): void {
    this.pushTo(this.#pipeline.stream, ...records);
  }

  /**
   * Pushes records of one of several streams. Each is sent at its event time, or at that of an earlier one, and waits, as in a
   * run, until it is certain that no earlier record of another stream can come: see {@link idle}. Those of a broadcast
   * stream reach every partition.
   *
   * @throws ERR_PIPELINE_INVALID if the pipeline does not read the stream
   * @example
   * harness.pushTo(orders, { user: 'ann', amount: 3, time: 10 });
   * harness.pushTo(payments, { user: 'ann', amount: 3, time: 5 });
   * harness.idle();
   */
  pushTo<R>(stream: Stream<R>, ...records: readonly R[]): void {
    this.#checkRead(stream);
    for (const record of records) {
      const name = stream.isBroadcast ? `${stream.name}-${this.#broadcast++ % this.#partitions}` : stream.name;
      for (const { harness } of this.#stages) {
        const input = harness.inputOf(name);
        if (input !== undefined) harness.push(input, [record]);
      }
    }
  }

  /** Pushes the bytes of a message, which need not be a record, to a stream; by default the first. */
  pushMessage(
    value: Uint8Array | null,
    partition = 0,
    timestamp = 0,
    stream: Pick<Stream<unknown>, 'name'> = this.#pipeline.stream,
  ): void {
    this.#pushTo(stream, partition, { value, timestamp });
  }

  #pushTo(stream: Pick<Stream<unknown>, 'name'>, partition: number, message: PushedMessage): void {
    const { isBroadcast } = this.#checkRead(stream);
    for (const { harness } of this.#stages) {
      const input = harness.inputOf(isBroadcast ? `${stream.name}-${partition}` : stream.name);
      if (input === undefined) continue;
      if (isBroadcast) harness.pushMessageToAll(input, message);
      else harness.pushMessage(input, partition, message);
    }
  }

  #checkRead({ name }: Pick<Stream<unknown>, 'name'>): Stream<unknown> {
    const { streams } = this.#pipeline;
    const stream = streams.find((each) => each.name === name);
    if (stream !== undefined) return stream;
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `pipeline '${this.#pipeline.name}' does not read stream '${name}'`,
      { hint: `it reads ${streams.map((each) => each.name).join(', ')}` },
    );
  }

  /** Runs the steps of `marbles`, or pairs of an event time (only for the reader) and a record. */
  async play(
    steps: readonly (Step<T> | readonly [time: number, record: T])[],
    onStep: (symbol: string) => void = () => undefined,
  ): Promise<void> {
    for (const given of steps) {
      const step: Step<T> = isPair(given) ? { symbol: String(given[0]), kind: 'record', record: given[1] } : given;
      onStep(step.symbol);
      if (step.kind === 'record') this.push(step.record);
      else await this[step.kind]();
    }
  }

  /** No records have arrived for a while: none waits for other streams any more, and windows emit their contents. */
  idle(): void {
    for (const { harness } of this.#stages) harness.idle();
  }

  /**
   * Writes the changes to the tables, and how far they are exact. Of several streams, time passes first until no record
   * waits for another stream.
   *
   * @param settle `false` commits at once, as a run does every few milliseconds, without the records that wait
   */
  async commit(options: { readonly settle?: boolean } = {}): Promise<void> {
    for (const { harness } of this.#stages) {
      await harness.commit(options);
      this.#passOn(harness.takeDeparted());
    }
  }

  /** Commits, then stores a checkpoint of every partition. */
  async checkpoint(options: { readonly settle?: boolean } = {}): Promise<void> {
    for (const { harness } of this.#stages) {
      await harness.checkpoint(options);
      this.#passOn(harness.takeDeparted());
    }
  }

  /**
   * Kills the runner of these partitions, by default all, and continues from their newest checkpoints; messages after
   * those are delivered again. What was not committed is left to {@link zombies}.
   */
  async restart(partitions?: readonly number[]): Promise<void> {
    for (const { harness } of this.#stages) await harness.restart(partitions);
  }

  /** Kills the runner and continues from before the last `n` messages or earlier; these are delivered again. */
  async redeliver(n: number): Promise<void> {
    for (const { harness } of this.#stages) await harness.redeliver(n);
  }

  /** Lets the killed runners write their uncommitted rows, as a process that only seemed dead does. */
  async zombies(): Promise<void> {
    for (const { harness } of this.#stages) {
      await harness.zombies();
      this.#passOn(harness.takeDeparted());
    }
  }

  /** The rows of a table as plain objects, sorted by key. */
  async rows<R extends Table>(table: R): Promise<RowOf<R>[]> {
    for (const { harness } of this.#stages) await harness.create();
    const rows: RowOf<R>[] = [];
    for await (const { values } of this.tables.scanAll(table)) {
      rows.push(withoutAbsent(rowObject(table, values)) as RowOf<R>);
    }
    return rows;
  }

  /**
   * The messages that were sent to a topic, in the order of sending: those of one partition of the pipeline are in order.
   * What was sent again after a restart is dropped.
   *
   * @param repeats include it, as a plain consumer sees it
   * @example
   * harness.sent(alerts).map(({ record }) => record);
   */
  sent<R, C extends readonly string[]>(
    topic: Topic<R, C>,
    { repeats = false }: { readonly repeats?: boolean } = {},
  ): readonly SentMessage<SentRecord<R, C>>[] {
    return sentMessages(
      this.#stages.flatMap(({ harness }) => harness.sent),
      topic,
      repeats,
    );
  }

  /**
   * Pushes what another pipeline has sent to a topic, to the partitions where it was sent. Repeats are dropped, as in a run.
   *
   * @example
   * reader.receive(alertsStream, writer.sent(alerts, { repeats: true }));
   */
  receive<R>(stream: Stream<R>, messages: readonly SentMessage<NoInfer<R> | undefined>[]): void {
    const received = this.#received.get(stream.name) ?? new Received();
    this.#received.set(stream.name, received);
    const codec = jsonCodec(stream.schema);
    for (const message of messages) {
      if (!received.isNew(message)) continue;
      const { record, partition, headers } = message;
      const value = record === undefined ? null : codec.encode(record as never);
      const time = record === undefined ? Number(headers['time'] ?? 0) : stream.time(record);
      const { timestamp = time } = message;
      // Only a changelog sees more of a message than its value.
      const facts =
        stream.changes === undefined ? {} : { key: message.key === null ? null : bytesOf(message.key), headers };
      this.#pushTo(stream, partition, { value, timestamp, ...facts });
    }
  }

  /** The dead letters, sorted by partition, offset and operator. */
  async deadLetters(): Promise<RowOf<typeof deadLetters>[]> {
    return this.rows(deadLetters);
  }

  /** Brings records that have left partitions to those where they belong. */
  #passOn(departed: readonly Departed[]): void {
    for (const { stream, partition, value, sent, number, from, failed } of departed) {
      for (const { stage, harness } of this.#stages) {
        if (!stage.behind.some((step) => step.stream.name === stream.name)) continue;
        const input = harness.inputOf(`${stream.name}-${from}`);
        if (input !== undefined)
          harness.pushMessage(input, partition, { value, timestamp: sent, offset: number, failed });
      }
    }
  }
}

function isPair<T>(step: Step<T> | readonly [number, T]): step is readonly [number, T] {
  return Array.isArray(step);
}

function withoutAbsent(row: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}
