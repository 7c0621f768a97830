import { setTimeout as pause } from 'node:timers/promises';
import { collected } from '@stockafolio/conformance';
import { filesHdfs } from '@stockafolio/connectors/files-hdfs';
import { filesS3 } from '@stockafolio/connectors/files-s3';
import type { Lifecycle } from '@stockafolio/servers';
import { useHdfs, useS3 } from '@stockafolio/servers/mocha';
import type { FileInfo, Files } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { dump, expectSameLines } from './support/dumps.js';
import { killHard, until } from './support/kill.js';
import { lastLine, must, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { stream } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const TRADES = Number(process.env['TEST_TRADES'] ?? 200_000);
/** For the archiver, the copy and the batch each. */
const KILLS = Number(process.env['TEST_KILLS'] ?? 20);
/** About this many files of each partition: enough that no kill finds all of them done. */
const FILES = 100;
/** A process without progress by then is killed all the same. */
const LIFE_MS = 20_000;

describe('P1, P3: from S3 over HDFS into tables, under kill -9 of everything', () => {
  const at = tempFolder();
  const [s3, hdfs] = [useS3(), useHdfs()];
  const seed = seedOf('archive and batch on servers');
  const random = randomFrom(seed);
  const roll = ['--roll-records', String(Math.ceil(TRADES / 4 / FILES))];
  const run = `run-${process.pid}-${Date.now()}`;
  let inS3: Files;
  let inHdfs: Files;
  let expected: readonly string[] = [];

  const s3Url = (name: string): string => `s3://stockafolio/${run}/${name}?endpoint=${s3().url}&region=us-east-1`;
  const hdfsUrl = (name: string): string => `${hdfs().url}/${run}/${name}`;
  const archive = (): string[] => ['archive', '--source', `log:${at('log')}`, '--files', s3Url('archive'), ...roll];
  const copy = (): string[] => ['copy', s3Url('archive'), hdfsUrl('archive')];
  const batch = (): string[] => [
    ...['batch', '--files', hdfsUrl('archive'), '--tables', `embedded:${at('batch-tables')}`],
    ...['--checkpoints', hdfsUrl('checkpoints')],
  ];
  const listed = async (files: Files): Promise<readonly FileInfo[]> => collected(files.list(''));

  /** Takes a server away in the middle of the work, and brings it back. */
  const restart = async (server: Lifecycle): Promise<void> => {
    await server.kill();
    await pause(random() * 500);
    await server.start();
  };
  /**
   * Kills a command this many times, at random times after it has made progress; in every other run a server is
   * restarted.
   */
  const killed = async (
    kills: number,
    args: string[],
    server: () => Lifecycle,
    count: () => Promise<number>,
  ): Promise<number> => {
    let working = 0;
    for (let kill = 1; kill <= kills; kill++) {
      const before = await count();
      const life = start(args);
      if (kill % 2 === 0) {
        await pause(400 + random() * 800);
        await restart(server());
      }
      const end = Date.now() + LIFE_MS;
      let gotOn = false;
      await until(life, async () => (gotOn = (await count()) > before) || Date.now() > end);
      await pause(random() * 150);
      if ((await killHard(life)) && gotOn) working++;
    }
    return working;
  };

  before(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'anybody';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'anything';
    inS3 = filesS3({ bucket: 'stockafolio', prefix: `${run}/archive`, endpoint: s3().url });
    inHdfs = filesHdfs({ namenodes: [`127.0.0.1:${hdfs().port}`], path: `/${run}/archive` });
    await must([
      ...['generate', '--to', `log:${at('log')}`, '--trades', String(TRADES), '--users', String(TRADES / 20)],
      ...[
        '--seed',
        String(seed),
        '--start',
        '2026-01-05',
        '--rate',
        String(Math.max(1, Math.round(TRADES / 40_000))),
        '--out-of-order',
        '3000',
      ],
    ]);
    await stream(at('log'), at('tables'), at('checkpoints'));
    expected = await dump(at('tables'));
  });
  after(async () => {
    await inS3.close();
    await inHdfs.close();
  });

  it(`the archiver, killed ${KILLS} times and S3 with it, leaves every trade in S3 once`, async () => {
    const working = await killed(KILLS, archive(), s3, async () => (await listed(inS3)).length);
    expect(working, 'kills that found it at work').to.be.greaterThan(KILLS / 2);
    await must([...archive(), '--until-caught-up']);
    const ranges = new Map<string, number>();
    let trades = 0;
    const files = (await listed(inS3)).filter(({ name }) => name.endsWith('.parquet'));
    for (const { name } of files.sort((a, b) => (firstOf(a) < firstOf(b) ? -1 : 1))) {
      const [, partition = '', first, last] =
        /^trades\/day=[-\d]+\/partition=(\d+)\/(\d+)-(\d+)\.parquet$/.exec(name) ?? [];
      expect(Number(first), name).to.equal(ranges.get(partition) ?? 0);
      ranges.set(partition, Number(last) + 1);
      trades += Number(last) - Number(first) + 1;
    }
    expect(trades).to.equal(TRADES);
  });

  it(`copy, killed ${KILLS} times and the datanode with it, leaves the same files in HDFS`, async () => {
    const working = await killed(
      KILLS,
      [...copy(), '--concurrency', '2'],
      () => hdfs().dataNode,
      async () => (await listed(inHdfs)).length,
    );
    expect(working, 'kills that found it at work').to.be.greaterThan(KILLS / 2);
    await must(copy());
    expect(await listed(inHdfs)).to.deep.equal(await listed(inS3));
    const again = lastLine(await must([...copy(), '--recheck', '--json']));
    expect(again).to.include({ copied: 0, skipped: (await listed(inS3)).length });
  });

  it(`the batch, killed ${KILLS} times and the datanode with it, makes the tables of the stream`, async () => {
    let working = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      const anew = kill === 1 || random() < 0.5 ? ['--from-start'] : [];
      const life = start([...batch(), ...anew, '--workers', kill % 2 === 0 ? '2' : '1']);
      if (kill % 2 === 0) await restart(hdfs().dataNode);
      else await pause(1_000 + random() * 2_000);
      if (await killHard(life)) working++;
    }
    expect(working, 'kills that found it at work').to.be.at.least(KILLS / 4);
    await must([...batch(), '--workers', '2']);
    expectSameLines(await dump(at('batch-tables')), expected, 'the tables of the batch');
  });

  it('reconcile reads S3, and finds nothing', async () => {
    const args = ['reconcile', '--files', s3Url('archive'), '--tables', `embedded:${at('tables')}`, '--json'];
    expect(lastLine(await must(args))).to.include({ differences: 0, newer: 0 });
  });

  it('the stream continues from checkpoints in HDFS', async () => {
    const args = ['stream', '--source', `log:${at('log')}`, '--tables', `embedded:${at('batch-tables')}`];
    const { stderr } = await must([...args, '--checkpoints', hdfsUrl('checkpoints'), '--until-caught-up']);
    for (const partition of [0, 1, 2, 3]) expect(stderr).to.match(new RegExp(`partition ${partition}: continues from`));
    expectSameLines(await dump(at('batch-tables')), expected, 'the tables after that');
  });

  it('generate --also writes the source of truth to S3', async () => {
    const args = ['generate', '--to', '-', '--trades', '3000', '--start', '2026-01-05', '--also', s3Url('truth')];
    const lines = (await must(args)).stdout;
    await must(args);
    const truth = filesS3({ bucket: 'stockafolio', prefix: `${run}/truth`, endpoint: s3().url });
    const found = await Promise.all((await listed(truth)).map(({ name }) => truth.read(name)));
    expect(found.map((each) => Buffer.from(each).toString()).join('')).to.equal(lines);
    await truth.close();
  });
});

function firstOf({ name }: FileInfo): string {
  return name.slice(name.lastIndexOf('/'));
}
