import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { startKafka, type Server } from '@stockafolio/servers';
import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { dump } from './support/dumps.js';
import { expectOracleOf } from './support/expect-oracle.js';
import { topicAt, type Topic } from './support/live.js';
import { must, run, start, type Ended } from './support/run-command.js';
import { tempFolder } from './support/temp-folder.js';

const PART = 15_000;
/** More than was lost, so that every partition grows past its previous end. */
const MORE = 25_000;

/**
 * What a backup restores: only the log of the topic, as if the controllers were elsewhere, or all data of the broker.
 */
type Restored = 'the log of the topic' | 'the whole cluster';

describe('Kafka that was restored from a backup, and written to again', () => {
  // Checks the machine, without using the shared cluster: a restored cluster is useless for other specs.
  useKafka();
  for (const what of ['the log of the topic', 'the whole cluster'] as const) withRestored(what);
});

function withRestored(what: Restored): void {
  describe(what, () => {
    const at = tempFolder();
    let kafka: Server;
    let topic: Topic;
    const data = (): string => join(dirname(kafka.log), 'data');
    const backup = (): string => join(dirname(kafka.log), 'backup');

    const generate = (seed: number, day: string, trades = PART): Promise<unknown> =>
      must([
        ...['generate', '--to', topic.url, '--trades', String(trades), '--users', '2000', '--rate', '20'],
        ...['--seed', String(seed), '--start', day, '--partitions', '4'],
      ]);
    const streaming = (name: string): string[] => [
      ...['stream', '--source', topic.url, '--tables', `embedded:${at(`${name}-tables`)}`],
      ...['--checkpoints', `file:${at(`${name}-checkpoints`)}`],
    ];
    const stream = (name: string, ...more: string[]): Promise<Ended> =>
      run([...streaming(name), '--until-caught-up', ...more]);
    const archive = (): Promise<Ended> =>
      run(['archive', '--source', topic.url, '--files', `file:${at('archive')}`, '--until-caught-up']);
    const done = async (command: Promise<Ended>): Promise<void> => {
      const { code, stderr } = await command;
      expect(code, stderr).to.equal(0);
    };
    const refused = async (command: Promise<Ended>): Promise<string> => {
      const { code, stderr } = await command;
      expect(stderr)
        .to.contain('ERR_SOURCE_DIVERGED')
        .and.match(/the log was cut at/);
      expect(code, stderr).to.equal(2);
      return stderr;
    };

    /** Like a backup that was made while the broker was down. */
    async function putBack(): Promise<void> {
      await kafka.stop();
      for (const name of await readdir(backup())) {
        const isOfTopic = name.startsWith('cut-') || name.endsWith('-checkpoint');
        if (what === 'the log of the topic' && !isOfTopic) continue;
        await rm(join(data(), name), { recursive: true, force: true });
        await cp(join(backup(), name), join(data(), name), { recursive: true });
      }
      await kafka.start();
    }

    before(async function () {
      this.timeout(300_000);
      kafka = await startKafka();
      topic = topicAt(kafka, 'cut');
      await generate(1, '2026-01-05');
      await done(stream('first'));
      await done(archive());
      await kafka.stop();
      await cp(data(), backup(), { recursive: true });
      await kafka.start();
      await generate(2, '2026-01-06');
      await done(stream('first'));
      await done(archive());
      expectOracleOf(await dump(at('first-tables')), await topic.messages());
    });
    after(() => kafka.close());

    it('ends a running stream, and is rejected while it is shorter than what was read', async () => {
      const running = start(streaming('first'));
      await running.says(/partition 3: continues from offset/);
      await putBack();
      await refused(running.ended);
      expect(await topic.end()).to.equal(PART);
      await refused(stream('first'));
      await refused(archive());
    });

    it('is rejected at every start once it has grown past that, and the tables stay as they are', async () => {
      const before = await dump(at('first-tables'));
      await generate(3, '2026-01-07', MORE);
      expect(await topic.end()).to.equal(PART + MORE);
      for (let start = 0; start < 2; start++) {
        await refused(stream('first'));
        await refused(archive());
      }
      expect(await dump(at('first-tables'))).to.deep.equal(before);
    });

    it('is processed after the steps that the error names, and the tables are those of the oracle', async () => {
      const said = await refused(archive());
      await moveAway(said);
      await done(archive());
      const made = ['--tables', `embedded:${at('second-tables')}`, '--checkpoints', `file:${at('second-checkpoints')}`];
      await must(['batch', '--files', `file:${at('archive')}`, ...made, '--from-start']);
      expectOracleOf(await dump(at('second-tables')), await topic.messages());
      await generate(4, '2026-01-08');
      await done(stream('second', '--take-group'));
      await done(archive());
      expectOracleOf(await dump(at('second-tables')), await topic.messages());
      // Tables from before the cut stay rejected.
      await refused(stream('first', '--group', 'another'));
    });

    /** Moves away the files that reach past the cut of their partition, as the archiver's error says. */
    async function moveAway(said: string): Promise<void> {
      const cuts = new Map<number, number>();
      for (const [, partition, cut] of said.matchAll(
        /partition (\d+): the log was cut at (?:an offset from|offset) (\d+)/g,
      ))
        cuts.set(Number(partition), Number(cut));
      expect([...cuts.keys()].sort()).to.deep.equal([0, 1, 2, 3]);
      await mkdir(at('moved'));
      let moved = 0;
      for (const path of await readdir(at('archive'), { recursive: true })) {
        const [, partition, last] = /partition=(\d+)\/\d+-(\d+)\.parquet$/.exec(path) ?? [];
        if (partition === undefined || Number(last) < (cuts.get(Number(partition)) ?? Infinity)) continue;
        await rename(join(at('archive'), path), join(at('moved'), `${partition}-${basename(path)}`));
        moved++;
      }
      expect(moved).to.be.at.least(4);
    }
  });
}
