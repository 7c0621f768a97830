import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { useCassandra, useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { dump, dumpTable, expectSameLines } from './support/dumps.js';
import { expectOracle } from './support/expect-oracle.js';
import { newTopic, readTopic } from './support/kafka-place.js';
import { readLog } from './support/read-log.js';
import { lastLine, must, run, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';

/** 60,000 with TEST_TRADES=60000. */
const TRADES = Number(process.env['TEST_TRADES'] ?? 30_000);

const GOOD = {
  ...{ id: 'x', user: 'ann', symbol: 'IBM', sector: 'Tech', side: 'buy', quantity: 1, price: 1 },
  time: '2026-01-05T15:00:00.000Z',
};

describe('whole runs on Kafka', () => {
  const cassandra = useCassandra();
  const at = tempFolder();
  const kafka = useKafka();
  const seed = seedOf('kafka');
  const random = randomFrom(seed);
  const trades = ['--users', '2000', '--rate', '200', '--seed', String(seed), '--start', '2026-01-05'];
  const streamArgs = (source: string, name: string): string[] => [
    ...['stream', '--source', source, '--tables', `embedded:${at(name)}`],
    ...['--checkpoints', `file:${at(`${name}-checkpoints`)}`],
  ];

  it('make the same tables as a log of the same trades, and the archive of the topic makes them once more', async () => {
    const { url, ...place } = newTopic(kafka());
    await must(['generate', '--to', url, '--trades', String(TRADES / 2), ...trades]);
    await must(['generate', '--to', `log:${at('log')}`, '--trades', String(TRADES / 2), ...trades]);
    const found = (await readTopic(place)).map(({ partition, offset, value }) => [partition, offset, String(value)]);
    const logged = (await readLog(at('log'))).map(({ partition, offset, value }) => [partition, offset, String(value)]);
    expect(found).to.deep.equal(logged);
    await must([...streamArgs(url, 'tables'), '--until-caught-up']);
    await expectOracle(await dump(at('tables')), at('log'));

    await must(['archive', '--source', url, '--files', `file:${at('archive')}`, '--until-caught-up']);
    const compared = await must([
      ...['reconcile', '--files', `file:${at('archive')}`, '--tables', `embedded:${at('tables')}`, '--json'],
    ]);
    expect(lastLine(compared)).to.include({ ok: true, differences: 0 });
  });

  /** The same into tables that several processes write, in a keyspace of their own. */
  const workerArgs = (source: string, name: string): string[] => [
    ...['stream', '--source', source, '--tables', keyspace(name), '--group', name],
    ...['--checkpoints', `file:${at(`${name}-checkpoints`)}`],
  ];
  const keyspace = (name: string): string => `cassandra://127.0.0.1:${cassandra().port}/${name}_${process.pid}`;
  const dumpKeyspace = async (name: string): Promise<readonly string[]> =>
    (await must(['tables', 'dump', '--tables', keyspace(name)])).stdout.trimEnd().split('\n');

  it('lose and double nothing when workers are killed, one after the other', async () => {
    const { url } = newTopic(kafka());
    await must(['generate', '--to', url, '--trades', String(TRADES), ...trades]);
    await must(['generate', '--to', `log:${at('log-workers')}`, '--trades', String(TRADES), ...trades]);
    const life = start([
      ...workerArgs(url, 'workers'),
      ...['--workers', '3', '--until-caught-up', '--commit-records', '500', '--checkpoint-interval', '100', '--json'],
    ]);
    const killed = new Set<number>();
    for (let kill = 0; kill < 3; kill++) {
      await life.says(new RegExp(`(?:partition \\d: (?:begins|continues)[^]*){${kill + 1}}`));
      await pause(random() * 400);
      const pids = [...life.stderr().matchAll(/is process (\d+)/g)].map(([, pid]) => Number(pid));
      const pid = pids.filter((each) => !killed.has(each) && isRunning(each))[0];
      if (pid === undefined) break;
      killed.add(pid);
      process.kill(pid, 'SIGKILL');
    }
    const ended = await life.ended;
    expect(ended.code, ended.stderr).to.equal(0);
    expect(killed.size, 'killed').to.be.greaterThan(0);
    expect(ended.stderr).to.match(/worker \d ended with signal SIGKILL; restarting it in 1 s/);
    expect(lastLine(ended)).to.have.property('ok', true);
    await expectOracle(await dumpKeyspace('workers'), at('log-workers'));
  });

  it('end all workers by one Ctrl-C, after the commit', async () => {
    const { url } = newTopic(kafka());
    await must(['generate', '--to', url, '--trades', String(TRADES / 2), ...trades]);
    const life = start([...workerArgs(url, 'stopped'), '--workers', '2']);
    await life.says(/(?:\[\d\] partition[^]*){4}/);
    life.child.kill('SIGINT');
    const ended = await life.ended;
    expect(ended.code, ended.stderr).to.equal(130);
    for (const [, pid] of ended.stderr.matchAll(/is process (\d+)/g)) expect(isRunning(Number(pid))).to.equal(false);
    await must([...workerArgs(url, 'stopped'), '--until-caught-up']);
    await must(['generate', '--to', `log:${at('log-stopped')}`, '--trades', String(TRADES / 2), ...trades]);
    await expectOracle(await dumpKeyspace('stopped'), at('log-stopped'));
  });

  it('end their workers where the one that started them is killed', async () => {
    const { url } = newTopic(kafka());
    await must(['generate', '--to', url, '--trades', '1000', ...trades]);
    const life = start([...workerArgs(url, 'orphans'), '--workers', '2']);
    await life.says(/(?:\[\d\] partition[^]*){4}/);
    life.child.kill('SIGKILL');
    const pids = [...life.stderr().matchAll(/is process (\d+)/g)].map(([, pid]) => Number(pid));
    for (let tries = 0; tries < 200 && pids.some(isRunning); tries++) await pause(100);
    expect(pids.filter(isRunning)).to.deep.equal([]);
    await life.ended;
  });

  it('end all workers at a permanent error, with its code', async () => {
    const { url } = newTopic(kafka());
    await writeFile(at('bad.jsonl'), `${JSON.stringify(GOOD)}\n{"no":"trade"}\n`);
    await must(['import', at('bad.jsonl'), '--to', url]);
    const ended = await run([...workerArgs(url, 'bad'), '--workers', '2', '--on-bad-record', 'fail', '--json']);
    expect(ended.code, ended.stderr).to.equal(2);
    expect(lastLine(ended)).to.include({ ok: false, code: 'ERR_BAD_RECORD' });
  });

  it('replay dead letters, each once, even after an interrupted replay', async () => {
    const { url, ...place } = newTopic(kafka());
    await writeFile(at('mixed.jsonl'), [JSON.stringify(GOOD), '{"no":"trade"}', '{"id":"b"}', ''].join('\n'));
    await must(['import', at('mixed.jsonl'), '--to', url]);
    await must([...streamArgs(url, 'letters'), '--until-caught-up']);
    const tables = ['--tables', `embedded:${at('letters')}`];
    const listed = (await must(['dead-letters', 'list', ...tables, '--format', 'jsonl'])).stdout.trimEnd().split('\n');
    const mended = listed.map((line, n) => {
      const { partition, offset } = JSON.parse(line) as { partition: number; offset: number };
      return JSON.stringify({ partition, offset, message: { ...GOOD, id: `mended-${n}` } });
    });
    await writeFile(at('mended.jsonl'), mended.join('\n'));
    const replay = ['dead-letters', 'replay', ...tables, '--to', url, '--with', at('mended.jsonl'), '--json'];
    expect(lastLine(await must(replay))).to.include({ replayed: 2 });
    expect(lastLine(await must(replay))).to.include({ replayed: 0 });
    expect(await readTopic(place)).to.have.length(5);
    await must([...streamArgs(url, 'letters'), '--until-caught-up']);
    expect(await dumpTable(at('letters'), 'trades_by_user')).to.have.length(3);
    expectSameLines(
      (await dumpTable(at('letters'), 'positions')).map((line) => (JSON.parse(line) as { user: string }).user),
      ['ann'],
      'positions',
    );
  });

  it('say what is wrong, and exit by whose it is to mend', async () => {
    const { url } = newTopic(kafka());
    const unknown = await run([...streamArgs(url, 'none'), '--json']);
    expect(unknown.code).to.equal(2);
    expect(lastLine(unknown)).to.include({ code: 'ERR_SOURCE_UNKNOWN' });
    for (const args of [workerArgs(`log:${at('log')}`, 'none'), streamArgs(url, 'none')]) {
      const alone = await run([...args, '--workers', '2', '--json']);
      expect(alone.code).to.equal(2);
      expect(lastLine(alone)).to.include({ code: 'ERR_USAGE' });
    }
    for (const bad of ['kafka://127.0.0.1/trades', 'kafka://127.0.0.1:9092/', 'kafka://ann:secret@127.0.0.1:9092/t']) {
      const invalid = await run([...streamArgs(bad, 'none'), '--json']);
      expect(lastLine(invalid), bad).to.include({ code: 'ERR_URL_INVALID' });
      expect(invalid.stderr + invalid.stdout).to.not.contain('secret');
    }
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
