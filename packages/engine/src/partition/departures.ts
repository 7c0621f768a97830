import { keyBytes, StockafolioError } from '@stockafolio/core';
import { choosePartition } from '@stockafolio/core/ports';
import type { PipelineContext } from '../flow/context.js';
import type { Leaving } from '../flow/outbox.js';

/** A record that leaves for another partition, and its number. */
export interface Departure extends Leaving {
  /** The bytes of its key. */
  readonly keyBytes: Uint8Array;
  /** Where it goes. */
  readonly partition: number;
  /** Counts the records that this engine sends through one repartition: the same record always has the same number. */
  readonly number: number;
  /** The number of the record before it that went to the same partition; -1 if there is none. */
  readonly after: number;
  /** Why an asynchronous function has no result: `value` is the record that it was given. */
  readonly failed?: string;
}

/** How many records an engine has sent, as a checkpoint stores it. */
export interface Departed {
  /** The number of the next record, by the name of the repartition. */
  readonly next: Readonly<Record<string, number>>;
  /** By the name of the repartition and the partition, the number of the last record that went there. */
  readonly last: Readonly<Record<string, readonly number[]>>;
  /** When the newest message that was processed was received, epoch milliseconds; null before the first one. */
  readonly received: number | null;
}

interface Way {
  readonly last: number[];
  next: number;
}

/** Numbers the records that leave an engine, and says where they go. */
export class Departures {
  readonly #context: PipelineContext;
  readonly #ways = new Map<string, Way>();

  /** @param partitions by the name of the repartition, how many partitions its records go to */
  constructor(context: PipelineContext, partitions: ReadonlyMap<string, number> = new Map()) {
    this.#context = context;
    for (const [name, count] of partitions) this.#ways.set(name, { next: 0, last: new Array<number>(count).fill(-1) });
  }

  /** When the newest message that was processed was received; records that leave later count as sent no earlier. */
  get received(): number {
    return this.#context.received;
  }

  /** The repartitions, and how many partitions each has. */
  get ways(): ReadonlyMap<string, number> {
    return new Map([...this.#ways].map(([name, { last }]) => [name, last.length]));
  }

  /** How many records were taken, as part of an engine's position; nothing if none can leave. */
  get position(): { readonly departed?: Departed } {
    const { received, sends } = this.#context;
    if (!sends) return {};
    const ways = [...this.#ways];
    return {
      departed: {
        next: Object.fromEntries(ways.map(([name, { next }]) => [name, next])),
        last: Object.fromEntries(ways.map(([name, { last }]) => [name, [...last]])),
        received: received === Number.NEGATIVE_INFINITY ? null : received,
      },
    };
  }

  /** Continues from a position. */
  resume({ departed }: { readonly departed?: Departed }): void {
    if (departed === undefined) return;
    this.#context.received = departed.received ?? Number.NEGATIVE_INFINITY;
    for (const [name, way] of this.#ways) {
      const { next = 0, last = [] } = { next: departed.next[name], last: departed.last[name] };
      way.next = next;
      for (const [partition, number] of last.entries()) way.last[partition] = number;
    }
  }

  /** The records that have left since this was last called, in order. */
  take(): readonly Departure[] {
    const { leaving } = this.#context.rows;
    if (leaving.length === 0) return [];
    return leaving.take().map((each) => {
      const { stream, key } = each;
      const { name, partitioner } = stream;
      const way = this.#ways.get(name);
      if (way === undefined)
        throw new StockafolioError('ERR_INTERNAL', `the number of partitions behind '${name}' is unknown`);
      const bytes = keyBytes(key);
      const count = way.last.length;
      // Without a key, records stay where they are.
      const partition =
        partitioner === undefined ? this.#context.partition % count : choosePartition(partitioner, bytes, count);
      const number = way.next++;
      const after = way.last[partition] ?? -1;
      way.last[partition] = number;
      return { ...each, keyBytes: bytes, partition, number, after };
    });
  }
}
