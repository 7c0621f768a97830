import { jsonCodec, keyBytes, type Pipeline, rowObject, type RowOf, type Table, type Value } from '@stockafolio/core';
import {
  choosePartition,
  type Clock,
  type Codec,
  type Mutation,
  partialRecordMaker,
  type SourceMessage,
  type Tables,
} from '@stockafolio/core/ports';
import {
  checkpointFolder,
  CheckpointWriter,
  deadLetters,
  findCheckpoint,
  MessageIntake,
  type OnPartitionMismatch,
  PartitionEngine,
  type RecordPosition,
  restoreCheckpoint,
  tablesOf,
} from '@stockafolio/engine';
import type { Step } from './marbles.js';
import { memoryFiles, type MemoryFiles } from './memory-files.js';
import { memoryTables } from './memory-tables.js';

export interface HarnessOptions<T> {
  /** Partitions of the source; defaults to 4. */
  readonly partitions?: number;
  /** Converts between records and messages; defaults to the JSON form of the stream's schema. */
  readonly codec?: Codec<T>;
  /** Defaults to `dead-letter`. */
  readonly onBadRecord?: 'dead-letter' | 'fail';
  /**
   * Defaults to `fail`: an error that the language throws in a function of the pipeline, such as a TypeError, is thrown
   * by `push` or `commit` (ERR_PIPELINE_DEFECT). `dead-letter` dead-letters the record, as a runner does.
   */
  readonly onDefect?: 'dead-letter' | 'fail';
  /** Defaults to `fail`: a message outside its key's partition ends the run. */
  readonly onPartitionMismatch?: OnPartitionMismatch;
  /**
   * If given, messages carry their producer's time, which is compared with this clock; otherwise they carry the
   * broker's time.
   */
  readonly clock?: Pick<Clock, 'now'>;
  /** Tables and checkpoints of another harness; defaults to new ones. */
  readonly tables?: Tables;
  readonly files?: MemoryFiles;
  /** Continue from a checkpoint of another plan. */
  readonly acceptPlanChange?: boolean;
}

const SOURCE = 'test-source';

/** A pushed message, in the log that the harness keeps. */
interface Logged {
  readonly partition: number;
  readonly message: SourceMessage;
}

/** One partition's engine, and the writer of its checkpoints. */
interface Running {
  readonly engine: PartitionEngine;
  readonly writer: CheckpointWriter;
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
  readonly #codec: Codec<unknown>;
  /** Reduces a record to the fields that the pipeline declares to read, as a batch run does. */
  readonly #narrow: (record: unknown) => unknown;
  readonly #intakes: readonly MessageIntake<unknown>[];
  readonly #partitions: number;
  readonly #log: Logged[] = [];
  readonly #ends: number[];
  #running: Running[];
  #zombies: PartitionEngine[] = [];
  #created = false;

  constructor(pipeline: Pipeline, options: HarnessOptions<T>) {
    this.#pipeline = pipeline;
    this.#options = options;
    this.#codec = (options.codec as Codec<unknown> | undefined) ?? jsonCodec(pipeline.stream.schema);
    this.#narrow = narrowing(pipeline);
    this.#partitions = options.partitions ?? 4;
    this.tables = options.tables ?? memoryTables();
    this.files = options.files ?? memoryFiles();
    this.#ends = new Array<number>(this.#partitions).fill(0);
    const { onPartitionMismatch = 'fail' } = options;
    this.#intakes = this.#ends.map((_, partition) => {
      const at = { stream: pipeline.stream, codec: this.#codec, partition, partitions: this.#partitions };
      return new MessageIntake({ ...at, onPartitionMismatch });
    });
    this.#running = this.#ends.map((_, partition) => this.#fresh(partition));
  }

  /** The engines of the partitions, in order. */
  get engines(): readonly PartitionEngine[] {
    return this.#running.map(({ engine }) => engine);
  }

  /**
   * Pushes records one after the other, each through its whole partition pipeline. Records of a stream that is keyed by
   * nothing go to the partitions in turn.
   */
  push(...records: readonly T[]): void {
    const { stream } = this.#pipeline;
    const { partitioner } = stream;
    for (const record of records) {
      const partition =
        partitioner === undefined
          ? this.#log.length % this.#partitions
          : choosePartition(partitioner, keyBytes(stream.key(record)), this.#partitions);
      this.pushMessage(this.#codec.encode(record), partition, stream.time(record));
    }
  }

  /** Pushes the bytes of a message, which need not be a record. */
  pushMessage(value: Uint8Array | null, partition = 0, timestamp = 0): void {
    const offset = this.#ends[partition] ?? 0;
    this.#ends[partition] = offset + 1;
    const message: SourceMessage = {
      ...{ offset, timestamp, key: null, value },
      ...(this.#options.clock === undefined ? {} : { byProducer: true }),
    };
    this.#log.push({ partition, message });
    this.#deliver(partition, message);
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

  /** No records have arrived for a while: windows emit their contents. */
  idle(): void {
    for (const { engine } of this.#running) engine.flush(true);
  }

  /** Writes the changes to the tables, and how far they are exact. */
  async commit(): Promise<void> {
    for (const { engine } of this.#running) await this.#write(engine);
  }

  /** Commits, then stores a checkpoint of every partition. */
  async checkpoint(): Promise<void> {
    await this.commit();
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
    for (const partition of partitions ?? this.#ends.keys()) await this.#restart(partition, this.files);
  }

  /** Kills the runner and continues from before the last `n` messages or earlier; these are delivered again. */
  async redeliver(n: number): Promise<void> {
    const lost = this.#log.slice(Math.max(0, this.#log.length - n));
    for (const partition of this.#ends.keys()) {
      const first = lost.find((logged) => logged.partition === partition)?.message.offset;
      await this.#restart(partition, first === undefined ? this.files : this.#checkpointsUpTo(partition, first));
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

  #fresh(partition: number): Running {
    const engine = new PartitionEngine({
      pipeline: this.#pipeline,
      partition,
      source: SOURCE,
      codec: { encode: (record, position) => this.#encode(record, partition, position) },
      onBadRecord: this.#options.onBadRecord ?? 'dead-letter',
      onDefect: this.#options.onDefect ?? 'fail',
    });
    return { engine, writer: this.#writer(engine) };
  }

  #writer(engine: PartitionEngine, resumed?: ConstructorParameters<typeof CheckpointWriter>[1]): CheckpointWriter {
    const target = { pipeline: this.#pipeline.name, source: SOURCE, engine, files: this.files };
    return new CheckpointWriter(target, resumed);
  }

  #deliver(partition: number, message: SourceMessage): void {
    const engine = this.#running[partition]?.engine;
    if (engine === undefined) throw new Error(`there is no partition ${partition}`);
    const position = { offset: message.offset, ingested: message.timestamp };
    const intake = this.#intakes[partition]?.take(message, this.#options.clock?.now());
    if (intake === undefined) return;
    if ('record' in intake) engine.push(this.#narrow(intake.record), position);
    else engine.reject(intake.rejected, message.value ?? new Uint8Array(0), position);
  }

  /** A record as its message, complete even if the record was reduced. */
  #encode(record: unknown, partition: number, { offset }: RecordPosition): Uint8Array {
    if (this.#pipeline.reads === undefined) return this.#codec.encode(record);
    const logged = this.#log.find((each) => each.partition === partition && each.message.offset === offset);
    return this.#codec.encode(this.#codec.decode(logged?.message.value ?? new Uint8Array(0), { partition, offset }));
  }

  async #restart(partition: number, files: MemoryFiles): Promise<void> {
    const before = this.#running[partition];
    if (before !== undefined) this.#zombies.push(before.engine);
    let running = this.#fresh(partition);
    const chain = await findCheckpoint(files, this.#pipeline.name, partition, () => undefined);
    if (chain !== undefined) {
      const { engine } = running;
      restoreCheckpoint(engine, chain, {
        source: SOURCE,
        acceptPlanChange: this.#options.acceptPlanChange ?? false,
      });
      running = { engine, writer: this.#writer(engine, chain) };
    }
    this.#running[partition] = running;
    const { offset } = running.engine.position;
    for (const logged of this.#log) {
      if (logged.partition === partition && logged.message.offset >= offset) this.#deliver(partition, logged.message);
    }
  }

  /** The checkpoints of a partition that a run at an earlier time would have found. */
  #checkpointsUpTo(partition: number, offset: number): MemoryFiles {
    const earlier = memoryFiles();
    const folder = checkpointFolder(this.#pipeline.name, partition);
    for (const [name, bytes] of this.files.contents) {
      if (name.startsWith(folder) && Number(/(\d{20})\.checkpoint$/.exec(name)?.[1]) <= offset) {
        earlier.contents.set(name, bytes);
      }
    }
    return earlier;
  }

  async #write(engine: PartitionEngine): Promise<void> {
    await this.#create();
    const rows: Mutation[] = [...engine.commit()];
    await this.tables.write(rows);
    await this.tables.write([engine.progress()]);
  }

  async #create(): Promise<void> {
    if (this.#created) return;
    this.#created = true;
    await this.tables.create(tablesOf(this.#pipeline));
  }
}

function narrowing({ reads, stream }: Pipeline): (record: unknown) => unknown {
  if (reads === undefined) return (record) => record;
  const { names } = stream.schema;
  const make = partialRecordMaker(names, reads);
  const read = names.filter((name) => reads.includes(name));
  return (record) => make(read.map((name) => (record as Readonly<Record<string, unknown>>)[name]));
}

function isPair<T>(step: Step<T> | readonly [number, T]): step is readonly [number, T] {
  return Array.isArray(step);
}

function withoutAbsent(row: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}
