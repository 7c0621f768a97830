import { useCassandra } from '@stockafolio/servers/mocha';
import cassandra from 'cassandra-driver';
import { expect } from 'chai';
import { expectOracle } from './support/expect-oracle.js';
import { eventually, keyspaceAt, type Keyspace } from './support/live.js';
import { readLog } from './support/read-log.js';
import { lastLine, must, run, start } from './support/run-command.js';
import { seedOf } from './support/seed.js';
import { archive } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

/** 15,000 trades in three parts. */
const TRADES = Number(process.env['TEST_TRADES'] ?? 15_000) / 3;
const USERS = 500;
const DAMAGED = 12;

describe('rows that someone changed by hand in Cassandra', () => {
  const at = tempFolder();
  const server = useCassandra();
  const seed = seedOf('repair');
  const keyspace = `repair_${process.pid}`;
  let client: cassandra.Client;
  let live: Keyspace | undefined;
  let day = 5;

  const tables = (): string => `cassandra://127.0.0.1:${server().port}/${keyspace}?dc=datacenter1`;
  const streamArgs = (): string[] => [
    ...['stream', '--source', `log:${at('log')}`, '--tables', tables(), '--checkpoints', `file:${at('checkpoints')}`],
  ];
  const dumped = async (): Promise<readonly string[]> =>
    (await must(['tables', 'dump', '--tables', tables()])).stdout.trimEnd().split('\n');
  const generate = async (): Promise<void> => {
    const from = `2026-01-${String(day).padStart(2, '0')}`;
    await must([
      ...['generate', '--to', `log:${at('log')}`, '--trades', String(TRADES), '--users', String(USERS), '--rate', '50'],
      ...['--seed', String(seed + day), '--start', from],
    ]);
    day++;
  };
  const reconcile = (...more: string[]): string[] => [
    ...['reconcile', '--files', `file:${at('archive')}`, '--tables', tables(), '--json', ...more],
  ];
  /** Deletes, changes and adds rows as a person does, with the present time as version. */
  const damage = async (): Promise<void> => {
    client = new cassandra.Client({
      contactPoints: [`127.0.0.1:${server().port}`],
      localDataCenter: 'datacenter1',
      keyspace,
    });
    const ask = (query: string, params: unknown[]): Promise<unknown> =>
      client.execute(query, params, { prepare: true });
    const { rows } = await client.execute('SELECT user, symbol FROM positions LIMIT 3000');
    for (const [n, row] of rows.entries()) {
      const key = [row['user'], row['symbol']];
      if (n < DAMAGED) await ask('DELETE FROM positions WHERE user = ? AND symbol = ?', key);
      else if (n < 2 * DAMAGED) await ask('UPDATE positions SET quantity = 7 WHERE user = ? AND symbol = ?', key);
    }
    const users = [...new Set(rows.map((row) => String(row['user'])))].slice(-DAMAGED);
    for (const user of users) {
      await ask('DELETE FROM positions WHERE user = ?', [user]);
      await ask('DELETE FROM user_totals WHERE user = ?', [user]);
      // A symbol that this user may buy later.
      await ask('INSERT INTO positions (user, symbol, sector, quantity) VALUES (?, ?, ?, 5)', [
        user,
        'ZTS',
        'Health Care',
      ]);
    }
    await client.shutdown();
  };
  const caughtUp = async (): Promise<void> => {
    const count = (await readLog(at('log'))).length;
    await eventually('as far as the log', 300, async () => (await live?.taken()) === count);
  };

  before(async () => {
    live = keyspaceAt(server(), keyspace);
    await generate();
    await must([...streamArgs(), '--until-caught-up']);
    await archive(at('log'), at('archive'));
  });
  after(() => live?.tables.close());

  it('are repaired, and stay open to later trades with earlier times, while the stream is stopped', async () => {
    await damage();
    const mended = await must(reconcile('--repair'));
    expect(lastLine(mended)).to.include({ ok: true });
    expect(Number(lastLine(mended)['differences'])).to.be.at.least(3 * DAMAGED);
    await expectOracle(await dumped(), at('log'));
    await generate();
    await must([...streamArgs(), '--until-caught-up']);
    await expectOracle(await dumped(), at('log'));
  });

  it('are not repaired while the tables are ahead of the archive: it says so, and how to continue', async () => {
    await damage();
    const refused = await run(reconcile('--repair'));
    expect(refused.code).to.equal(3);
    expect(refused.stderr).to.match(/not repaired, it was changed by hand.*archive to the end/);
    await archive(at('log'), at('archive'));
    expect(lastLine(await must(reconcile('--repair')))).to.include({ ok: true });
    expect(lastLine(await must(reconcile()))).to.include({ ok: true, differences: 0 });
  });

  it('are repaired beside a running stream, and stay open to its later rows', async () => {
    const life = start(streamArgs());
    await life.says(/partition 3: (begins|continues)/);
    await caughtUp();
    await damage();
    expect(lastLine(await must(reconcile('--repair')))).to.include({ ok: true });
    await generate();
    await caughtUp();
    life.child.kill('SIGTERM');
    await life.ended;
    await expectOracle(await dumped(), at('log'));
    await archive(at('log'), at('archive'));
    expect(lastLine(await must(reconcile()))).to.include({ ok: true, differences: 0 });
  });
});
