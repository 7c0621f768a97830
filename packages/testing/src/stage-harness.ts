import { jsonCodec, keyBytes, type Pipeline, type Stream } from '@stockafolio/core';
import {
  choosePartition,
  type Codec,
  type Mutation,
  type OutgoingMessage,
  type SourceMessage,
  type Tables,
} from '@stockafolio/core/ports';
import {
  AsyncMapper,
  CheckpointWriter,
  type Departure,
  FAILED,
  findCheckpoint,
  type Lull,
  MergedFeed,
  MessageIntake,
  PartitionEngine,
  type RecordPosition,
  readEarlyRows,
  readLulls,
  restoreCheckpoint,
  runTables,
  tablesOf,
  topicMessage,
  writerName,
} from '@stockafolio/engine';
import { checkpointsBefore } from './earlier-checkpoints.js';
import type { HarnessOptions } from './harness-options.js';
import type { MemoryFiles } from './memory-files.js';
import { narrowing } from './narrowing.js';
import { realTime } from './real-time.js';

const SOURCE = 'test-source';

/** A pushed message, in the log that the harness keeps. */
interface Logged {
  /** The index of its stream. */
  readonly input: number;
  readonly partition: number;
  readonly message: SourceMessage;
}

/** A record that left a partition for another one. */
export interface Departed extends Departure {
  readonly from: number;
}

/** A message that was sent to a topic for others to read, and by which partition. */
export interface Sent {
  readonly topic: string;
  readonly message: OutgoingMessage;
}

/** One partition's engine, and the writer of its checkpoints. */
interface Running {
  readonly engine: PartitionEngine;
  readonly writer: CheckpointWriter;
  /** Puts messages in order, if the pipeline reads several streams. */
  readonly feed: MergedFeed | undefined;
}

/** The time at which messages are sent at the earliest, epoch milliseconds: one for all stages of a pipeline. */
export interface SendingTime {
  now: number;
}

export interface StageOptions<T> extends HarnessOptions<T> {
  readonly tables: Tables;
  readonly files: MemoryFiles;
  readonly partitions: number;
  readonly time: SendingTime;
  /** Whether messages are sent in order of time, because they have places among those of others. */
  readonly isOrdered: boolean;
  /** The streams of the pipeline: their partitioners choose where records go, also where it makes no difference. */
  readonly declared: readonly Stream<unknown>[];
}

/** Runs one stage of a pipeline in memory. */
export class StageHarness<T> {
  readonly tables: Tables;
  /** The checkpoints. */
  readonly files: MemoryFiles;
  readonly #pipeline: Pipeline;
  readonly #options: StageOptions<T>;
  /** By stream. */
  readonly #codecs: readonly Codec<unknown>[];
  /** Reduces a record to the fields that the pipeline declares to read, as a batch run does; by stream. */
  readonly #narrow: readonly ((record: unknown) => unknown)[];
  /** By stream and partition. */
  readonly #intakes: readonly (readonly MessageIntake<unknown>[])[];
  readonly #partitions: number;
  readonly #log: Logged[] = [];
  /** By stream and partition, the offset of the next message. */
  readonly #ends: readonly number[][];
  readonly #departed: Departed[] = [];
  /** In the order of sending. */
  readonly sent: Sent[] = [];
  readonly #mapper: AsyncMapper;
  #running: Running[];
  #zombies: PartitionEngine[] = [];
  #created = false;

  constructor(pipeline: Pipeline, options: StageOptions<T>) {
    this.#pipeline = pipeline;
    this.#options = options;
    const { streams, reads } = pipeline;
    const { codecs = {}, onPartitionMismatch = 'fail' } = options;
    this.#codecs = streams.map(({ name, schema, lane }) => codecs[lane?.of ?? name] ?? jsonCodec(schema));
    this.#narrow = streams.map((stream) => narrowing(reads, stream));
    this.#partitions = options.partitions;
    this.#mapper = new AsyncMapper({ clock: options.callClock ?? realTime, onBadRecord: options.onBadRecord });
    this.tables = options.tables;
    this.files = options.files;
    this.#ends = streams.map(() => new Array<number>(this.#partitions).fill(0));
    this.#intakes = streams.map((stream, input) =>
      this.#numbers.map((partition) => {
        const at = { stream, codec: this.#codecOf(input), partition, partitions: this.#partitions };
        return new MessageIntake({ ...at, onPartitionMismatch });
      }),
    );
    this.#running = this.#numbers.map((partition) => this.#fresh(partition, []));
  }

  /** The engines of the partitions, in order. */
  get engines(): readonly PartitionEngine[] {
    return this.#running.map(({ engine }) => engine);
  }

  get #numbers(): readonly number[] {
    return [...Array<undefined>(this.#partitions).keys()];
  }

  #codecOf(input: number): Codec<unknown> {
    return this.#codecs[input] as Codec<unknown>;
  }

  /** The index of the stream of this name; undefined if the stage does not read it. */
  inputOf(stream: string): number | undefined {
    const input = this.#pipeline.streams.findIndex(({ name }) => name === stream);
    return input < 0 ? undefined : input;
  }

  /**
   * Pushes records of a stream, by its index, one after the other. Records of a stream that is keyed by nothing go to the
   * partitions in turn, those of a broadcast stream to all.
   */
  push(input: number, records: readonly unknown[]): void {
    const stream = this.#streamAt(input);
    const { partitioner } = this.#options.declared.find(({ name }) => name === stream.name) ?? stream;
    for (const record of records) {
      const time = stream.time(record);
      const timestamp = this.#options.isOrdered ? Math.max(this.#options.time.now, time) : time;
      const value = this.#codecOf(input).encode(record);
      if (stream.isBroadcast) {
        this.pushMessageToAll(input, { value, timestamp });
        continue;
      }
      const partition =
        partitioner === undefined
          ? this.#log.length % this.#partitions
          : choosePartition(partitioner, keyBytes(stream.key(record)), this.#partitions);
      this.pushMessage(input, partition, { value, timestamp });
    }
  }

  /** Pushes a message of one partition of a broadcast stream, which every engine reads. */
  pushMessageToAll(input: number, message: { readonly value: Uint8Array | null; readonly timestamp: number }): void {
    for (const partition of this.#numbers) this.pushMessage(input, partition, message);
  }

  /**
   * Pushes the bytes of a message, which need not be a record, to a stream, by its index.
   *
   * @param offset defaults to the next one; a message whose offset the partition has passed is dropped
   * @param failed why an asynchronous function had no result for it
   */
  pushMessage(
    input: number,
    partition: number,
    {
      value,
      timestamp,
      offset,
      failed,
    }: {
      readonly value: Uint8Array | null;
      readonly timestamp: number;
      readonly offset?: number;
      readonly failed?: string | undefined;
    },
  ): void {
    const ends = this.#ends[input] as number[];
    const next = ends[partition] ?? 0;
    const at = offset ?? next;
    if (at < next) return;
    ends[partition] = at + 1;
    const message: SourceMessage = {
      ...{ offset: at, timestamp, key: null, value },
      ...(this.#options.clock === undefined ? {} : { byProducer: true }),
      ...(failed === undefined ? {} : { headers: { [FAILED]: failed } }),
    };
    const logged = { input, partition, message };
    const { time } = this.#options;
    time.now = Math.max(time.now, timestamp);
    this.#log.push(logged);
    this.#deliver(logged);
    this.#running[partition]?.feed?.drain();
  }

  /** No records have arrived for a while: none waits for other streams any more, and windows emit their contents. */
  idle(): void {
    this.#settle();
    for (const { engine } of this.#running) engine.flush(true);
  }

  /**
   * Writes the changes to the tables, and how far they are exact. Of several streams, time passes first until no record
   * waits for another stream.
   *
   * @param settle `false` commits at once, as a run does every few milliseconds, without the records that wait
   */
  async commit({ settle = true }: { readonly settle?: boolean } = {}): Promise<void> {
    if (settle) this.#settle();
    for (const { engine } of this.#running) await this.#write(engine);
  }

  /** Commits, then stores a checkpoint of every partition. */
  async checkpoint(options?: { readonly settle?: boolean }): Promise<void> {
    await this.commit(options);
    for (const { writer } of this.#running) {
      const prepared = writer.prepare();
      if (prepared !== undefined) await writer.store(prepared);
    }
  }

  /**
   * Kills the runner of these partitions, by default all, and continues from their newest checkpoints; messages after
   * those are delivered again. What was not committed is left to {@link zombies}.
   */
  async restart(partitions?: readonly number[]): Promise<void> {
    for (const partition of partitions ?? this.#numbers) await this.#restart(partition, this.files);
  }

  /** Kills the runner and continues from before the last `n` messages or earlier; these are delivered again. */
  async redeliver(n: number): Promise<void> {
    const lost = this.#log.slice(Math.max(0, this.#log.length - n));
    for (const partition of this.#numbers) {
      const here = lost.filter((logged) => logged.partition === partition);
      await this.#restart(partition, await this.#filesBefore(partition, here));
    }
  }

  /** Lets the killed runners write their uncommitted rows, as a process that only seemed dead does. */
  async zombies(): Promise<void> {
    for (const engine of this.#zombies.splice(0)) await this.#write(engine);
  }

  /** Lets the time pass after which no message waits for one of another stream. */
  #settle(): void {
    const { time } = this.#options;
    if (this.#pipeline.streams.length > 1) time.now += this.#pipeline.idleAfter + 1;
    for (const { feed } of this.#running) {
      if (feed === undefined) continue;
      for (const input of this.#pipeline.streams.keys()) feed.silent(input, time.now);
      feed.drain();
    }
  }

  #fresh(partition: number, lulls: readonly Lull[]): Running {
    const engine = this.#engine(partition);
    return { engine, writer: this.#writer(engine), feed: this.#feed(engine, lulls) };
  }

  #engine(partition: number): PartitionEngine {
    return new PartitionEngine({
      pipeline: this.#pipeline,
      partition,
      source: SOURCE,
      sources: this.#pipeline.streams.map(({ name }) => `${SOURCE}-${name}`),
      codec: { encode: (record, position) => this.#encode(record, partition, position) },
      repartitions: new Map(this.#pipeline.plan.repartitions.map(({ stream }) => [stream.name, this.#partitions])),
      topics: new Map(this.#pipeline.plan.topics.map(({ stream }) => [stream.name, this.#partitions])),
      onBadRecord: this.#options.onBadRecord ?? 'dead-letter',
      onDefect: this.#options.onDefect ?? 'fail',
    });
  }

  #feed(engine: PartitionEngine, lulls: readonly Lull[]): MergedFeed | undefined {
    return this.#pipeline.streams.length === 1 ? undefined : new MergedFeed(engine, this.#pipeline, lulls);
  }

  #filesBefore(partition: number, lost: readonly Logged[]): Promise<MemoryFiles> | MemoryFiles {
    if (lost.length === 0) return this.files;
    const messages = lost.map(({ input, message: { offset } }) => ({ stream: this.#streamAt(input).name, offset }));
    return checkpointsBefore(this.files, this.#pipeline.name, partition, messages);
  }

  #streamAt(input: number): Stream<unknown> {
    return this.#pipeline.streams[input] ?? this.#pipeline.stream;
  }

  #writer(engine: PartitionEngine, resumed?: ConstructorParameters<typeof CheckpointWriter>[1]): CheckpointWriter {
    const target = { pipeline: this.#pipeline.name, source: SOURCE, engine, files: this.files };
    return new CheckpointWriter(target, resumed);
  }

  /** Passes a message on; of several streams the feed must be drained afterwards. */
  #deliver({ input, partition, message }: Logged): void {
    const running = this.#running[partition];
    if (running === undefined) throw new Error(`there is no partition ${partition}`);
    const position = { offset: message.offset, ingested: message.timestamp };
    const taken = this.#intakes[input]?.[partition]?.take(message, this.#options.clock?.now());
    if (taken === undefined) return;
    const narrow = this.#narrow[input] ?? ((record: unknown) => record);
    const { engine, feed } = running;
    if (feed !== undefined) {
      const narrowed = 'record' in taken ? { record: narrow(taken.record) } : taken;
      feed.add(input, { ...position, taken: narrowed, bytes: message.value ?? undefined });
    } else if ('record' in taken) engine.push(narrow(taken.record), position);
    else engine.reject(taken.rejected, message.value ?? new Uint8Array(0), position);
  }

  /** A record as its message, complete even if the record was reduced. */
  #encode(record: unknown, partition: number, { offset, input = 0 }: RecordPosition): Uint8Array {
    const codec = this.#codecOf(input);
    if (this.#pipeline.reads === undefined) return codec.encode(record);
    const logged = this.#log.find(
      (each) => each.input === input && each.partition === partition && each.message.offset === offset,
    );
    return codec.encode(codec.decode(logged?.message.value ?? new Uint8Array(0), { partition, offset }));
  }

  async #restart(partition: number, files: MemoryFiles): Promise<void> {
    const before = this.#running[partition];
    if (before !== undefined) this.#zombies.push(before.engine);
    await this.create();
    const lulls = await readLulls(this.tables, this.#pipeline, partition);
    let running = this.#fresh(partition, lulls);
    const chain = await findCheckpoint(files, this.#pipeline.name, partition, () => undefined);
    if (chain !== undefined) {
      const { engine } = running;
      restoreCheckpoint(engine, chain, {
        source: SOURCE,
        acceptPlanChange: this.#options.acceptPlanChange ?? false,
      });
      running = { engine, writer: this.#writer(engine, chain), feed: this.#feed(engine, lulls) };
    }
    running.engine.setEarlyRows(await readEarlyRows(this.tables, this.#pipeline, partition));
    this.#running[partition] = running;
    const from = running.engine.inputs.all.map(({ offset }) => offset);
    for (const logged of this.#log) {
      if (logged.partition === partition && logged.message.offset >= (from[logged.input] ?? 0)) this.#deliver(logged);
    }
    running.feed?.drain();
  }

  async #write(engine: PartitionEngine): Promise<void> {
    await this.create();
    const rows: Mutation[] = [...engine.commit()];
    await this.tables.write(engine.takeNotes());
    await this.tables.write(rows);
    await this.#depart(engine);
    await this.tables.write([engine.progress(), ...engine.marks()]);
  }

  async #depart({ departures, partition: from }: PartitionEngine): Promise<void> {
    const departed = await this.#mapper.map(departures.take());
    const writer = await writerName(this.tables, { pipeline: this.#pipeline.name, source: SOURCE });
    for (const departure of departed) {
      const { stream, outward } = departure;
      if (outward === undefined) this.#departed.push({ ...departure, from });
      else this.sent.push({ topic: stream.name, message: topicMessage(writer, from, departure) });
    }
  }

  /** The records that have left for other partitions since this was last called. */
  takeDeparted(): readonly Departed[] {
    return this.#departed.splice(0);
  }

  /** Creates the tables, once. */
  async create(): Promise<void> {
    if (this.#created) return;
    this.#created = true;
    await this.tables.create([...runTables, ...tablesOf(this.#pipeline)]);
  }
}
