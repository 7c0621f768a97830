import { StockafolioError } from '@stockafolio/core';
import type { OpenDestination, OutgoingMessage } from '@stockafolio/core/ports';
import { type Departure, noTransactions, topicMessage, TransactionalWriter, writerName } from '@stockafolio/engine';
import type { BatchPorts, BatchUnit } from '../options.js';

/** Sends the records of a unit to the topics for others to read, as the stream does: with the same numbers. */
export class UnitDestinations {
  readonly #opened: ReadonlyMap<string, OpenDestination>;
  /** Those that send in transactions, by the name of the topic. */
  readonly #writers: ReadonlyMap<string, TransactionalWriter>;
  readonly #writer: string;
  readonly #partition: number;

  private constructor(
    opened: ReadonlyMap<string, OpenDestination>,
    writers: ReadonlyMap<string, TransactionalWriter>,
    writer: string,
    partition: number,
  ) {
    this.#opened = opened;
    this.#writers = writers;
    this.#writer = writer;
    this.#partition = partition;
  }

  /**
   * Opens the topics of a unit, once its tables are there.
   *
   * @throws ERR_USAGE if nothing is stated for a topic, or the archive is that of the topic itself; and as
   * `Destination.open`
   */
  static async open<T>(ports: BatchPorts<T>, unit: BatchUnit): Promise<UnitDestinations> {
    const { pipeline, tables, topics = {} } = ports;
    checkStated(ports);
    const opened = new Map<string, OpenDestination>();
    const writers = new Map<string, TransactionalWriter>();
    const writer = await writerName(tables, { pipeline: pipeline.name, source: unit.source });
    const sources = [unit.source, ...(unit.inputs ?? []).map(({ source }) => source)];
    try {
      for (const { stream, compactBy, isTransactional } of pipeline.plan.topics) {
        const { name } = stream;
        const destination = topics[name];
        if (destination === undefined || destination === 'none') continue;
        const shape = { partitions: unit.partitions ?? 1, isCompacted: compactBy.length > 0 };
        const open = await destination.open(shape);
        opened.set(name, open);
        if (sources.includes(open.identity)) throw isRead(pipeline.name, name);
        if (!isTransactional) continue;
        if (open.transactions === undefined) throw noTransactions(name);
        writers.set(name, new TransactionalWriter(open.transactions(`${writer}/${unit.partition}/${name}`)));
      }
      return new UnitDestinations(opened, writers, writer, unit.partition);
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
  }

  /** By the name of the topic, how many partitions it has. */
  get partitions(): ReadonlyMap<string, number> {
    return new Map([...this.#opened].map(([name, { partitions }]) => [name, partitions]));
  }

  /** Resolves when all of these are durable. */
  async send(departures: readonly Departure[]): Promise<void> {
    const byTopic = new Map<string, OutgoingMessage[]>();
    for (const departure of departures) {
      if (departure.outward === undefined) continue;
      const { name } = departure.stream;
      const messages = byTopic.get(name) ?? [];
      byTopic.set(name, messages);
      messages.push(topicMessage(this.#writer, this.#partition, departure));
    }
    for (const [name, messages] of byTopic) {
      const writer = this.#writers.get(name);
      await (writer === undefined ? this.#opened.get(name)?.producer.append(messages) : writer.send(messages));
    }
  }

  close(): Promise<void> {
    return closeAll(this.#opened);
  }
}

/** @throws ERR_USAGE if it is not stated whether, and where, a batch sends to a topic */
export function checkStated<T>({ pipeline: { name, plan }, topics = {} }: BatchPorts<T>): void {
  const missing = plan.topics.map(({ stream }) => stream.name).find((topic) => topics[topic] === undefined);
  if (missing === undefined) return;
  throw new StockafolioError(
    'ERR_USAGE',
    `pipeline '${name}' sends to topic '${missing}': state where it is, or that the batch sends nothing`,
    {
      hint: `topics: { ${missing}: logDestination(DIR) } or kafkaDestination({ ... }), --topic ${missing}=URL; a stream that goes on from here sends only what comes later, so say 'none' if it is not to be sent at all, or if the stream has other checkpoints: --topic ${missing}=none`,
    },
  );
}

async function closeAll(opened: ReadonlyMap<string, OpenDestination>): Promise<void> {
  await Promise.all([...opened.values()].map(({ producer }) => producer.close()));
}

function isRead(pipeline: string, topic: string): StockafolioError {
  return new StockafolioError(
    'ERR_USAGE',
    `pipeline '${pipeline}' reads the archive of what it is to send to as topic '${topic}'`,
    { hint: 'name another topic' },
  );
}
