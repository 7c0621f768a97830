import { int32, table, text, timestamp, type Value } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import { useCassandra } from '@stockafolio/servers/mocha';
import cassandra from 'cassandra-driver';
import { expect } from 'chai';
import { cassandraTables } from './index.js';

/** Use EXPIRED_ROWS=1000000 for a million. A server with default settings refuses to pass 100,000. */
const EXPIRED = Number(process.env['EXPIRED_ROWS'] ?? 110_000);
const LIVE = 10;
const TTL = 5_000;

const trades = table(
  'trades',
  { partitionBy: ['user'], clusterBy: ['time', 'id'], descending: ['time'], ttl: TTL },
  { user: text(), time: timestamp(), id: text(), quantity: int32() },
);

describe('expired rows in Cassandra', function () {
  this.timeout(600_000);
  const server = useCassandra();
  const keyspace = `expired_${process.pid}`;
  const options = (): { contactPoints: string[]; keyspace: string; localDataCenter: string } => ({
    contactPoints: [`127.0.0.1:${server().port}`],
    keyspace,
    localDataCenter: 'datacenter1',
  });
  let tables: Tables;
  let end = 0;

  const rowOf = (user: string, time: number, n: number): Mutation => ({
    table: trades,
    values: [user, time, String(n), n],
    version: time * 1_000,
  });
  const idsOf = async (user: string, limit?: number): Promise<Value[]> => {
    const ids: Value[] = [];
    for await (const { values } of tables.scan(trades, [user], limit === undefined ? {} : { limit }))
      ids.push(values[2]);
    return ids;
  };

  const ask = async (query: string, params: unknown[] = []): Promise<cassandra.types.ResultSet> => {
    const client = new cassandra.Client(options());
    try {
      return await client.execute(query, params);
    } finally {
      await client.shutdown();
    }
  };

  before(async () => {
    tables = cassandraTables(options());
    await tables.create([trades]);
    end = Date.now() - 2 * TTL;
    for (let n = 0; n < EXPIRED; n += 5_000)
      await tables.write(Array.from({ length: 5_000 }, (_, i) => rowOf('ann', end - (n + i) * 10, n + i)));
    await new Promise((resolve) => setTimeout(resolve, TTL + 1_500));
    // Rows written from now on live long, however slow the machine is.
    await ask(`ALTER TABLE ${keyspace}.trades WITH default_time_to_live = 3600`);
  });
  after(() => tables.close());

  it(`leave the live rows behind ${EXPIRED} of them readable, in order and each once`, async () => {
    const live = Array.from({ length: LIVE }, (_, n) => rowOf('ann', Date.now() - n, n));
    // Written late: older than its time to live, but still there.
    const late = rowOf('ann', end - EXPIRED * 10 - 1, LIVE);
    await tables.write([...live, late]);
    const wanted = Array.from({ length: LIVE + 1 }, (_, n) => String(n));
    const began = performance.now();
    expect(await idsOf('ann')).to.deep.equal(wanted);
    process.stderr.write(`      behind ${EXPIRED} expired rows: ${Math.round(performance.now() - began)} ms\n`);
    expect(await idsOf('ann', 5)).to.deep.equal(wanted.slice(0, 5));
  });

  it('are kept no longer than nodes keep hints, in files by time window', async () => {
    const { rows } = await ask(
      'SELECT gc_grace_seconds, compaction FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?',
      [keyspace, trades.name],
    );
    expect(rows[0]?.['gc_grace_seconds']).to.equal(10_800);
    expect((rows[0]?.['compaction'] as Record<string, string>)['class']).to.match(/TimeWindowCompactionStrategy/);
  });

  it('are kept as long as the properties of the table say, if they do', async () => {
    const own = cassandraTables({
      ...options(),
      keyspace: `${keyspace}_own`,
      properties: { trades: 'gc_grace_seconds = 60' },
    });
    try {
      await own.create([trades]);
      await own.write([rowOf('ann', Date.now(), 1)]);
    } finally {
      await own.close();
    }
  });
});
