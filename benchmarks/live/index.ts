/**
 * How many trades per second go from Kafka through the whole of Stockafolio, without a sink and into Cassandra, in one
 * process and in two, started as `stream --workers` starts them? The runs alternate with kafkajs, which consumes and
 * parses the same topic in one process. All servers are on this machine; starting and joining the group are not
 * counted.
 *
 * node --import tsx benchmarks/live/index.ts [TRADES] [TRADES_INTO_CASSANDRA] [ROUNDS]
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { workerRuntime } from '@stockafolio/cli';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { kafkaProducer } from '@stockafolio/connectors/kafka';
import { keyBytes } from '@stockafolio/core';
import { generateTrades, trades, wireForm } from '@stockafolio/example';
import { startCassandra, startKafka } from '@stockafolio/servers';
import { KafkajsAlone } from '../kafka/kafkajs-alone.js';
import { median, printTable } from '../measure.js';
import type { WorkerReport } from './worker.js';

const TRADES = Number(process.argv[2] ?? 1_000_000);
const INTO_CASSANDRA = Number(process.argv[3] ?? 200_000);
const ROUNDS = Number(process.argv[4] ?? 3);
/** The number of users, each with some positions, as after a day at an exchange. */
const USERS = 100_000;
const PARTITIONS = 4;

interface Measured {
  /** Trades a second of wall time. */
  readonly rate: number;
  /** Microseconds of processor time a trade, in all processes of the stream. */
  readonly cpu: number;
  readonly rows: number;
}

const kafka = await startKafka();
const cassandra = await startCassandra();
const alone = new KafkajsAlone(kafka.port);
let runs = 0;

async function fill(topic: string, count: number): Promise<void> {
  const producer = await kafkaProducer({
    ...{ brokers: [`127.0.0.1:${kafka.port}`], topic, partitions: PARTITIONS, clock: systemClock },
  });
  const start = Date.UTC(2026, 0, 5, 14, 30);
  const generator = generateTrades({ trades: count, users: USERS, seed: 1, start, rate: 20_000 });
  for (let left = count; left > 0; left -= 5_000) {
    const some = generator.next(Math.min(left, 5_000));
    await producer.append(
      some.map((trade) => ({ key: keyBytes(trades.key(trade)), value: wireForm.encode(trade), timestamp: trade.time })),
    );
  }
  await producer.close();
}

/** Runs this many workers over a topic of `count` trades, until all are processed and committed. */
async function stream(workers: number, topic: string, count: number, intoCassandra: boolean): Promise<Measured> {
  const group = `live-${runs++}`;
  const sink = intoCassandra ? [String(cassandra.port), group.replace('-', '_')] : [];
  let taken = 0;
  const held = new Map<object, number>();
  const { execArgv, env } = workerRuntime(workers);
  const children = Array.from({ length: workers }, () =>
    spawn(
      process.execPath,
      [...execArgv, join(import.meta.dirname, 'worker.ts'), String(kafka.port), topic, group, ...sink],
      { stdio: ['pipe', 'pipe', 'inherit'], env },
    ),
  );
  const reports = await Promise.all(
    children.map(async (child) => {
      let report: WorkerReport | undefined;
      for await (const line of createInterface({ input: child.stdout })) {
        if (line.startsWith('{')) report = JSON.parse(line) as WorkerReport;
        else if (line.startsWith('assigned')) {
          held.set(child, Number(line.split(' ')[1]));
          const shares = [...held.values()];
          if (shares.length === workers && shares.every((share) => share === PARTITIONS / workers))
            for (const one of children) one.stdin.write('go\n');
        } else if ((taken += Number(line)) >= count) for (const one of children) one.kill('SIGTERM');
      }
      if (report === undefined) throw new Error(`a worker ended early: ${child.exitCode ?? child.signalCode}`);
      return report;
    }),
  );
  const seconds =
    (Math.max(...reports.map(({ last }) => last)) - Math.min(...reports.map(({ first }) => first))) / 1000;
  const sum = (of: (report: WorkerReport) => number): number => reports.reduce((all, report) => all + of(report), 0);
  return { rate: count / seconds, cpu: (sum(({ cpu }) => cpu) * 1000) / count, rows: sum(({ rows }) => rows) };
}

async function parse(topic: string): Promise<Measured> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  await alone.consume(topic, TRADES);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { rate: TRADES / seconds, cpu: (user + system) / TRADES, rows: 0 };
}

try {
  await fill('long', TRADES);
  await fill('short', INTO_CASSANDRA);
  const ways: Readonly<Record<string, () => Promise<Measured>>> = {
    'kafkajs and JSON.parse, 1 process': () => parse('long'),
    'without a sink, 1 process': () => stream(1, 'long', TRADES, false),
    'without a sink, 2 processes': () => stream(2, 'long', TRADES, false),
    'into Cassandra, 1 process': () => stream(1, 'short', INTO_CASSANDRA, true),
    'into Cassandra, 2 processes': () => stream(2, 'short', INTO_CASSANDRA, true),
  };
  const measured = new Map<string, Measured[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) measured.set(name, [...(measured.get(name) ?? []), await way()]);
  }
  const of = (name: string, what: (one: Measured) => number): number => median((measured.get(name) ?? []).map(what));
  printTable(
    [
      'from Kafka, commits every 20 ms, figures every second',
      'trades/s',
      'microseconds of CPU a trade',
      'trades/s of one core',
      'rows a trade',
    ],
    Object.keys(ways).map((name) => [
      name,
      of(name, ({ rate }) => rate).toFixed(0),
      of(name, ({ cpu }) => cpu).toFixed(1),
      (1e6 / of(name, ({ cpu }) => cpu)).toFixed(0),
      (of(name, ({ rows }) => rows) / (name.startsWith('into') ? INTO_CASSANDRA : TRADES)).toFixed(2),
    ]),
  );
  for (const processes of ['1 process', '2 processes']) {
    const ratios = (measured.get(`without a sink, ${processes}`) ?? []).map(
      ({ rate }, round) => rate / (measured.get('kafkajs and JSON.parse, 1 process')?.[round]?.rate ?? Number.NaN),
    );
    console.log(`ratio without a sink, ${processes}: ${median(ratios).toFixed(2)} (goal 0.80)`);
  }
} finally {
  await kafka.close();
  await cassandra.close();
}
