import { type Key, StockafolioError, type Stream } from '@stockafolio/core';
import type { Plan } from '@stockafolio/core/plan';
import type { PipelineContext } from '../flow/context.js';
import type { Leaving } from '../flow/outbox.js';
import { keyPartition } from '../intake/partition-check.js';
import type { EngineOptions } from './engine-options.js';

/** A record that leaves for a partition of a topic, and its number. */
export interface Departure extends Leaving {
  /** Where it goes. */
  readonly partition: number;
  /** Counts the records that this engine sends to one topic: the same record always has the same number. */
  readonly number: number;
  /** The number of the record before it that went to the same partition; -1 if there is none. */
  readonly after: number;
  /** Why an asynchronous function has no result: `value` is the record that it was given. */
  readonly failed?: string;
}

/** How many records an engine has sent, as a checkpoint stores it. */
export interface Departed {
  /** The number of the next record, by the name of the repartition or the topic. */
  readonly next: Readonly<Record<string, number>>;
  /** By the name of the repartition or the topic and the partition, the number of the last record that went there. */
  readonly last: Readonly<Record<string, readonly number[]>>;
  /** When the newest message that was processed was received, epoch milliseconds; null before the first one. */
  readonly received: number | null;
}

interface Way {
  last: number[];
  next: number;
  /** Whether its records are sent; otherwise they are only numbered. */
  readonly isSent: boolean;
  /** Whether it is a repartition. */
  readonly isOwn: boolean;
  /** Where a record with this key goes; once there was one. */
  partitionOf?: (key: Key) => number;
}

/** Numbers the records that leave an engine, and says where they go. */
export class Departures {
  readonly #context: PipelineContext;
  readonly #ways = new Map<string, Way>();

  constructor(
    context: PipelineContext,
    plan: Pick<Plan, 'topics'>,
    { repartitions = new Map(), topics = new Map() }: Pick<EngineOptions, 'repartitions' | 'topics'>,
  ) {
    this.#context = context;
    const add = (name: string, count: number | undefined, isOwn: boolean): void => {
      const last = new Array<number>(count ?? 0).fill(-1);
      this.#ways.set(name, { next: 0, last, isSent: count !== undefined, isOwn });
    };
    for (const [name, count] of repartitions) add(name, count, true);
    for (const { stream } of plan.topics) add(stream.name, topics.get(stream.name), false);
  }

  /** When the newest message that was processed was received; records that leave later count as sent no earlier. */
  get received(): number {
    return this.#context.received;
  }

  /** How many records were taken, as part of an engine's position; nothing if none can leave. */
  get position(): { readonly departed?: Departed } {
    const { received, sends } = this.#context;
    if (!sends && this.#ways.size === 0) return {};
    const ways = [...this.#ways];
    return {
      departed: {
        next: Object.fromEntries(ways.map(([name, { next }]) => [name, next])),
        last: Object.fromEntries(ways.map(([name, { last }]) => [name, [...last]])),
        received: received === Number.NEGATIVE_INFINITY ? null : received,
      },
    };
  }

  /** Continues from a position. @throws ERR_PARTITIONS_CHANGED if a topic has other partitions than it had */
  resume({ departed }: { readonly departed?: Departed }): void {
    if (departed === undefined) return;
    this.#context.received = departed.received ?? Number.NEGATIVE_INFINITY;
    // A topic that the pipeline no longer sends to: if it does again, its numbers go on.
    for (const name of Object.keys(departed.next))
      if (!this.#ways.has(name)) this.#ways.set(name, { next: 0, last: [], isSent: false, isOwn: false });
    for (const [name, way] of this.#ways) {
      const { next = 0, last = [] } = { next: departed.next[name], last: departed.last[name] };
      way.next = next;
      if (way.isOwn) {
        if (last.length > way.last.length) throw fewerThanSent(name, last.length, way.last.length);
        for (const [partition, number] of last.entries()) way.last[partition] = number;
        continue;
      }
      if (way.isSent && last.length > 0 && last.length !== way.last.length)
        throw partitionsDiffer(name, last.length, way.last.length);
      if (last.length > 0) way.last = [...last];
    }
  }

  /** By partition behind a repartition, the number of the last record that went there; -1 if there is none. */
  lastOf(repartition: string): readonly number[] {
    return [...(this.#ways.get(repartition)?.last ?? [])];
  }

  /** The records that have left since this was last called, in order. */
  take(): readonly Departure[] {
    const { leaving } = this.#context.rows;
    return leaving.length === 0 ? [] : leaving.take().flatMap((each) => this.#depart(each) ?? []);
  }

  /** Numbers a record; undefined if it is not sent. */
  #depart(leaving: Leaving): Departure | undefined {
    const { stream, key } = leaving;
    const way = this.#ways.get(stream.name);
    if (way === undefined)
      throw new StockafolioError('ERR_INTERNAL', `the number of partitions behind '${stream.name}' is unknown`);
    const number = way.next++;
    if (!way.isSent) return undefined;
    const partition = (way.partitionOf ??= this.#choiceOf(stream, way))(key);
    const after = way.last[partition] ?? -1;
    way.last[partition] = number;
    // Written out: there is one for each record that is sent.
    const { value, sent, outward, mapping } = leaving;
    return { stream, key, value, sent, outward, mapping, partition, number, after };
  }

  #choiceOf({ partitioner }: Stream<unknown>, { last }: Way): (key: Key) => number {
    if (partitioner !== undefined) return keyPartition(partitioner, last.length);
    // What is keyed by nothing still goes to the same partition each time it is sent.
    const own = this.#context.partition % last.length;
    return () => own;
  }
}

function partitionsDiffer(topic: string, before: number, now: number): StockafolioError {
  return new StockafolioError(
    'ERR_PARTITIONS_CHANGED',
    `topic '${topic}' has ${now} partitions, but had ${before} when the pipeline last sent to it: what is sent again would be in other partitions, where readers do not know it`,
    { hint: `send to a new topic of ${before} partitions; or use new tables and checkpoints, which make a new writer` },
  );
}

function fewerThanSent(repartition: string, sent: number, count: number): StockafolioError {
  return new StockafolioError(
    'ERR_PARTITIONS_CHANGED',
    `a checkpoint has sent records to ${sent} partitions behind repartition '${repartition}'; now it has ${count}`,
    {
      hint: 'make new tables and checkpoints from the archive (stockafolio batch --to-end --files FILES --tables NEW --checkpoints NEW)',
    },
  );
}
