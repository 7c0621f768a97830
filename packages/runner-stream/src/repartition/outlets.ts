import { StockafolioError } from '@stockafolio/core';
import type { Clock, OutgoingMessage, Producer, Source, Tables } from '@stockafolio/core/ports';
import {
  AsyncMapper,
  type AsyncOptions,
  CLOCKS_DIFFER,
  type Departure,
  topicMessage,
  TransactionalWriter,
  writerName,
} from '@stockafolio/engine';
import type { PartitionTask } from '../partition-task.js';
import type { Destinations } from '../topics/destinations.js';
import { Bundle } from './bundle.js';
import { recordsMessage, silenceMessage } from './lane-message.js';

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

/** By the name of the repartition or the topic, in order. */
type Messages = ReadonlyMap<string, OutgoingMessage[]>;

interface Silence {
  /** Up to when the partition is silent. */
  readonly until: number;
  /** By the name of the repartition, and by partition, the number of the last record that was sent before. */
  readonly last: ReadonlyMap<string, readonly number[]>;
}

/** What a cut of a partition sends. */
export interface Sending {
  readonly task: PartitionTask;
  readonly departures: readonly Departure[];
  /** What it says of its silence; undefined if that need not be said now. */
  readonly silence: Silence | undefined;
  /** Undefined before they are sent for the first time. */
  messages: Messages | undefined;
}

/** What a stage is, of which records leave. */
export interface Sender {
  readonly pipeline: string;
  /** Identity of its source. */
  readonly source: string;
  readonly tables: Pick<Tables, 'identity'>;
}

/** Sends what leaves a stage: records with their numbers, and until when each partition is silent. */
export class Outlets {
  readonly #outlets: ReadonlyMap<string, Outlet>;
  readonly #destinations: Destinations;
  /** See `writerName`. */
  #writer = '';
  /** By the name of the repartition. */
  readonly #lives = new Map<string, number>();
  /** When any partition last got a message: then the others are waited for. */
  #heardAt = Number.NEGATIVE_INFINITY;
  /** By task and topic, what sends in transactions. */
  readonly #writers = new WeakMap<PartitionTask, Map<string, TransactionalWriter>>();
  /** What each task last said, and when. */
  readonly #said = new WeakMap<PartitionTask, { readonly until: number; readonly at: number }>();

  readonly #mapper: AsyncMapper;

  /**
   * @param outlets by the name of the repartition
   * @param destinations the topics for others to read
   * @param options how asynchronous functions are called
   */
  constructor(outlets: ReadonlyMap<string, Outlet>, destinations: Destinations, options: AsyncOptions) {
    this.#outlets = outlets;
    this.#destinations = destinations;
    this.#mapper = new AsyncMapper(options);
  }

  /** Must be called before anything is sent, when the tables are there. */
  async begin({ tables, ...sender }: Sender): Promise<void> {
    if (this.#destinations.size > 0) this.#writer = await writerName(tables, sender);
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

  /** By the name of the topic, how many partitions it has. */
  get topics(): ReadonlyMap<string, number> {
    return new Map([...this.#destinations].map(([name, { partitions }]) => [name, partitions]));
  }

  /** Takes what has left the engine of a partition since the last cut, and what it has to say about its silence. */
  take(task: PartitionTask, source: Pick<Source, 'emptyAt'>, clock: Pick<Clock, 'elapsed'>): Sending {
    const departures = task.engine.departures.take();
    const until = this.#outlets.size === 0 ? undefined : this.#silence(task, source, clock.elapsed());
    const last = new Map([...this.#outlets.keys()].map((name) => [name, task.engine.departures.lastOf(name)]));
    return { task, departures, silence: until === undefined ? undefined : { until, last }, messages: undefined };
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
    await this.#make(sending.filter(({ messages }) => messages === undefined));
    const appends: Promise<void>[] = [];
    for (const { task, messages: all } of sending)
      for (const [name, messages] of all ?? []) appends.push(this.#append(task, name, messages));
    await Promise.all(appends);
  }

  /** Makes the messages, once asynchronous functions have answered. */
  async #make(sending: readonly Sending[]): Promise<void> {
    const results = await this.#mapper.map(sending.flatMap(({ departures }) => departures));
    let from = 0;
    for (const each of sending) {
      const to = from + each.departures.length;
      each.messages = this.#messagesOf(each, results.slice(from, to));
      from = to;
    }
  }

  #messagesOf({ task: { partition }, silence }: Sending, departures: readonly Departure[]): Messages {
    const all = new Map<string, OutgoingMessage[]>();
    const of = (name: string): OutgoingMessage[] => {
      const messages = all.get(name) ?? [];
      all.set(name, messages);
      return messages;
    };
    const bundles = new Map<string, Bundle[]>();
    for (const departure of departures) {
      const { name } = departure.stream;
      if (departure.outward !== undefined) {
        of(name).push(topicMessage(this.#writer, partition, departure));
        continue;
      }
      let ofName = bundles.get(name);
      if (ofName === undefined) bundles.set(name, (ofName = []));
      const bundle = (ofName[departure.partition] ??= new Bundle());
      bundle.add(departure, departure.after);
      if (bundle.isFull) of(name).push(recordsMessage(partition, departure.partition, bundle, this.#lifeOf(name)));
    }
    for (const [name, ofName] of bundles)
      for (const [to, bundle] of ofName.entries())
        if (bundle?.isEmpty === false) of(name).push(recordsMessage(partition, to, bundle, this.#lifeOf(name)));
    for (const [name, last] of silence?.last ?? []) {
      const said = { until: silence?.until ?? 0, life: this.#lifeOf(name) };
      for (const [to, after] of last.entries()) of(name).push(silenceMessage(partition, to, { ...said, after }));
    }
    return all;
  }

  async #append(task: PartitionTask, name: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const destination = this.#destinations.get(name);
    if (destination?.transactions === undefined || !isTransactional(task, name)) {
      await (this.#outlets.get(name) ?? destination)?.producer.append(messages);
      return;
    }
    // A partition that is opened again begins anew, so that nobody else goes on sending what it sends.
    const writers = this.#writers.get(task) ?? new Map<string, TransactionalWriter>();
    this.#writers.set(task, writers);
    const id = `${this.#writer}/${task.partition}/${name}`;
    const writer = writers.get(name) ?? new TransactionalWriter(destination.transactions(id));
    writers.set(name, writer);
    await writer.send(messages);
  }

  /** Closes the topics of the pipeline's own. */
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

function isTransactional({ engine }: PartitionTask, name: string): boolean {
  return engine.plan.topics.some((topic) => topic.stream.name === name && topic.isTransactional);
}
