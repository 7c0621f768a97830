import { isStockafolioError, type Stream } from '@stockafolio/core';
import { type ArchiveFacts, isPartitionerName } from '@stockafolio/core/ports';
import { partitionChoice } from '@stockafolio/engine';
import { EntryJudge, type Judged } from './entry-judge.js';
import { filesOf } from './files-of.js';
import type { ArchivedInput } from './inputs.js';
import type { BatchUnit, DividedRange } from './options.js';

/** An entry of an archive that is repartitioned. */
export interface DividedEntry {
  readonly judged: Judged;
  readonly position: { readonly partition: number; readonly offset: number; readonly ingested: number };
}

/** What a unit reads of the archive of one stream. */
export interface DividedReading extends Pick<BatchUnit, 'partition' | 'onPartitionMismatch'> {
  /** Identity of the source that was archived. */
  readonly source: string;
  /** How many partitions the source has now. */
  readonly partitions: number | undefined;
  readonly division: readonly DividedRange[];
}

/**
 * The entries of one new partition, out of all partitions of an archive, portion by portion.
 *
 * Their order is (number of partitions at that time, watermark of their own partition, partition, offset). So the
 * records of a key stay in order, because a key has one partition at a time. No record is later than it was in its own
 * partition. And the order depends on the archive alone. A rejected message has no key: it belongs to the partition of
 * its own number.
 *
 * @throws ERR_PARTITION_MISMATCH
 */
export async function* dividedEntries(
  input: ArchivedInput,
  reading: DividedReading,
): AsyncGenerator<readonly DividedEntry[]> {
  let lanes = reading.division.map((range) => new Lane(input, reading, range));
  for (;;) {
    for (const lane of lanes) if (lane.head === undefined) await lane.read();
    lanes = lanes.filter(({ head }) => head !== undefined);
    if (lanes.length === 0) return;
    yield takenUntilOneIsEmpty(lanes);
  }
}

function takenUntilOneIsEmpty(lanes: readonly Lane[]): readonly DividedEntry[] {
  const taken: DividedEntry[] = [];
  for (;;) {
    let lane = lanes[0] as Lane;
    for (const other of lanes) if (isBefore(other.head as Entry, lane.head as Entry)) lane = other;
    taken.push(lane.head as Entry);
    lane.shift();
    if (lane.head === undefined) return taken;
  }
}

interface Entry extends DividedEntry {
  /** How many partitions there were when it was archived. */
  readonly partitions: number;
  /** The latest event time in its partition up to here, epoch milliseconds. */
  readonly latest: number;
}

function isBefore(a: Entry, b: Entry): boolean {
  if (a.partitions !== b.partitions) return a.partitions < b.partitions;
  if (a.latest !== b.latest) return a.latest < b.latest;
  return a.position.partition < b.position.partition;
}

/** The entries of one archived partition for a unit, read on demand. */
class Lane {
  readonly #from: DividedRange;
  readonly #stream: Stream<unknown>;
  readonly #choose: (record: unknown) => number;
  readonly #chunks: AsyncIterator<readonly Entry[]>;
  #entries: readonly Entry[] = [];
  #next = 0;
  #latest = Number.NEGATIVE_INFINITY;
  #isOver = false;

  constructor(input: ArchivedInput, reading: DividedReading, from: DividedRange) {
    this.#from = from;
    this.#stream = input.stream;
    this.#choose = partitionChoice(this.#stream, reading.partitions) ?? (() => from.partition);
    this.#chunks = this.#read(input, reading);
  }

  /** The next entry; undefined if more must be read, or nothing is left. */
  get head(): Entry | undefined {
    return this.#entries[this.#next];
  }

  shift(): void {
    this.#next++;
  }

  /** Reads until there is a head, or nothing is left. */
  async read(): Promise<void> {
    while (this.head === undefined && !this.#isOver) {
      const { done, value } = await this.#chunks.next();
      this.#isOver = done === true;
      this.#entries = done === true ? [] : value;
      this.#next = 0;
    }
  }

  async *#read(
    { archive, codec, stream: is }: ArchivedInput,
    reading: DividedReading,
  ): AsyncGenerator<readonly Entry[]> {
    const { partition, from, to } = this.#from;
    const { source, onPartitionMismatch } = reading;
    for (const file of await filesOf(archive, { ...this.#from, source })) {
      const facts = (await archive.facts(file.name)) ?? { source };
      if (!mayHold(is, facts, partition, reading)) continue;
      const stream = asThen(is, facts);
      const { partitions = 0, partitionsBefore } = facts;
      const judge = new EntryJudge(stream, codec, facts, {
        ...{ partition, partitions: facts.partitions, partitionsBefore, onPartitionMismatch },
      });
      const begin = Math.max(from, file.first);
      for await (const part of archive.read(file, begin, { defaults: codec.defaults }))
        for (const entries of part) {
          const own: Entry[] = [];
          for (const entry of entries) {
            if (entry.offset >= to) break;
            const judged = judge.judge(entry);
            if (this.#belongsIn(judged) !== reading.partition) continue;
            const position = { partition, offset: entry.offset, ingested: entry.ingested };
            own.push({ judged, position, partitions, latest: this.#latest });
          }
          yield own;
        }
    }
  }

  /** The new partition of an entry; an entry without a key or a time belongs to the partition of its own number. */
  #belongsIn(judged: Judged): number {
    if (!('record' in judged)) return this.#from.partition;
    try {
      this.#latest = Math.max(this.#latest, this.#stream.time(judged.record));
      return this.#choose(judged.record);
    } catch (error) {
      if (!isStockafolioError(error, 'ERR_BAD_RECORD')) throw error;
      return this.#from.partition;
    }
  }
}

/** The stream as it was declared when a file was archived: the partitioner of that time chose the partitions. */
function asThen(stream: Stream<unknown>, { partitioner }: ArchiveFacts): Stream<unknown> {
  return partitioner === undefined || !isPartitionerName(partitioner) ? stream : { ...stream, partitioner };
}

/**
 * Whether a file may have records for a unit. The named partitioners use the remainder of a hash. If the hash modulo
 * the old number is `partition`, then the hash modulo the new number differs from it by multiples of their greatest
 * common divisor.
 */
function mayHold(
  { partitioner }: Stream<unknown>,
  facts: ArchiveFacts,
  partition: number,
  reading: DividedReading,
): boolean {
  const { partitions } = facts;
  if (partitions === undefined || reading.partitions === undefined || facts.mixed === true) return true;
  if (typeof partitioner !== 'string' || facts.partitioner !== partitioner) return true;
  return (reading.partition - partition) % commonDivisor(partitions, reading.partitions) === 0;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
