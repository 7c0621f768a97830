import type { Clock, Producer, Source } from '@stockafolio/core/ports';
import kafkajs from 'kafkajs';
import { systemClock } from '../../src/clock-system/index.js';
import {
  kafkaProducer,
  kafkaSource,
  type KafkaProducerOptions,
  type KafkaSourceOptions,
} from '../../src/kafka/index.js';

let topics = 0;

/** A topic of one test, with everything that was opened on it. */
export class KafkaTopic {
  readonly topic = `topic-${process.pid}-${Date.now()}-${topics++}`;
  readonly #port: number;
  readonly #open: { close(): Promise<void> }[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  get place(): { readonly brokers: readonly string[]; readonly topic: string; readonly clock: Clock } {
    return { brokers: [`127.0.0.1:${this.#port}`], topic: this.topic, clock: systemClock };
  }

  /** kafkajs itself, without logging. */
  get kafka(): kafkajs.Kafka {
    return new kafkajs.Kafka({ brokers: [...this.place.brokers], logLevel: kafkajs.logLevel.NOTHING });
  }

  source(options: Partial<KafkaSourceOptions> = {}): Source {
    return this.#keep(kafkaSource({ ...this.place, heartbeatInterval: 200, ...options }));
  }

  async producer(options: Partial<KafkaProducerOptions> = {}): Promise<Producer> {
    return this.#keep(await kafkaProducer({ ...this.place, ...options }));
  }

  async admin<T>(work: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /**
   * Creates the topic, with four partitions and without limits on the times of messages by default. The metadata name
   * leaders before these know that they lead, so it is ready once each partition returns its offsets.
   */
  async make(
    settings: Readonly<Record<string, string>> = { 'message.timestamp.after.max.ms': String(Number.MAX_SAFE_INTEGER) },
  ): Promise<void> {
    const configEntries = Object.entries({ 'retention.ms': '-1', ...settings }).map(([name, value]) => ({
      name,
      value,
    }));
    const topics = [{ topic: this.topic, numPartitions: 4, configEntries }];
    await this.admin(async (admin) => {
      await admin.createTopics({ topics, waitForLeaders: false });
      const isThere = async (): Promise<boolean> => {
        const { topics: [made] = [] } = await admin.fetchTopicMetadata({ topics: [this.topic] });
        if (made?.partitions.every(({ leader }) => leader >= 0) !== true) return false;
        return (await admin.fetchTopicOffsets(this.topic)).length === 4;
      };
      for (let tries = 0; tries < 100 && !(await isThere().catch(() => false)); tries++) await systemClock.sleep(50);
    });
  }

  /** Deletes the messages before an offset, as a broker does after the retention time. */
  async expire(beforeOffset: number, partition = 0): Promise<void> {
    const partitions = [{ partition, offset: String(beforeOffset) }];
    await this.admin(async (admin) => {
      await admin.fetchTopicOffsets(this.topic); // Otherwise kafkajs does not know the leader of the partition.
      await admin.deleteTopicRecords({ topic: this.topic, partitions });
    });
  }

  /** Deletes the topic, and waits until it is gone. */
  async remove(): Promise<void> {
    await this.admin(async (admin) => {
      await admin.deleteTopics({ topics: [this.topic] });
      for (let tries = 0; tries < 100 && (await admin.listTopics()).includes(this.topic); tries++)
        await systemClock.sleep(50);
    });
  }

  async close(): Promise<void> {
    for (const each of this.#open.splice(0)) await each.close();
  }

  #keep<T extends { close(): Promise<void> }>(each: T): T {
    this.#open.push(each);
    return each;
  }
}
