/**
 * One process of a stream in the benchmark. It joins a group, begins when its standard input says so, and continues
 * until it is told to stop. Then it prints as JSON the times of its first record and last commit, the number of
 * records, and the processor time in between.
 *
 * worker.ts KAFKA_PORT TOPIC GROUP [CASSANDRA_PORT KEYSPACE]; without a Cassandra, rows are only counted.
 */
import { cassandraTables } from '@stockafolio/connectors/cassandra';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { kafkaSource } from '@stockafolio/connectors/kafka';
import type { Tables } from '@stockafolio/core/ports';
import { portfolio, wireForm } from '@stockafolio/example';
import { runStream } from '@stockafolio/runner-stream';
import { memoryFiles } from '@stockafolio/testing';
import { countingTables } from './counting-tables.js';

const [kafkaPort, topic = '', group = '', cassandraPort, keyspace = ''] = process.argv.slice(2);

/** The report of a worker to the benchmark. */
export interface WorkerReport {
  readonly records: number;
  readonly rows: number;
  /** Epoch milliseconds of the first batch and of the last acknowledged commit. */
  readonly first: number;
  readonly last: number;
  /** Milliseconds of processor time from the first batch to the last commit. */
  readonly cpu: number;
}

const source = kafkaSource({ brokers: [`127.0.0.1:${kafkaPort}`], topic, clock: systemClock });
const tables: Tables =
  cassandraPort === undefined
    ? countingTables(portfolio)
    : cassandraTables({
        contactPoints: [`127.0.0.1:${cassandraPort}`],
        keyspace,
        localDataCenter: 'datacenter1',
      });
let first = 0;
let last = 0;
let started = process.cpuUsage();
let cpu = 0;
const next = source.next.bind(source);
/** Whether all workers have their partitions: until then none begins. */
let going = false;
const waiting = new Set<number>();
source.next = async (maxWait) => {
  const batch = await next(maxWait);
  if (batch === undefined) return undefined;
  const { partition, messages } = batch;
  if (!going) {
    source.pause([partition]);
    source.seek({ partition, offset: messages[0]?.offset ?? 0 });
    waiting.add(partition);
    return undefined;
  }
  if (first === 0) {
    first = Date.now();
    started = process.cpuUsage();
  }
  return batch;
};
process.stdin.once('data', () => {
  going = true;
  source.resume([...waiting]);
});
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const { records, rows } = await runStream({
  ...{ pipeline: portfolio, codec: wireForm, source, tables, checkpoints: memoryFiles(), clock: systemClock },
  ...{ group, signal: stop.signal },
  onEvent: (event) => {
    if (event.type === 'assigned') process.stdout.write(`assigned ${event.partitions.length}\n`);
    if (event.type !== 'committed') return;
    if (event.records > 0) {
      last = Date.now();
      const { user, system } = process.cpuUsage(started);
      cpu = (user + system) / 1000;
    }
    process.stdout.write(`${event.records}\n`);
  },
});
await tables.close();
const report: WorkerReport = { records, rows, first, last, cpu };
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
