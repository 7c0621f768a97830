import { jsonCodec, type Stream } from '@stockafolio/core';
import {
  type Archive,
  type ArchiveEntry,
  type ArchiveFacts,
  type Codec,
  isPartitionerName,
  type OwnArchives,
} from '@stockafolio/core/ports';
import { AsyncMapper, type AsyncOptions, type Departure } from '@stockafolio/engine';
import type { LaneWriter } from '../options.js';

/** Records that are held until they become a file. */
const AT_ONCE = 50_000;

/** A repartition of a stage, as the batch keeps it: an archive for each partition that its records leave. */
export interface Way {
  readonly stream: Stream<unknown>;
  /** How many partitions its records go to. */
  readonly partitions: number;
  /** Identity of what they are made of. */
  readonly source: string;
}

/** The stream of a lane, under a name that is unique among the archives of all pipelines. */
export function laneStream(pipeline: string, { stream }: Pick<Way, 'stream'>, lane: number): Stream<unknown> {
  return { ...stream, name: `${pipeline}--${stream.name}-${lane}` };
}

/** The archive of a lane; it knows what it is of before it has a file. */
export function laneArchive(own: OwnArchives, pipeline: string, way: Way, lane: number): Archive<unknown> {
  const archive = own.open(laneStream(pipeline, way, lane));
  return {
    facts: async (name) => (await archive.facts(name)) ?? (name === undefined ? factsOf(way) : undefined),
    files: () => archive.files(),
    began: (partition) => archive.began(partition),
    extent: async () => archive.extent?.(),
    writeExtent: async (extent) => archive.writeExtent?.(extent),
    read: (file, from, options) => archive.read(file, from, options),
    write: (file, facts, entries) => archive.write(file, facts, entries),
  };
}

function factsOf({ source, partitions, stream: { partitioner } }: Way): ArchiveFacts {
  const isNamed = typeof partitioner === 'string' && isPartitionerName(partitioner);
  return { source, partitions, ...(isNamed ? { partitioner } : {}) };
}

export interface LaneOptions {
  readonly own: OwnArchives;
  readonly pipeline: string;
  /** By the name of the repartition. */
  readonly ways: ReadonlyMap<string, Way>;
  /** The partition that the records leave. */
  readonly lane: number;
  /** How asynchronous functions are called. */
  readonly calls: AsyncOptions;
}

/** The records of one lane that go to one partition. */
interface Share {
  /** The first number that is not kept yet. */
  first: number;
  entries: ArchiveEntry<unknown>[];
}

/** Writes the records that leave a partition to the archives of its lanes. What they hold already is not written again. */
export class LaneArchives implements LaneWriter {
  readonly #own: OwnArchives;
  readonly #pipeline: string;
  readonly #ways: ReadonlyMap<string, Way>;
  readonly #lane: number;
  /** By the name of the repartition: compiled once, which costs as much as decoding a hundred records. */
  readonly #codecs: ReadonlyMap<string, Codec<unknown>>;
  readonly #shares = new Map<string, Promise<readonly Share[]>>();
  readonly #mapper: AsyncMapper;

  constructor({ own, pipeline, ways, lane, calls }: LaneOptions) {
    this.#mapper = new AsyncMapper(calls);
    this.#own = own;
    this.#pipeline = pipeline;
    this.#ways = ways;
    this.#lane = lane;
    this.#codecs = new Map([...ways].map(([name, { stream }]) => [name, jsonCodec(stream.schema)]));
  }

  get partitions(): ReadonlyMap<string, number> {
    return new Map([...this.#ways].map(([name, { partitions }]) => [name, partitions]));
  }

  async add(departures: readonly Departure[]): Promise<void> {
    for (const departure of await this.#mapper.map(await this.#missing(departures))) {
      const { stream, partition, number, after, sent, value, failed } = departure;
      const [way, codec] = [this.#ways.get(stream.name), this.#codecs.get(stream.name)];
      const share = way === undefined ? undefined : (await this.#sharesOf(way))[partition];
      if (way === undefined || codec === undefined || share === undefined) continue;
      // The stream may have sent what is in between: then the file does not say that it has it.
      if (share.entries.length === 0) share.first = Math.max(share.first, after + 1);
      if (failed === undefined) share.entries.push({ offset: number, ingested: sent, record: codec.decode(value) });
      else share.entries.push({ offset: number, ingested: sent, raw: value, cause: failed });
      if (share.entries.length >= AT_ONCE) await this.#write(way, partition, share);
    }
  }

  /** Those that the archives do not hold yet. */
  async #missing(departures: readonly Departure[]): Promise<readonly Departure[]> {
    const missing: Departure[] = [];
    for (const departure of departures) {
      const way = this.#ways.get(departure.stream.name);
      const share = way === undefined ? undefined : (await this.#sharesOf(way))[departure.partition];
      if (share !== undefined && departure.number >= share.first) missing.push(departure);
    }
    return missing;
  }

  async end(): Promise<void> {
    for (const way of this.#ways.values())
      for (const [partition, share] of (await this.#sharesOf(way)).entries()) await this.#write(way, partition, share);
  }

  #sharesOf(way: Way): Promise<readonly Share[]> {
    const { name } = way.stream;
    const known = this.#shares.get(name) ?? this.#find(way);
    this.#shares.set(name, known);
    return known;
  }

  async #find(way: Way): Promise<readonly Share[]> {
    const files = await this.#archive(way).files();
    return Array.from({ length: way.partitions }, (_, partition) => {
      const kept = files.filter((file) => file.partition === partition).map(({ last }) => last);
      return { first: Math.max(-1, ...kept) + 1, entries: [] };
    });
  }

  async #write(way: Way, partition: number, share: Share): Promise<void> {
    const { first, entries } = share;
    const [begin, last] = [entries[0], entries.at(-1)?.offset];
    if (begin === undefined || last === undefined) return;
    const day = new Date(begin.ingested).toISOString().slice(0, 10);
    await this.#archive(way).write({ partition, first, last, day }, factsOf(way), entries);
    share.first = last + 1;
    share.entries = [];
  }

  #archive(way: Way): Archive<unknown> {
    return laneArchive(this.#own, this.#pipeline, way, this.#lane);
  }
}
