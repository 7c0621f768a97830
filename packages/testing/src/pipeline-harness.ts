import {
  jsonCodec,
  keyBytes,
  type Pipeline,
  rowObject,
  type RowOf,
  StockafolioError,
  type Stream,
  type Table,
  type Value,
} from '@stockafolio/core';
import { choosePartition, type Codec, type Mutation, type SourceMessage, type Tables } from '@stockafolio/core/ports';
import {
  CheckpointWriter,
  deadLetters,
  findCheckpoint,
  type Lull,
  MergedFeed,
  MessageIntake,
  PartitionEngine,
  type RecordPosition,
  readLulls,
  restoreCheckpoint,
  runTables,
  tablesOf,
} from '@stockafolio/engine';
import { checkpointsBefore } from './earlier-checkpoints.js';
import type { HarnessOptions } from './harness-options.js';
import type { Step } from './marbles.js';
import { memoryFiles, type MemoryFiles } from './memory-files.js';
import { memoryTables } from './memory-tables.js';
import { narrowing } from './narrowing.js';

const SOURCE = 'test-source';

/** A pushed message, in the log that the harness keeps. */
interface Logged {
  /** The index of its stream. */
  readonly input: number;
  readonly partition: number;
  readonly message: SourceMessage;
}

/** One partition's engine, and the writer of its checkpoints. */
interface Running {
  readonly engine: PartitionEngine;
  readonly writer: CheckpointWriter;
  /** Puts messages in order, if the pipeline reads several streams. */
  readonly feed: MergedFeed | undefined;
}

/**
 * Runs a pipeline in memory, step by step, on tables that behave like real ones.
 *
 * Records go to the partition of their key and get its next offset, as in Kafka. Pushed messages are kept in a log, so
 * that the runner can be killed and restarted at any point.
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
  readonly #options: HarnessOptions<T>;
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
  #running: Running[];
  #zombies: PartitionEngine[] = [];
  #created = false;
  /** The time at which a message is sent at the earliest, epoch milliseconds. */
  #now = Number.NEGATIVE_INFINITY;

  constructor(pipeline: Pipeline, options: HarnessOptions<T>) {
    this.#pipeline = pipeline;
    this.#options = options;
    const { streams, reads } = pipeline;
    const { codec, codecs = {}, onPartitionMismatch = 'fail' } = options;
    this.#codecs = streams.map(({ name, schema }, input) => {
      const own = codecs[name] ?? (input === 0 ? (codec as Codec<unknown> | undefined) : undefined);
      return own ?? jsonCodec(schema);
    });
    this.#narrow = streams.map((stream) => narrowing(reads, stream));
    this.#partitions = options.partitions ?? 4;
    this.tables = options.tables ?? memoryTables();
    this.files = options.files ?? memoryFiles();
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

  /**
   * Pushes records of the first stream one after the other, each through its whole partition pipeline. Records of a
   * stream that is keyed by nothing go to the partitions in turn.
   */
  push(...records: readonly T[]): void {
    this.#push(0, records);
  }

  /**
   * Pushes records of one of several streams. Each is sent at its event time, or at that of an earlier one, and waits, as in a
   * run, until it is certain that no earlier record of another stream can come: see {@link idle}.
   *
   * @throws ERR_PIPELINE_INVALID if the pipeline does not read the stream
   * @example
   * harness.pushTo(orders, { user: 'ann', amount: 3, time: 10 });
   * harness.pushTo(payments, { user: 'ann', amount: 3, time: 5 });
   * harness.idle();
   */
  pushTo<R>(stream: Stream<R>, ...records: readonly R[]): void {
    this.#push(this.#inputOf(stream), records);
  }

  #inputOf({ name }: Pick<Stream<unknown>, 'name'>): number {
    const input = this.#pipeline.streams.findIndex((each) => each.name === name);
    if (input >= 0) return input;
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `pipeline '${this.#pipeline.name}' does not read stream '${name}'`,
      { hint: `it reads ${this.#pipeline.streams.map((each) => each.name).join(', ')}` },
    );
  }

  #push(input: number, records: readonly unknown[]): void {
    const stream = this.#streamAt(input);
    const { partitioner } = stream;
    for (const record of records) {
      const partition =
        partitioner === undefined
          ? this.#log.length % this.#partitions
          : choosePartition(partitioner, keyBytes(stream.key(record)), this.#partitions);
      const time = stream.time(record);
      const sent = this.#pipeline.streams.length > 1 ? Math.max(this.#now, time) : time;
      this.#append(input, this.#codecOf(input).encode(record), partition, sent);
    }
  }

  /** Pushes the bytes of a message, which need not be a record, to a stream; by default the first. */
  pushMessage(
    value: Uint8Array | null,
    partition = 0,
    timestamp = 0,
    stream: Pick<Stream<unknown>, 'name'> = this.#pipeline.stream,
  ): void {
    this.#append(this.#inputOf(stream), value, partition, timestamp);
  }

  #append(input: number, value: Uint8Array | null, partition: number, timestamp: number): void {
    const ends = this.#ends[input] as number[];
    const offset = ends[partition] ?? 0;
    ends[partition] = offset + 1;
    const message: SourceMessage = {
      ...{ offset, timestamp, key: null, value },
      ...(this.#options.clock === undefined ? {} : { byProducer: true }),
    };
    const logged = { input, partition, message };
    this.#now = Math.max(this.#now, timestamp);
    this.#log.push(logged);
    this.#deliver(logged);
    this.#running[partition]?.feed?.drain();
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

  /** The rows of a table as plain objects, sorted by key. */
  async rows<R extends Table>(table: R): Promise<RowOf<R>[]> {
    await this.#create();
    const rows: RowOf<R>[] = [];
    for await (const { values } of this.tables.scanAll(table)) {
      rows.push(withoutAbsent(rowObject(table, values)) as RowOf<R>);
    }
    return rows;
  }

  /** The dead letters, sorted by partition, offset and operator. */
  async deadLetters(): Promise<RowOf<typeof deadLetters>[]> {
    return this.rows(deadLetters);
  }

  /** Lets the time pass after which no message waits for one of another stream. */
  #settle(): void {
    if (this.#pipeline.streams.length > 1) this.#now += this.#pipeline.idleAfter + 1;
    for (const { feed } of this.#running) {
      if (feed === undefined) continue;
      for (const input of this.#pipeline.streams.keys()) feed.silent(input, this.#now);
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
    await this.#create();
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
    this.#running[partition] = running;
    const from = running.engine.inputs.all.map(({ offset }) => offset);
    for (const logged of this.#log) {
      if (logged.partition === partition && logged.message.offset >= (from[logged.input] ?? 0)) this.#deliver(logged);
    }
    running.feed?.drain();
  }

  async #write(engine: PartitionEngine): Promise<void> {
    await this.#create();
    const rows: Mutation[] = [...engine.commit()];
    await this.tables.write(engine.takeNotes());
    await this.tables.write(rows);
    await this.tables.write([engine.progress(), ...engine.marks()]);
  }

  async #create(): Promise<void> {
    if (this.#created) return;
    this.#created = true;
    await this.tables.create([...runTables, ...tablesOf(this.#pipeline)]);
  }
}

function isPair<T>(step: Step<T> | readonly [number, T]): step is readonly [number, T] {
  return Array.isArray(step);
}

function withoutAbsent(row: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}
