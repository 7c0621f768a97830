/**
 * How long does it take from a trade's acknowledgement by Kafka until it is readable in Cassandra? Measured at a steady
 * rate with probe trades: each has its own user, whose position is read until it is there. The stream is the command,
 * in its own process; both servers are on this machine.
 *
 * node --import tsx benchmarks/latency/index.ts [TRADES_PER_SECOND] [SECONDS] [COMMIT_INTERVAL_MS]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cassandraTables } from '@stockafolio/connectors/cassandra';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { kafkaProducer } from '@stockafolio/connectors/kafka';
import type { Producer, Tables } from '@stockafolio/core/ports';
import { generateTrades, positions, wireForm, type Trade } from '@stockafolio/example';
import { startCassandra, startKafka } from '@stockafolio/servers';
import { printTable } from '../measure.js';

const RATE = Number(process.argv[2] ?? 2_000);
const SECONDS = Number(process.argv[3] ?? 120);
const INTERVAL = process.argv[4] ?? '20';
/**
 * Messages are sent this often, in milliseconds, and probes with every tenth: polling for them must not be the load
 * itself.
 */
const TICK = 10;
const PROBE_EVERY = 10;
/**
 * Servers and stream run this long before probes count, in seconds: the JIT compiles their code meanwhile, on the same
 * cores. The last code to be compiled is Cassandra's flush of a memtable, which fills in a minute and a half at 2,000
 * trades/s.
 */
const WARM_UP = 130;
const COMMAND = join(import.meta.dirname, '../../packages/cli/bin/stockafolio.js');

const kafka = await startKafka();
const cassandra = await startCassandra();
const folder = await mkdtemp(join(tmpdir(), 'stockafolio-latency-'));
const tables = cassandraTables({
  contactPoints: [`127.0.0.1:${cassandra.port}`],
  keyspace: 'latency',
  localDataCenter: 'datacenter1',
});
const producer = await kafkaProducer({
  brokers: [`127.0.0.1:${kafka.port}`],
  topic: 'latency',
  partitions: 4,
  clock: systemClock,
});
const stream = spawn(
  process.execPath,
  [
    ...[COMMAND, 'stream', '--source', `${kafka.url}/latency`, '--tables', `${cassandra.url}/latency`],
    ...['--checkpoints', `file:${folder}`, '--commit-interval', INTERVAL],
  ],
  { stdio: ['ignore', 'inherit', 'pipe'] },
);
try {
  let said = '';
  stream.stderr.on('data', (some: Buffer) => (said += some.toString()));
  while (!said.includes('partition 3:') && stream.exitCode === null) await pause(50);
  const latencies = await measure(producer, tables);
  latencies.sort((a, b) => a - b);
  const at = (part: number): string =>
    `${(latencies[Math.min(latencies.length - 1, Math.floor(part * latencies.length))] ?? Number.NaN).toFixed(0)} ms`;
  console.log(`${RATE} trades/s for ${SECONDS} s, a commit every ${INTERVAL} ms; ${latencies.length} probes`);
  printTable(
    ['from acknowledged to readable', 'p50', 'p99', 'p99.9', 'most'],
    [['stock exchange to table', at(0.5), at(0.99), at(0.999), at(1)]],
  );
  console.log('goal: p99 under 100 ms');
} finally {
  stream.kill('SIGTERM');
  if (stream.exitCode === null) await once(stream, 'exit');
  await producer.close();
  await tables.close();
  await kafka.close();
  await cassandra.close();
  await rm(folder, { recursive: true });
}

async function measure(to: Producer, from: Tables): Promise<number[]> {
  const trades = generateTrades({ trades: 1e9, users: 1_000_000, seed: 1, start: Date.now() - 1e9, rate: RATE });
  const latencies: number[] = [];
  const probes: Promise<void>[] = [];
  const began = performance.now();
  for (let tick = 0; tick * TICK < (WARM_UP + SECONDS) * 1000; tick++) {
    const some = trades.next(Math.round((RATE * TICK) / 1000));
    const probe = tick % PROBE_EVERY === 0 ? probeOf(tick, some[0]) : undefined;
    const sent = to.append([...some, ...(probe === undefined ? [] : [probe])].map(messageOf));
    if (probe !== undefined) {
      const counts = tick * TICK >= WARM_UP * 1000;
      probes.push(sent.then(() => readable(from, probe)).then((ms) => void (counts && latencies.push(ms))));
    } else {
      probes.push(sent);
    }
    await pause(Math.max(0, began + (tick + 1) * TICK - performance.now()));
  }
  await Promise.all(probes);
  return latencies;
}

/** A trade of a user without other trades. */
function probeOf(n: number, like: Trade | undefined): Trade | undefined {
  return like === undefined ? undefined : { ...like, id: `probe-${n}`, user: `probe-${n}`, time: Date.now() };
}

function messageOf(trade: Trade): { key: Uint8Array; value: Uint8Array } {
  return { key: Buffer.from(trade.user), value: wireForm.encode({ ...trade, time: Date.now() }) };
}

/** Milliseconds until the position is there. */
async function readable(from: Tables, { user, symbol }: Trade): Promise<number> {
  const asked = performance.now();
  while ((await from.get(positions, [user, symbol])) === undefined) await pause(4);
  return performance.now() - asked;
}
