import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileArchive } from '@stockafolio/connectors/archive';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { logSource } from '@stockafolio/connectors/log-local';
import { trades, wireForm } from '@stockafolio/example';
import { expect } from 'chai';
import { dump, expectSameLines } from './support/dumps.js';
import { expectOracle } from './support/expect-oracle.js';
import { killHard, until, writtenAt } from './support/kill.js';
import { readLog, valueOf } from './support/read-log.js';
import { start, type Ended, type Running } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { archive, archiveArgs, batch, batchArgs, stream, streamArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const STREAM_KILLS = 50;
const ARCHIVE_KILLS = 20;
const BATCH_KILLS = 20;

/** Commits and checkpoints so small that a kill falls between any two steps of them. */
const SMALL_STEPS = ['--commit-interval', '20', '--commit-records', '1000', '--checkpoint-interval', '100'];

describe('P2, P3: kill -9 at any moment loses nothing and doubles nothing', () => {
  const at = tempFolder();
  const seed = seedOf('kill -9');
  const random = randomFrom(seed);
  let undisturbed: readonly string[] = [];

  const generate = (count: number, n: number, day: string): Running =>
    start([
      ...['generate', '--to', `log:${at('log')}`, '--trades', String(count), '--users', '5000', '--rate', '20'],
      ...[
        '--seed',
        String(seed + n),
        '--start',
        day,
        '--user-skew',
        'zipf:0.7',
        '--out-of-order',
        '3000',
        '--fractions',
        '0.25',
      ],
    ]);

  it('of the writer of the log: its appended messages are there, and the next one continues', async () => {
    const killed = generate(5_000_000, 0, '2026-01-05');
    const first = at('log');
    await until(killed, async () => (await logEnd(first)) > 10_000 + random() * 10_000);
    expect(await killHard(killed), 'found running').to.equal(true);
    const kept = await readLog(first);
    expect(kept.length).to.be.greaterThan(10_000);
    await generate(25_000, 1, '2026-02-02').ended;
    expect(await logEnd(first)).to.equal(kept.length + 25_000);
    const now = new Set(
      (await readLog(first)).map(({ partition, offset, value }) => `${partition}-${offset}-${String(value)}`),
    );
    for (const { partition, offset, value } of kept)
      expect(now.has(`${partition}-${offset}-${String(value)}`)).to.equal(true);
  });

  it(`of the stream, ${STREAM_KILLS} times`, async () => {
    let working = 0;
    let appended = 0;
    const begun = new Set<string>();
    for (let kill = 1; kill <= STREAM_KILLS; kill++) {
      const progressed = (): Promise<number> => checkpointed(at('checkpoints'));
      const before = await progressed();
      const life = start([...streamArgs(at('log'), at('tables'), at('checkpoints')), ...SMALL_STEPS]);
      await life.says(/partition 3: (begins|continues)/);
      // Half of the runs last long enough to make some progress; the others may end at the first step.
      if (random() < 0.5) await until(life, async () => (await progressed()) > before);
      await pause(random() * 500);
      const killed = await killHard(life);
      begun.add([...life.stderr().matchAll(/partition \d+: .*/g)].join());
      const left = (await logEnd(at('log'))) - (await progressed());
      if (killed && left > 0) working++;
      // There is always some work left, and from time to time more is added.
      if (left < 5_000) await generate(10_000, 100 + ++appended, '2026-02-03').ended;
    }
    await stream(at('log'), at('tables'), at('checkpoints'), ...SMALL_STEPS);
    expect(working, 'kills that found it at work').to.be.at.least(STREAM_KILLS * 0.8);
    expect(begun.size, 'offsets from which they continued').to.be.at.least(STREAM_KILLS * 0.2);
    const disturbed = await dump(at('tables'));
    await stream(at('log'), at('tables-undisturbed'), at('checkpoints-undisturbed'));
    undisturbed = await dump(at('tables-undisturbed'));
    expectSameLines(disturbed, undisturbed, 'the tables of the killed stream');
    await expectOracle(undisturbed, at('log'));
  });

  it(`of the archiver, ${ARCHIVE_KILLS} times`, async () => {
    const { files, entries } = archiveAt(at('archive'));
    let working = 0;
    for (let kill = 1; kill <= ARCHIVE_KILLS; kill++) {
      const before = (await files()).length;
      const life = start([...archiveArgs(at('log'), at('archive')), '--roll-records', '250']);
      await until(life, async () => (await countFiles(at('archive'))) > before);
      await pause(random() * 40);
      if ((await killHard(life)) && (await archived(await files())) < (await logEnd(at('log')))) working++;
    }
    await archive(at('log'), at('archive'), '--roll-records', '250');
    expect(working, 'kills that found it at work').to.be.at.least(ARCHIVE_KILLS * 0.8);

    const logged = await readLog(at('log'));
    expectSameLines(
      await entries(),
      logged.map((m) => `${m.partition}-${m.offset} ${m.timestamp} ${valueOf(m)}`),
      'the archive of the killed archiver',
    );
    for await (const { name } of filesLocal(at('archive')).list('')) {
      expect(name).to.match(/^trades\/(day=[-\d]+\/partition=\d+\/\d+-\d+\.parquet|_archive\.id|_source\.json)$/);
    }
  });

  it(`of the batch, ${BATCH_KILLS} times`, async () => {
    const args = batchArgs(at('archive'), at('batch-tables'), at('batch-checkpoints'));
    const fullTime = await timed(() => batch(at('archive'), at('batch-whole'), at('batch-whole-checkpoints')));
    const data = at('batch-tables', 'data.mdb');
    let working = 0;
    for (let kill = 1; kill <= BATCH_KILLS; kill++) {
      const written = await writtenAt(data);
      const isDone = (await checkpointed(at('batch-checkpoints'))) === (await logEnd(at('log')));
      const anew = isDone || random() < 0.3 ? ['--from-start'] : [];
      const life = start([...args, ...anew, '--workers', random() < 0.5 ? '1' : '2']);
      // Most runs last until they have written something; the others may end at any earlier step.
      const isToWrite = random() < 0.8;
      if (isToWrite) await until(life, async () => (await writtenAt(data)) > written);
      await pause(fullTime * random() * (isToWrite ? 0.3 : 0.45));
      if ((await killHard(life)) && (await writtenAt(data)) > written) working++;
    }
    await batch(at('archive'), at('batch-tables'), at('batch-checkpoints'), '--workers', '2');
    expect(working, 'kills that found it at work').to.be.at.least(BATCH_KILLS * 0.6);
    expectSameLines(await dump(at('batch-whole')), undisturbed, 'the tables of the undisturbed batch');
    expectSameLines(await dump(at('batch-tables')), undisturbed, 'the tables of the killed batch');
  });
});

/** How many messages a log holds; 0 if there is none. */
async function logEnd(log: string): Promise<number> {
  const source = logSource(log);
  try {
    return (await source.ranges()).reduce((sum, { end }) => sum + end, 0);
  } catch {
    return 0;
  } finally {
    await source.close();
  }
}

/** How many messages the newest checkpoints cover: their names are offsets. */
async function checkpointed(folder: string): Promise<number> {
  const newest = new Map<string, number>();
  for await (const { name } of filesLocal(folder).list('')) {
    const [, partition = '', offset] = /partition=(\d+)\/(\d+)\.checkpoint$/.exec(name) ?? [];
    newest.set(partition, Math.max(newest.get(partition) ?? 0, Number(offset ?? 0)));
  }
  return [...newest.values()].reduce((sum, offset) => sum + offset, 0);
}

/** Files below a folder, hidden ones left out. */
async function countFiles(folder: string): Promise<number> {
  const all = await readdir(folder, { recursive: true }).catch(() => []);
  return all.filter((name) => name.endsWith('.parquet')).length;
}

function archiveAt(folder: string): {
  files: () => ReturnType<ReturnType<typeof fileArchive>['files']>;
  entries: () => Promise<string[]>;
} {
  const held = fileArchive(filesLocal(join(folder)), trades);
  return {
    files: () => held.files(),
    entries: async () => {
      const lines: string[] = [];
      for (const file of await held.files()) {
        for await (const part of held.read(file, file.first)) {
          for (const entry of [...part].flat()) {
            const value = 'raw' in entry ? entry.raw : wireForm.encode('record' in entry ? entry.record : entry.unfit);
            lines.push(`${file.partition}-${entry.offset} ${entry.ingested} ${Buffer.from(value).toString('utf8')}`);
          }
        }
      }
      return lines;
    },
  };
}

async function archived(files: readonly { readonly first: number; readonly last: number }[]): Promise<number> {
  return files.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

async function timed(step: () => Promise<Ended>): Promise<number> {
  const began = performance.now();
  await step();
  return performance.now() - began;
}
