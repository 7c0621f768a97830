import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type * as Cli from '@stockafolio/cli';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { kafkaProducer } from '@stockafolio/connectors/kafka';
import { keyBytes } from '@stockafolio/core';
import { generateTrades, trades, wireForm } from '@stockafolio/example';
import type { WorkerReport } from './worker.js';

/** The number of users, each with some positions, as after a day at an exchange. */
const USERS = 100_000;
const PARTITIONS = 4;
let runs = 0;

export interface Measured {
  /** Trades a second of wall time. */
  readonly rate: number;
  /** Microseconds of processor time a trade, in all processes of the stream. */
  readonly cpu: number;
  readonly rows: number;
}

export interface LiveRun {
  readonly kafka: { readonly port: number };
  readonly topic: string;
  /** The number of trades in the topic. */
  readonly count: number;
  readonly workers: number;
  /** Without it, rows are only counted. */
  readonly cassandra?: { readonly port: number };
  /** The checkout whose worker is started, as its `stream --workers` starts it; default: this one. */
  readonly root?: string;
}

/** Makes a topic of `count` generated trades. */
export async function fillTopic(kafka: { readonly port: number }, topic: string, count: number): Promise<void> {
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

/** Runs the workers over the topic, from the moment when all have their partitions, until all trades are committed. */
export async function runWorkers({ kafka, topic, count, workers, cassandra, root }: LiveRun): Promise<Measured> {
  const group = `live-${runs++}`;
  const sink = cassandra === undefined ? [] : [String(cassandra.port), group.replace('-', '_')];
  const cwd = root ?? join(import.meta.dirname, '../..');
  let taken = 0;
  const held = new Map<object, number>();
  const cli = (await import(pathToFileURL(join(cwd, 'packages/cli/dist/index.js')).href)) as typeof Cli;
  const { execArgv, env } = cli.workerRuntime(workers);
  const children = Array.from({ length: workers }, () =>
    spawn(
      process.execPath,
      [...execArgv, join(cwd, 'benchmarks/live/worker.ts'), String(kafka.port), topic, group, ...sink],
      { stdio: ['pipe', 'pipe', 'inherit'], env, cwd },
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
