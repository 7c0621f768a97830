import { StockafolioError } from '@stockafolio/core';
import type { Clock, OutgoingMessage, Producer, Source } from '@stockafolio/core/ports';
import { AsyncMapper, type AsyncOptions, CLOCKS_DIFFER, type Departure } from '@stockafolio/engine';
import type { PartitionTask } from '../partition-task.js';
import { recordMessage, silenceMessage } from './lane-message.js';

/** How often a partition says that it is silent, in milliseconds; and how often if none got a message for a while. */
const EVERY = 200;
const EVERY_WHEN_QUIET = 1_000;
const QUIET_AFTER = 5_000;

/** The topic that a stage sends the records of a repartition to. */
export interface Outlet {
  readonly producer: Producer;
  readonly partitions: number;
  /** See `lifeOf`; once the tables are there. */
  readonly life: () => Promise<number>;
}

/** What a cut sends of a partition. */
export interface Sending {
  /** By the name of the repartition, in order. */
  readonly messages: ReadonlyMap<string, OutgoingMessage[]>;
  /** The messages among these that are made when an asynchronous function has answered. */
  readonly unanswered: Unanswered[];
}

interface Unanswered {
  readonly messages: OutgoingMessage[];
  readonly index: number;
  readonly from: number;
  readonly departure: Departure;
}

/** Sends what leaves a stage: records with their numbers, and until when each partition is silent. */
export class Outlets {
  readonly #outlets: ReadonlyMap<string, Outlet>;
  /** By the name of the repartition. */
  readonly #lives = new Map<string, number>();
  /** When any partition last got a message: then the others are waited for. */
  #heardAt = Number.NEGATIVE_INFINITY;
  /** What each task last said, and when. */
  readonly #said = new WeakMap<PartitionTask, { readonly until: number; readonly at: number }>();

  readonly #mapper: AsyncMapper;

  /**
   * @param outlets by the name of the repartition
   * @param options how asynchronous functions are called
   */
  constructor(outlets: ReadonlyMap<string, Outlet>, options: AsyncOptions) {
    this.#outlets = outlets;
    this.#mapper = new AsyncMapper(options);
  }

  /** Must be called before anything is sent, when the tables are there. */
  async begin(): Promise<void> {
    for (const [name, { life }] of this.#outlets) this.#lives.set(name, await life());
  }

  #lifeOf(name: string): number {
    const life = this.#lives.get(name);
    if (life === undefined) throw new StockafolioError('ERR_INTERNAL', `repartition '${name}' was not begun`);
    return life;
  }

  /** By the name of the repartition, how many partitions its records go to. */
  get partitions(): ReadonlyMap<string, number> {
    return new Map([...this.#outlets].map(([name, { partitions }]) => [name, partitions]));
  }

  /** Takes what has left the engine of a partition since the last cut, and what it has to say about its silence. */
  take(task: PartitionTask, source: Pick<Source, 'emptyAt'>, clock: Pick<Clock, 'elapsed'>): Sending {
    const sending = new Map<string, OutgoingMessage[]>();
    const unanswered: Unanswered[] = [];
    const { engine, partition } = task;
    for (const departure of engine.departures.take()) {
      const { name } = departure.stream;
      const messages = sending.get(name) ?? [];
      sending.set(name, messages);
      if (departure.mapping !== undefined)
        unanswered.push({ messages, index: messages.length, from: partition, departure });
      messages.push(recordMessage(partition, departure, this.#lifeOf(name)));
    }
    const until = this.#silence(task, source, clock.elapsed());
    if (until === undefined) return { messages: sending, unanswered };
    for (const [name, { partitions }] of this.#outlets) {
      const messages = sending.get(name) ?? [];
      sending.set(name, messages);
      for (let to = 0; to < partitions; to++) messages.push(silenceMessage(partition, to, until, this.#lifeOf(name)));
    }
    return { messages: sending, unanswered };
  }

  /** The time up to which nothing comes from a partition any more; undefined if that need not be said now. */
  #silence(task: PartitionTask, source: Pick<Source, 'emptyAt'>, now: number): number | undefined {
    const until = Math.floor(silentUntil(task, source));
    const said = this.#said.get(task);
    this.#heardAt = Math.max(this.#heardAt, task.heardAt);
    const every = now - this.#heardAt > QUIET_AFTER ? EVERY_WHEN_QUIET : EVERY;
    if (!Number.isFinite(until) || (said !== undefined && (until <= said.until || now - said.at < every)))
      return undefined;
    this.#said.set(task, { until, at: now });
    return until;
  }

  /**
   * Resolves when all of this is durable. It may be called again for what could not be sent.
   *
   * @throws ERR_CALL_FAILED if an asynchronous function has no result, and that ends the run
   */
  async send(sending: readonly Sending[]): Promise<void> {
    await this.#answer(sending);
    const appends: Promise<void>[] = [];
    for (const { messages: ofNames } of sending)
      for (const [name, messages] of ofNames) {
        const { producer } = this.#outlets.get(name) ?? {};
        if (producer !== undefined && messages.length > 0) appends.push(producer.append(messages));
      }
    await Promise.all(appends);
  }

  /** Calls the asynchronous functions, once. */
  async #answer(sending: readonly Sending[]): Promise<void> {
    const waiting = sending.flatMap(({ unanswered }) => unanswered);
    if (waiting.length === 0) return;
    const results = await this.#mapper.map(waiting.map(({ departure }) => departure));
    for (const [n, { messages, index, from }] of waiting.entries()) {
      const departure = results[n] as Departure;
      messages[index] = recordMessage(from, departure, this.#lifeOf(departure.stream.name));
    }
    for (const { unanswered } of sending) unanswered.length = 0;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#outlets.values()].map(({ producer }) => producer.close()));
  }
}

/** Up to when a partition is certain to send nothing more: what it gets later was received after that. */
export function silentUntil(task: PartitionTask, source: Pick<Source, 'emptyAt'>): number {
  const { engine, merge, partition } = task;
  let empty = Number.POSITIVE_INFINITY;
  for (const input of engine.inputs.all.keys()) {
    if (merge !== undefined && merge.waiting(input) > 0) empty = Number.NEGATIVE_INFINITY;
    const emptyAt = source.emptyAt?.(partition, input) ?? Number.NEGATIVE_INFINITY;
    const said = merge?.silentUntil(input) ?? task.silentUntil ?? Number.NEGATIVE_INFINITY;
    empty = Math.min(empty, Math.max(said, emptyAt - CLOCKS_DIFFER));
  }
  // What comes next may count as sent at the same time as what came last.
  return Math.max(engine.departures.received - 1, empty);
}
