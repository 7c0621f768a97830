import { StockafolioError } from '@stockafolio/core';
import {
  cutByEnd,
  cutByMessage,
  type AssignmentListener,
  type Clock,
  type Divergence,
  type Position,
  type Source,
  type SourceBatch,
  type SourceMessage,
} from '@stockafolio/core/ports';
import { systemClock } from '../clock-system/index.js';
import { commitPositions } from './consumer-positions.js';
import { logError } from './log-error.js';
import { LogTail } from './log-tail.js';
import { existingMeta, type LogMeta } from './meta.js';
import { PartitionReader } from './partition-reader.js';
import { partitionFolder } from './segments.js';

export interface LogSourceOptions {
  /** The partitions that this source reads; defaults to all. */
  readonly partitions?: readonly number[];
  readonly clock?: Clock;
  /** Largest number of messages in one batch; defaults to 2000. */
  readonly maxBatch?: number;
}

/** The partitions of a log never change: there is only this assignment. */
const GENERATION = 1;

/** The end of a partition is looked up at most once in this many milliseconds. */
const LOOK = 100;

interface Reading {
  readonly partition: number;
  reader: PartitionReader;
  paused: boolean;
  end: number;
  looked: number;
  /** When it was last read to its end, epoch milliseconds; undefined if it had more. */
  emptyAt: number | undefined;
}

/**
 * The reading end of a log in a folder. Any number of processes may read it, while one is writing.
 *
 * The first call that needs the log opens it, and fails with ERR_SOURCE_UNAVAILABLE if there is no log by then. There
 * is no group protocol: several processes share a log by reading different `partitions`.
 *
 * @example
 * const source = logSource('/data/trades');
 * await source.open('app', listener);
 * const batch = await source.next(1_000);
 */
export function logSource(dir: string, options: LogSourceOptions = {}): Source {
  return new LogSource(dir, options);
}

class LogSource implements Source {
  readonly #dir: string;
  readonly #options: LogSourceOptions;
  readonly #clock: Clock;
  readonly #maxBatch: number;
  readonly #tails = new Map<number, LogTail>();
  readonly #readings = new Map<number, Reading>();
  readonly #closed = new AbortController();
  #meta: LogMeta | undefined;
  #group: string | undefined;
  #turn = 0;

  constructor(dir: string, options: LogSourceOptions) {
    this.#dir = dir;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#maxBatch = options.maxBatch ?? 2000;
  }

  async identity(): Promise<string> {
    return (await this.#opened()).identity;
  }

  async ranges(): Promise<{ partition: number; oldest: number; end: number }[]> {
    const { partitions } = await this.#opened();
    const all = Array.from({ length: partitions }, async (_, partition) => ({
      partition,
      ...(await this.#tail(partition).range()),
    }));
    return Promise.all(all).catch((error: unknown) => {
      throw logError(error, this.#dir);
    });
  }

  /** A log in a folder has no epochs: its end and the message before the position tell. */
  async diverged(positions: readonly Position[]): Promise<readonly Divergence[]> {
    const ranges = await this.ranges();
    const divergences: Divergence[] = [];
    for (const position of positions) {
      const { oldest, end } = ranges[position.partition] ?? { oldest: 0, end: 0 };
      const before = position.offset - 1;
      const message = before >= oldest && before < end ? await this.#messageAt(position.partition, before) : undefined;
      const found = cutByEnd(position, end) ?? cutByMessage(position, message);
      if (found !== undefined) divergences.push(found);
    }
    return divergences;
  }

  async #messageAt(partition: number, offset: number): Promise<SourceMessage | undefined> {
    const reader = this.#readerAt(partition, offset);
    try {
      return (await reader.read(1))[0];
    } catch (error) {
      throw logError(error, this.#dir);
    } finally {
      await reader.close();
    }
  }

  async open(group: string, listener: AssignmentListener): Promise<void> {
    const meta = await this.#opened();
    const partitions = [...new Set(this.#options.partitions ?? Array.from({ length: meta.partitions }, (_, i) => i))];
    for (const partition of partitions) {
      if (Number.isSafeInteger(partition) && partition >= 0 && partition < meta.partitions) continue;
      throw new StockafolioError('ERR_USAGE', `there is no partition ${partition} in the log in ${this.#dir}`, {
        hint: `its partitions are 0 to ${meta.partitions - 1}`,
      });
    }
    this.#group = group;
    await this.#read(partitions, await listener.assigned(partitions, GENERATION));
  }

  /** The generation is always the same: the partitions that it reads are chosen by the caller. */
  async follow(positions: readonly Position[]): Promise<void> {
    await this.#opened();
    const before = [...this.#readings.values()];
    this.#readings.clear();
    for (const { reader } of before) await reader.close();
    await this.#read(
      positions.map(({ partition }) => partition),
      positions,
    );
  }

  emptyAt(partition: number): number | undefined {
    return this.#readings.get(partition)?.emptyAt;
  }

  async #read(partitions: readonly number[], positions: readonly Position[]): Promise<void> {
    for (const partition of partitions) {
      const asked = positions.find((position) => position.partition === partition);
      const offset = asked?.offset ?? (await this.#tail(partition).range()).oldest;
      this.#readings.set(partition, {
        partition,
        reader: this.#readerAt(partition, offset),
        paused: false,
        end: 0,
        looked: -Infinity,
        emptyAt: undefined,
      });
    }
  }

  async next(maxWait: number): Promise<SourceBatch | undefined> {
    const deadline = this.#clock.elapsed() + maxWait;
    try {
      for (let pause = 1; !this.#closed.signal.aborted; pause = Math.min(2 * pause, 20)) {
        const batch = await this.#poll();
        if (batch !== undefined) return batch;
        const left = deadline - this.#clock.elapsed();
        if (left <= 0) return undefined;
        await this.#clock.sleep(Math.min(pause, left), this.#closed.signal);
      }
      return undefined;
    } catch (error) {
      if (this.#closed.signal.aborted) return undefined;
      throw logError(error, this.#dir);
    }
  }

  pause(partitions: readonly number[]): void {
    for (const reading of this.#readingsOf(partitions)) reading.paused = true;
  }

  resume(partitions: readonly number[]): void {
    for (const reading of this.#readingsOf(partitions)) reading.paused = false;
  }

  seek({ partition, offset }: Position): void {
    for (const reading of this.#readingsOf([partition])) {
      this.#readFrom(reading, offset);
    }
  }

  async commit(positions: readonly Position[], generation: number): Promise<void> {
    const owned = positions.filter(({ partition }) => this.#readings.has(partition));
    if (this.#group === undefined || generation !== GENERATION || owned.length === 0) return;
    await commitPositions(this.#dir, this.#group, owned).catch((error: unknown) => {
      throw logError(error, this.#dir);
    });
  }

  async close(): Promise<void> {
    this.#closed.abort();
    for (const { reader } of this.#readings.values()) await reader.close();
    for (const tail of this.#tails.values()) await tail.close();
  }

  /** One round over the partitions, beginning after the one that was read last. */
  async #poll(): Promise<SourceBatch | undefined> {
    const readings = [...this.#readings.values()];
    for (let i = 0; i < readings.length; i += 1) {
      this.#turn += 1;
      const reading = readings[this.#turn % readings.length];
      if (reading === undefined || reading.paused) continue;
      const { reader, partition } = reading;
      const asked = this.#clock.now();
      const messages = await reader.read(this.#maxBatch).catch((error: unknown) => {
        if (reading.reader === reader) throw error;
        return [];
      });
      const first = messages[0];
      if (reading.reader === reader) reading.emptyAt = first === undefined ? asked : undefined;
      if (first === undefined) continue;
      const endOffset = await this.#endOf(reading);
      // A seek or a pause may have come meanwhile: then the messages are no longer wanted, or not now.
      if (reading.reader !== reader) continue;
      if (!this.#isPaused(reading)) return { partition, generation: GENERATION, messages, endOffset };
      this.#readFrom(reading, first.offset);
    }
    return undefined;
  }

  #isPaused(reading: Reading): boolean {
    return reading.paused;
  }

  async #endOf(reading: Reading): Promise<number> {
    const now = this.#clock.elapsed();
    if (now - reading.looked >= LOOK) {
      reading.looked = now;
      // If the end cannot be determined, the reader itself will find and report the fault.
      const range = await this.#tail(reading.partition)
        .range()
        .catch(() => undefined);
      reading.end = range?.end ?? reading.end;
    }
    return Math.max(reading.end, reading.reader.next);
  }

  #readingsOf(partitions: readonly number[]): Reading[] {
    return partitions.flatMap((partition) => this.#readings.get(partition) ?? []);
  }

  #readFrom(reading: Reading, offset: number): void {
    const before = reading.reader;
    reading.reader = this.#readerAt(reading.partition, offset);
    reading.emptyAt = undefined;
    void before.close();
  }

  #readerAt(partition: number, offset: number): PartitionReader {
    return new PartitionReader(partitionFolder(this.#dir, partition), partition, offset);
  }

  #tail(partition: number): LogTail {
    const known = this.#tails.get(partition);
    if (known !== undefined) return known;
    const tail = new LogTail(partitionFolder(this.#dir, partition));
    this.#tails.set(partition, tail);
    return tail;
  }

  async #opened(): Promise<LogMeta> {
    this.#meta ??= await existingMeta(this.#dir);
    return this.#meta;
  }
}
