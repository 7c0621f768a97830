/**
 * What does the whole of Stockafolio cost behind Kafka? A topic is read, decoded and passed through all operators into
 * tables that only count. In turns with that, kafkajs alone consumes it with JSON.parse. Then both write the same
 * messages. Run with `node --expose-gc --import tsx benchmarks/kafka/index.ts [TRADES] [ROUNDS]`.
 */
import assert from 'node:assert';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { kafkaProducer, kafkaSource } from '@stockafolio/connectors/kafka';
import { keyBytes } from '@stockafolio/core';
import { generateTrades, portfolio, trades, wireForm } from '@stockafolio/example';
import { runStream } from '@stockafolio/runner-stream';
import { startKafka } from '@stockafolio/servers';
import { memoryFiles } from '@stockafolio/testing';
import { countingTables } from '../live/counting-tables.js';
import { alternate, median, printTable, type Round } from '../measure.js';
import { KafkajsAlone } from './kafkajs-alone.js';

const TRADES = Number(process.argv[2] ?? 300_000);
const ROUNDS = Number(process.argv[3] ?? 5);

const server = await startKafka();
const place = { brokers: [`127.0.0.1:${server.port}`], clock: systemClock };
const alone = new KafkajsAlone(server.port);
const start = Date.UTC(2026, 0, 5, 14, 30);
const messages = generateTrades({ trades: TRADES, users: 20_000, seed: 1, start, rate: 20_000 })
  .next(TRADES)
  .map((trade) => ({ key: keyBytes(trades.key(trade)), value: wireForm.encode(trade), timestamp: trade.time }));

const cpu = new Map<string, number[]>();
/** The same round, with its processor time recorded. */
const noting =
  (name: string, round: Round): Round =>
  async () => {
    globalThis.gc?.();
    const before = process.cpuUsage();
    const units = await round();
    const { user, system } = process.cpuUsage(before);
    cpu.set(name, [...(cpu.get(name) ?? []), units / ((user + system) / 1e6)]);
    return units;
  };

/** Reads and decodes messages, and discards the records. */
async function decode(topic: string): Promise<number> {
  const source = kafkaSource({ ...place, topic });
  await source.open(`decoding-${topics++}`, {
    assigned: async (partitions) => partitions.map((partition) => ({ partition, offset: 0 })),
    revoked: async () => undefined,
  });
  let count = 0;
  while (count < TRADES) {
    const batch = await source.next(100);
    for (const { value, offset } of batch?.messages ?? []) {
      wireForm.decode(value ?? new Uint8Array(0), { partition: batch?.partition ?? 0, offset });
      count++;
    }
  }
  await source.close();
  return count;
}

let topics = 0;
async function made(): Promise<string> {
  const topic = `produced-${topics++}`;
  await (await kafkaProducer({ ...place, topic })).close();
  return topic;
}

async function produce(compression: 'none' | 'gzip'): Promise<number> {
  const producer = await kafkaProducer({ ...place, topic: await made(), compression });
  for (let at = 0; at < messages.length; at += 5_000) await producer.append(messages.slice(at, at + 5_000));
  await producer.close();
  return messages.length;
}

try {
  const topic = 'trades';
  const producer = await kafkaProducer({ ...place, topic });
  await producer.append(messages);
  await producer.close();
  let rows = 0;
  const stockafolio = async (): Promise<number> => {
    const tables = countingTables(portfolio);
    const { records, setAside } = await runStream({
      ...{ pipeline: portfolio, codec: wireForm, tables, checkpoints: memoryFiles(), clock: systemClock },
      ...{ source: kafkaSource({ ...place, topic }), untilCaughtUp: true, group: `ours-${topics++}` },
    });
    ({ rows } = tables);
    assert.deepEqual({ records, setAside }, { records: TRADES, setAside: 0 });
    return records;
  };
  const reading = await alternate(
    {
      Stockafolio: noting('Stockafolio', stockafolio),
      'kafkaSource and decoding': noting('kafkaSource and decoding', () => decode(topic)),
      'kafkajs and JSON.parse': noting('kafkajs and JSON.parse', () => alone.consume(topic, TRADES)),
    },
    ROUNDS,
  );
  const writing = await alternate(
    {
      kafkaProducer: noting('kafkaProducer', () => produce('none')),
      'kafkaProducer, gzip': noting('kafkaProducer, gzip', () => produce('gzip')),
      kafkajs: noting('kafkajs', async () => alone.produce(await made(), messages)),
    },
    ROUNDS,
  );
  const bytes = messages.reduce((sum, { value }) => sum + value.length, 0) / TRADES;
  console.log(`${TRADES} trades of ${bytes.toFixed(0)} bytes in 4 partitions; ${rows} rows a round`);
  printTable(
    ['way', 'thousand trades/s', 'thousand trades/s of one core'],
    [...reading.measured, ...writing.measured].map(({ name, rate }) => [
      name,
      (rate / 1000).toFixed(0),
      (median((cpu.get(name) ?? []).slice(1)) / 1000).toFixed(0),
    ]),
  );
  console.log(`ratio of reading ${reading.ratio('Stockafolio', 'kafkajs and JSON.parse').toFixed(2)} (goal 0.80)`);
  console.log(
    `ratio of reading and decoding ${reading.ratio('kafkaSource and decoding', 'kafkajs and JSON.parse').toFixed(2)}`,
  );
  console.log(`ratio of writing ${writing.ratio('kafkaProducer', 'kafkajs').toFixed(2)}`);
} finally {
  await server.close();
}
