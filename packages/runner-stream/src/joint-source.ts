import { StockafolioError } from '@stockafolio/core';
import type {
  AssignmentListener,
  Divergence,
  GroupTarget,
  InputOffset,
  InputRange,
  PartitionHolder,
  PartitionRange,
  Position,
  Source,
  SourceBatch,
} from '@stockafolio/core/ports';
import { jointIdentity } from '@stockafolio/engine';
import { sumOf } from './sum-of.js';

/**
 * Reads several sources as one, partition by partition: partition 3 is partition 3 of each of them. Offsets and ends are
 * sums; positions and batches say which stream they are of.
 *
 * The first source with the most partitions has the group, and the others follow it: they are read without groups of
 * their own, so that the partitions that belong together are always in one process. That of a broadcast stream never has
 * it: every partition reads all of it.
 */
export function jointSource(sources: readonly NamedSource[]): Source {
  return new Joint(sources);
}

/** The source of a stream, or of the lanes of a repartition or a broadcast stream. */
export interface NamedSource {
  readonly stream: string;
  readonly source: Source;
  /** How many streams it has: the lanes of a repartition. Defaults to one. */
  readonly lanes?: number;
  /** Whether every partition reads all of it: then it says what any of them gets, as partition 0. */
  readonly isBroadcast?: boolean;
}

class Joint implements Source {
  readonly #streams: readonly string[];
  readonly #sources: readonly Source[];
  /** By source, whether it is that of a broadcast stream. */
  readonly #broadcasts: readonly boolean[];
  /** By source, the indexes of its streams. */
  readonly #inputs: readonly (readonly number[])[];
  /** The index of the source that has the group. */
  #leader = 0;
  /** By stream, how many partitions its source had when it was last asked. */
  #counts: readonly number[] = [];
  /** The positions that are read, by partition; the others of the group's follow. */
  readonly #open = new Map<number, Position>();
  readonly #generations = new Map<number, number>();
  /** By partition and source, the next offset of a new message, as far as known. */
  readonly #ends = new Map<number, readonly number[]>();
  #turn = 0;
  #isOpen = false;
  /** Why it cannot be read any longer. */
  #failure: StockafolioError | undefined;

  constructor(inputs: readonly NamedSource[]) {
    this.#streams = inputs.map(({ stream }) => stream);
    this.#sources = inputs.map(({ source }) => source);
    this.#broadcasts = inputs.map(({ isBroadcast = false }) => isBroadcast);
    let count = 0;
    this.#inputs = inputs.map(({ lanes = 1 }) => Array.from({ length: lanes }, () => count++));
  }

  get shared(): boolean {
    return this.#lead.shared === true;
  }

  get #lead(): Source {
    return this.#source(this.#leader);
  }

  async identity(): Promise<string> {
    return jointIdentity(await Promise.all(this.#sources.map((source) => source.identity())));
  }

  async ranges(): Promise<readonly PartitionRange[]> {
    const all = await Promise.all(this.#sources.map((source) => source.ranges()));
    // What is read, and by which group, remains the same while it is open.
    if (!this.#isOpen) {
      this.#counts = all.map(({ length }, source) => (this.#isBroadcast(source) ? 0 : length));
      this.#leader = this.#counts.indexOf(Math.max(...this.#counts));
    }
    this.#failure ??= this.#grown(all.map(({ length }, source) => (this.#isBroadcast(source) ? 0 : length)));
    return (all[this.#leader] ?? []).map(({ partition }) => {
      const ranges = all.map((each, source) =>
        this.#isBroadcast(source) ? each[0] : each.find((one) => one.partition === partition),
      );
      const inputs = ranges.flatMap((range, n): readonly InputRange[] => {
        const whole = { oldest: range?.oldest ?? 0, end: range?.end ?? 0 };
        return this.#isWide(n) ? (range?.inputs ?? (this.#inputs[n] ?? []).map(() => whole)) : [whole];
      });
      const ends = ranges.map((range) => range?.end ?? 0);
      this.#ends.set(partition, ends);
      const isOpenEnded = ranges.some((range) => range?.isOpenEnded === true);
      return {
        ...{ partition, oldest: sumOf(inputs.map(({ oldest }) => oldest)), end: sumOf(ends), inputs },
        ...(isOpenEnded ? { isOpenEnded } : {}),
      };
    });
  }

  /** The error if a source has got partitions since it was opened: they are not read, and keys have moved there. */
  #grown(counts: readonly number[]): StockafolioError | undefined {
    const at = counts.findIndex((count, input) => count > (this.#counts[input] ?? 0));
    if (at < 0) return undefined;
    return new StockafolioError(
      'ERR_PARTITIONS_CHANGED',
      `the source of stream '${this.#streams[at]}' had ${this.#counts[at]} partitions; now there are ${counts[at]}, which this run does not read`,
      { hint: 'start it again: it says whether its tables fit the new partitions, and what to do if not' },
    );
  }

  async diverged(positions: readonly Position[]): Promise<readonly Divergence[]> {
    const all = await Promise.all(
      this.#sources.map((source, input) => source.diverged?.(positions.flatMap((each) => this.#at(each, input) ?? []))),
    );
    return all.flatMap((divergences) => divergences ?? []);
  }

  async open(group: string, listener: AssignmentListener, target?: GroupTarget): Promise<void> {
    for (const source of this.#sources) {
      if (source === this.#lead || source.follow !== undefined) continue;
      throw new StockafolioError('ERR_INTERNAL', 'a source of several streams cannot be read without a group');
    }
    await this.ranges();
    this.#isOpen = true;
    const following: AssignmentListener = {
      assigned: async (partitions, generation) => {
        const positions = await listener.assigned(partitions, generation);
        for (const position of positions) this.#open.set(position.partition, position);
        for (const partition of partitions) this.#generations.set(partition, generation);
        await this.#follow(generation);
        return positions.flatMap((position) => this.#at(position, this.#leader) ?? []);
      },
      revoked: async (partitions, generation) => {
        await listener.revoked(partitions, generation);
        await this.#letGo(partitions, generation);
      },
      lost: async (partitions, generation) => {
        await (listener.lost?.(partitions, generation) ?? listener.revoked(partitions, generation));
        await this.#letGo(partitions, generation);
      },
    };
    await this.#lead.open(group, following, target);
  }

  async #letGo(partitions: readonly number[], generation: number): Promise<void> {
    for (const partition of partitions) this.#open.delete(partition);
    await this.#follow(generation);
  }

  /** Makes the other sources read the partitions that the group has given to this process, from their positions. */
  async #follow(generation: number): Promise<void> {
    for (const [input, source] of this.#sources.entries()) {
      if (input === this.#leader) continue;
      const positions = [...this.#open.values()].filter(({ partition }) => this.#has(input, partition));
      await source.follow?.(
        positions.flatMap((position) => this.#at(position, input) ?? []),
        generation,
      );
    }
  }

  async holders(): Promise<readonly PartitionHolder[]> {
    return (await this.#lead.holders?.()) ?? [];
  }

  async next(maxWait: number): Promise<SourceBatch | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    // The group's calls to the listener come only from here, so no two sources are ever waited for at once.
    for (let n = 0; n < this.#sources.length; n++) {
      const at = this.#turn++ % this.#sources.length;
      const batch = await this.#source(at).next(0);
      if (batch !== undefined) return this.#of(at, batch);
    }
    const batch = await this.#lead.next(maxWait);
    return batch === undefined ? undefined : this.#of(this.#leader, batch);
  }

  /** @param source the index of the source that it comes from */
  #of(source: number, batch: SourceBatch): SourceBatch {
    const { partition, messages, generation } = batch;
    const input = this.#inputs[source]?.[batch.input ?? 0] ?? 0;
    const last = messages.at(-1);
    const next = last === undefined ? 0 : last.silentUntil === undefined ? last.offset + 1 : last.offset;
    const position = this.#open.get(partition);
    // From here on it continues if the group changes.
    if (position !== undefined)
      this.#open.set(
        partition,
        moved(position, input, { offset: next, ...(last?.at === undefined ? {} : { at: last.at + 1 }) }),
      );
    const end = this.#isWide(source) ? batch.endOffset : Math.max(batch.endOffset, next);
    const ends = (this.#ends.get(partition) ?? []).with(source, end);
    this.#ends.set(partition, ends);
    return {
      ...batch,
      input,
      generation: source === this.#leader ? generation : (this.#generations.get(partition) ?? generation),
      endOffset: sumOf(ends),
    };
  }

  emptyAt(partition: number, input = 0): number | undefined {
    const { at, lane } = this.#placeOf(input);
    // A partition that the stream does not have never gets a message.
    if (!this.#has(at, partition)) return Number.POSITIVE_INFINITY;
    return this.#source(at).emptyAt?.(partition, lane);
  }

  pause(partitions: readonly number[], input?: number): void {
    this.#each(input, (source, lane) => source.pause(partitions, lane));
  }

  resume(partitions: readonly number[], input?: number): void {
    this.#each(input, (source, lane) => source.resume(partitions, lane));
  }

  seek(position: Position): void {
    this.#open.set(position.partition, position);
    for (const [input, source] of this.#sources.entries()) {
      const at = this.#at(position, input);
      if (at !== undefined && this.#has(input, position.partition)) source.seek(at);
    }
  }

  /** Only the source that has a group keeps positions for lag tools. */
  async commit(positions: readonly Position[], generation: number): Promise<void> {
    await this.#lead.commit(
      positions.flatMap((position) => this.#at(position, this.#leader) ?? []),
      generation,
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()));
  }

  /** Calls a function for the source of a stream, or for all; a source of one stream is not asked for a lane. */
  #each(input: number | undefined, call: (source: Source, lane: number | undefined) => void): void {
    if (input === undefined) {
      for (const source of this.#sources) call(source, undefined);
      return;
    }
    const { at, lane } = this.#placeOf(input);
    call(this.#source(at), lane);
  }

  /** The index of a stream's source, and the lane that the stream is there; undefined if the source has no lanes. */
  #placeOf(input: number): { readonly at: number; readonly lane: number | undefined } {
    const at = this.#inputs.findIndex((inputs) => inputs.includes(input));
    return { at, lane: this.#isWide(at) ? this.#inputs[at]?.indexOf(input) : undefined };
  }

  #isWide(source: number): boolean {
    return (this.#inputs[source]?.length ?? 1) > 1;
  }

  #isBroadcast(source: number): boolean {
    return this.#broadcasts[source] === true;
  }

  /** Whether a source has something for a partition. */
  #has(source: number, partition: number): boolean {
    return this.#isBroadcast(source) || partition < (this.#counts[source] ?? 0);
  }

  #source(at: number): Source {
    const source = this.#sources[at];
    if (source === undefined) throw new StockafolioError('ERR_INTERNAL', `there is no source number ${at}`);
    return source;
  }

  /** The position of one source. */
  #at({ partition, inputs = [] }: Position, source: number): Position | undefined {
    const own = (this.#inputs[source] ?? []).flatMap((input) => inputs[input] ?? []);
    const [first] = own;
    if (first === undefined) return undefined;
    if (!this.#isWide(source)) return { partition, ...first };
    return { partition, offset: sumOf(own.map(({ offset }) => offset)), inputs: own };
  }
}

function moved({ partition, inputs = [] }: Position, input: number, to: InputOffset): Position {
  const now = inputs.map((at, n) => (n === input ? to : at));
  return { partition, offset: sumOf(now.map((at) => at.offset)), inputs: now };
}
