import type { OutgoingMessage } from '@stockafolio/core/ports';
import kafkajs from 'kafkajs';

/** kafkajs alone, with its fastest settings: the reference for the ports. */
export class KafkajsAlone {
  readonly #kafka: kafkajs.Kafka;
  #groups = 0;

  constructor(port: number) {
    this.#kafka = new kafkajs.Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: kafkajs.logLevel.NOTHING });
  }

  /** Consumes a whole topic and parses every message; returns how many there were. */
  async consume(topic: string, count: number): Promise<number> {
    const consumer = this.#kafka.consumer({ groupId: `alone-${process.pid}-${this.#groups++}`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    let seen = 0;
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          autoCommit: false,
          partitionsConsumedConcurrently: 4,
          eachBatch: async ({ batch }) => {
            for (const { value } of batch.messages) {
              if (value === null) continue;
              JSON.parse(value.toString());
              seen++;
            }
            if (seen >= count) resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    return seen;
  }

  /** Produces these messages, with three batches of 5,000 in flight at a time. */
  async produce(topic: string, messages: readonly OutgoingMessage[]): Promise<number> {
    const producer = this.#kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const batches: kafkajs.Message[][] = [];
    for (let at = 0; at < messages.length; at += 5_000) {
      batches.push(
        messages.slice(at, at + 5_000).map(({ key, value, timestamp }) => ({
          key: key === null ? null : Buffer.from(key),
          value: value === null ? null : Buffer.from(value),
          timestamp: String(timestamp),
        })),
      );
    }
    const sender = async (): Promise<void> => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift())
        await producer.send({ topic, messages: batch });
    };
    await Promise.all([sender(), sender(), sender()]);
    await producer.disconnect();
    return messages.length;
  }
}
