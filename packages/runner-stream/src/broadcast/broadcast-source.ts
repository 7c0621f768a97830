import { StockafolioError } from '@stockafolio/core';
import type {
  Divergence,
  InputOffset,
  PartitionHolder,
  PartitionRange,
  Position,
  Source,
  SourceBatch,
} from '@stockafolio/core/ports';
import { sumOf } from '../sum-of.js';

/**
 * Reads the source of a broadcast stream for all partitions of a process at once. Each of them gets every message, in
 * lanes: one for each partition of the source. It is read once, from the earliest position of any partition.
 *
 * @param lanes how many partitions the source has
 */
export function broadcastSource(source: Source, stream: string, lanes: number): Source {
  return new BroadcastSource(source, stream, lanes);
}

class BroadcastSource implements Source {
  readonly #source: Source;
  readonly #stream: string;
  readonly #lanes: readonly number[];
  /** By partition of the pipeline and lane, the offset from which messages are passed on. */
  readonly #next = new Map<number, number[]>();
  /** By lane, the offset up to which the source was read. */
  readonly #read: number[];
  /** By lane, the offset of the next new message, as far as known. */
  readonly #ends: number[];
  /** By lane, the partitions for which it is paused. */
  readonly #paused: readonly Set<number>[];
  /** They share the messages of one batch of the source, whose memory lasts until the next one. */
  readonly #ready: SourceBatch[] = [];
  #failure: StockafolioError | undefined;

  constructor(source: Source, stream: string, lanes: number) {
    this.#source = source;
    this.#stream = stream;
    this.#lanes = [...Array<undefined>(lanes).keys()];
    this.#read = this.#lanes.map(() => 0);
    this.#ends = this.#lanes.map(() => 0);
    this.#paused = this.#lanes.map(() => new Set());
  }

  identity(): Promise<string> {
    return this.#source.identity();
  }

  /** What any partition gets, as if there were one: it is the same for all of them. */
  async ranges(): Promise<readonly PartitionRange[]> {
    const ranges = await this.#source.ranges();
    if (ranges.length > this.#lanes.length) this.#failure ??= this.#grown(ranges.length);
    const inputs = this.#lanes.map((lane) => {
      const { oldest = 0, end = 0 } = ranges.find(({ partition }) => partition === lane) ?? {};
      this.#ends[lane] = Math.max(end, this.#ends[lane] ?? 0);
      return { oldest, end };
    });
    const [oldest, end] = [sumOf(inputs.map((each) => each.oldest)), sumOf(inputs.map((each) => each.end))];
    return [{ partition: 0, oldest, end, inputs }];
  }

  #grown(now: number): StockafolioError {
    return new StockafolioError(
      'ERR_PARTITIONS_CHANGED',
      `the source of broadcast stream '${this.#stream}' had ${this.#lanes.length} partitions; now there are ${now}, which this run does not read`,
      { hint: 'start it again: it then reads them too' },
    );
  }

  async diverged(positions: readonly Position[]): Promise<readonly Divergence[]> {
    return (await this.#source.diverged?.(positions.flatMap((position) => this.#inSource(position)))) ?? [];
  }

  open(): Promise<void> {
    throw new StockafolioError('ERR_INTERNAL', `broadcast stream '${this.#stream}' cannot have the group`);
  }

  async follow(positions: readonly Position[], generation: number): Promise<void> {
    if (this.#source.follow === undefined)
      throw new StockafolioError(
        'ERR_INTERNAL',
        `the source of stream '${this.#stream}' cannot be read without a group`,
      );
    this.#next.clear();
    this.#ready.length = 0;
    for (const position of positions) this.#next.set(position.partition, this.#offsetsOf(position));
    for (const paused of this.#paused)
      for (const partition of paused) if (!this.#next.has(partition)) paused.delete(partition);
    for (const lane of this.#lanes) if (this.#paused[lane]?.size === 0) this.#source.resume([lane]);
    const earliest = this.#lanes.flatMap((lane): readonly Position[] => {
      const [first] = positions
        .flatMap((position) => this.#inSource(position))
        .filter(({ partition }) => partition === lane)
        .sort((a, b) => a.offset - b.offset);
      this.#read[lane] = first?.offset ?? 0;
      return first === undefined ? [] : [first];
    });
    await this.#source.follow(earliest, generation);
  }

  async holders(): Promise<readonly PartitionHolder[]> {
    return [];
  }

  async next(maxWait: number): Promise<SourceBatch | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#ready.length === 0) {
      const batch = await this.#source.next(maxWait);
      if (batch !== undefined) this.#share(batch);
    }
    return this.#ready.shift();
  }

  /** Passes the messages of a batch on to each partition that has not had them. */
  #share(batch: SourceBatch): void {
    const { partition: lane, messages, endOffset } = batch;
    const last = messages.at(-1);
    if (last === undefined || !this.#lanes.includes(lane)) return;
    this.#read[lane] = last.offset + 1;
    this.#ends[lane] = Math.max(endOffset, last.offset + 1);
    for (const [partition, next] of this.#next) {
      const from = next[lane] ?? 0;
      const fresh = messages.filter(({ offset }) => offset >= from);
      if (fresh.length === 0) continue;
      next[lane] = last.offset + 1;
      this.#ready.push({ ...batch, partition, input: lane, messages: fresh, endOffset: sumOf(this.#ends) });
    }
  }

  /** Undefined while messages of the lane are on their way to the partition. */
  emptyAt(partition: number, lane = 0): number | undefined {
    if (this.#ready.some((batch) => batch.partition === partition && batch.input === lane)) return undefined;
    return this.#source.emptyAt?.(lane);
  }

  /** A lane is read for all partitions or for none. The others wait: they get the same messages. */
  pause(partitions: readonly number[], input?: number): void {
    for (const lane of this.#chosen(input)) {
      for (const partition of partitions) this.#paused[lane]?.add(partition);
      this.#source.pause([lane]);
    }
  }

  resume(partitions: readonly number[], input?: number): void {
    for (const lane of this.#chosen(input)) {
      for (const partition of partitions) this.#paused[lane]?.delete(partition);
      if (this.#paused[lane]?.size === 0) this.#source.resume([lane]);
    }
  }

  #chosen(input: number | undefined): readonly number[] {
    return input === undefined ? this.#lanes : [input];
  }

  seek(position: Position): void {
    const { partition } = position;
    if (!this.#next.has(partition)) return;
    this.#next.set(partition, this.#offsetsOf(position));
    for (const batch of this.#ready.splice(0)) if (batch.partition !== partition) this.#ready.push(batch);
    for (const at of this.#inSource(position)) {
      if (at.offset >= (this.#read[at.partition] ?? 0)) continue;
      this.#read[at.partition] = at.offset;
      this.#source.seek(at);
    }
  }

  /** It has no group, so no tool asks for its lag. */
  async commit(): Promise<void> {
    await Promise.resolve();
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  /** By lane, the next offset of a position. */
  #offsetsOf(position: Position): number[] {
    return this.#inSource(position).map(({ offset }) => offset);
  }

  /** The positions of the lanes, in the source. */
  #inSource({ inputs, offset, mark }: Position): readonly Position[] {
    const own: readonly InputOffset[] = inputs ?? [{ offset, ...(mark === undefined ? {} : { mark }) }];
    return this.#lanes.map((partition) => ({ offset: 0, ...own[partition], partition }));
  }
}
