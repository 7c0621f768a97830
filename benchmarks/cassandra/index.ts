/**
 * What does the port cost on the way into Cassandra? The rows of a stream's commits, written by our tables and by the
 * driver alone in its best batching, to the same server in turns.
 */
import assert from 'node:assert';
import { cassandraTables } from '@stockafolio/connectors/cassandra';
import type { Mutation } from '@stockafolio/core/ports';
import { PartitionEngine, tablesOf } from '@stockafolio/engine';
import { generateTrades, portfolio, wireForm } from '@stockafolio/example';
import { startCassandra } from '@stockafolio/servers';
import { alternate, printTable, type Round } from '../measure.js';
import { BareDriver } from './bare-driver.js';

const TRADES = Number(process.argv[2] ?? 40_000);
const USERS = Number(process.argv[3] ?? 1_000_000);
/** One commit per second at 20,000 trades a second. */
const COMMIT = 20_000;
const ROUNDS = Number(process.argv[4] ?? 5);

const server = await startCassandra();
const options = { contactPoints: [`127.0.0.1:${server.port}`], localDataCenter: 'datacenter1' };
const ours = cassandraTables({ ...options, keyspace: 'ours' });
const bareTables = cassandraTables({ ...options, keyspace: 'bare' });
const bare = new BareDriver(server.port, 'bare');
const generator = generateTrades({
  trades: 1e9,
  users: USERS,
  seed: 1,
  start: Date.UTC(2026, 0, 5, 14, 30),
  rate: 20_000,
});
const engine = new PartitionEngine({
  pipeline: portfolio,
  partition: 0,
  source: 'benchmark',
  codec: wireForm,
  onBadRecord: 'fail',
});

try {
  await ours.create(tablesOf(engine));
  await bareTables.create(tablesOf(engine));
  let offset = 0;
  /** The rows of the next commits: other trades every round, so that no existing row is written again. */
  const commits = (): (readonly Mutation[])[] => {
    const made: (readonly Mutation[])[] = [];
    for (let left = TRADES; left > 0; left -= COMMIT) {
      for (const trade of generator.next(Math.min(left, COMMIT))) {
        engine.push(trade, { offset: offset++, ingested: trade.time });
      }
      made.push(engine.commit());
    }
    return made;
  };
  const prepared = Array.from({ length: ROUNDS + 1 }, commits);
  const rows = prepared.flat().reduce((sum, commit) => sum + commit.length, 0) / prepared.length;
  const cpu = { ours: 0, bare: 0 };
  const round = (side: 'ours' | 'bare', tables: { write(rows: readonly Mutation[]): Promise<void> }): Round => {
    const left = [...prepared];
    return async () => {
      const before = process.cpuUsage();
      let written = 0;
      for (const commit of left.shift() ?? []) {
        await tables.write(commit);
        written += commit.length;
      }
      const { user, system } = process.cpuUsage(before);
      cpu[side] += user + system;
      return written;
    };
  };
  const compared = await alternate(
    { 'these tables': round('ours', ours), 'the driver alone': round('bare', bare) },
    ROUNDS,
  );
  assert(rows > TRADES);
  printTable(
    ['way', 'rows/s', 'trades/s', 'microseconds of CPU a row, here'],
    compared.measured.map(({ name, rate }) => [
      name,
      rate.toFixed(0),
      ((rate * TRADES) / rows).toFixed(0),
      ((name === 'these tables' ? cpu.ours : cpu.bare) / (rows * prepared.length)).toFixed(1),
    ]),
  );
  console.log(`ratio ${compared.ratio('these tables', 'the driver alone').toFixed(2)} (goal 0.90)`);
} finally {
  await ours.close();
  await bareTables.close();
  await bare.close();
  await server.close();
}
