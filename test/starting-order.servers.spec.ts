import { useCassandra, useHdfs, useKafka, useS3 } from '@stockafolio/servers/mocha';
import type { Server } from '@stockafolio/servers';
import { expect } from 'chai';
import { dump, dumpOf, expectSameLines } from './support/dumps.js';
import { newTopic } from './support/kafka-place.js';
import { must, run, start, type Ended, type Running } from './support/run-command.js';
import { archive, stream } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

describe('a command that is started before its servers', () => {
  const at = tempFolder();
  const kafka = useKafka();
  const cassandra = useCassandra();
  const s3 = useS3();
  const hdfs = useHdfs();
  const generate = ['generate', '--trades', '2000', '--users', '50', '--start', '2026-01-05', '--to'];
  let topic = '';

  before(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'anybody';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'anything';
    topic = newTopic(kafka()).url;
    await must([...generate, topic]);
    await must([...generate, `log:${at('log')}`]);
    await stream(at('log'), at('expected'), at('expected-checkpoints'));
    await archive(at('log'), at('expected-files'));
  });
  after(() => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) Reflect.deleteProperty(process.env, name);
  });

  const keyspace = (name: string): string => `${cassandra().url}/${name}?dc=datacenter1`;
  const bucket = (name: string): string => {
    const { port } = s3();
    return `s3://stockafolio/${name}?endpoint=http://127.0.0.1:${port}`;
  };
  const folder = (name: string): string => `${hdfs().url}/${name}`;

  /**
   * Starts a command while these are down, and brings them back one by one, each when the command says that it waits
   * for it.
   */
  async function startedBefore(servers: readonly Server[], args: readonly string[]): Promise<Running> {
    for (const server of servers) await server.stop();
    const life = start(args);
    try {
      for (const { port } of servers) await life.says(new RegExp(`waiting for a server: .*:${port}\\b`));
    } finally {
      for (const server of servers) await server.start();
    }
    return life;
  }

  const expectDone = async (life: Running): Promise<Ended> => {
    const ended = await life.ended;
    expect(ended.code, ended.stderr).to.equal(0);
    expect(ended.stderr).to.contain('the server is up').and.not.contain('    at ');
    return ended;
  };
  const figures = (lines: readonly string[]): string[] =>
    lines.filter((line) => line.startsWith('{"table":"positions"'));

  it('stream', async () => {
    const places = ['--source', topic, '--tables', keyspace('early'), '--checkpoints', bucket('early')];
    await expectDone(await startedBefore([kafka(), cassandra(), s3()], ['stream', ...places, '--until-caught-up']));
    expectSameLines(figures(await dumpOf(keyspace('early'))), figures(await dump(at('expected'))), 'streamed');
  });

  it('archive', async () => {
    const args = ['archive', '--source', topic, '--files', bucket('early-archive'), '--until-caught-up', '--json'];
    expect((await expectDone(await startedBefore([kafka(), s3()], args))).stdout).to.contain('"records":2000');
  });

  it('batch', async () => {
    await must(['copy', `file:${at('expected-files')}`, bucket('early-batch')]);
    const places = ['--files', bucket('early-batch'), '--tables', keyspace('early_batch')];
    const args = ['batch', ...places, '--checkpoints', folder('early-batch-checkpoints')];
    await expectDone(await startedBefore([s3(), cassandra(), hdfs()], args));
    expectSameLines(figures(await dumpOf(keyspace('early_batch'))), figures(await dump(at('expected'))), 'batched');
  });

  it('generate', async () => {
    const { url } = newTopic(kafka());
    const args = ['generate', '--trades', '100', '--also', folder('early-also'), '--to', url];
    await expectDone(await startedBefore([kafka(), hdfs()], args));
  });

  it('serve', async () => {
    await must(['tables', 'create', '--tables', keyspace('served')]);
    const life = await startedBefore([cassandra()], ['serve', '--tables', keyspace('served'), '--port', '0']);
    await life.says(/the firm +http:/);
    expect(life.stderr()).to.match(/the firm +http:/);
    life.child.kill('SIGINT');
    expect((await life.ended).code).to.equal(130);
  });

  it('and a running one reports in an outage of Kafka what it waits for, and continues', async () => {
    const { url } = newTopic(kafka());
    await must([...generate, url]);
    const places = ['--tables', `embedded:${at('outage')}`, '--checkpoints', `file:${at('outage-checkpoints')}`];
    const life = start(['stream', '--source', url, ...places]);
    await life.says(/partition 3: begins/);
    await kafka().kill();
    await life.says(/waiting for a server: topic/);
    await kafka().start();
    await must([...generate, url, '--seed', '2']);
    await must(['archive', '--source', url, '--files', `file:${at('outage-files')}`, '--until-caught-up']);
    const count = async (): Promise<number> =>
      (await dumpOf(`embedded:${at('outage')}`)).filter((line) => line.startsWith('{"table":"trades_by_user"')).length;
    while ((await count()) < 4_000) await new Promise((resolve) => setTimeout(resolve, 500));
    life.child.kill('SIGINT');
    expect((await life.ended).code).to.equal(130);
  });

  describe('while they are down', () => {
    const [nowhere, none] = ['kafka://127.0.0.1:1/trades', 'cassandra://127.0.0.1:1/none?dc=datacenter1'];
    const away = 's3://bucket/x?endpoint=http://127.0.0.1:1';
    const commands = [
      ['stream', '--source', nowhere, '--tables', none, '--checkpoints', away],
      ['archive', '--source', nowhere, '--files', away],
      ['batch', '--files', away, '--tables', none, '--checkpoints', away],
      ['batch', '--files', away, '--tables', none, '--checkpoints', away, '--schedule'],
      ['generate', '--to', nowhere],
      ['serve', '--tables', none],
    ];

    for (const args of commands) {
      it(`ends at Ctrl-C and SIGTERM, and at once if it is used wrongly: ${args[0]} ${args.at(-1)}`, async () => {
        for (const [signal, code] of [
          ['SIGINT', 130],
          ['SIGTERM', 143],
        ] as const) {
          const life = start([...args, '--json']);
          await life.says(/waiting for a server/);
          life.child.kill(signal);
          const ended = await life.ended;
          expect(ended.code, ended.stderr).to.equal(code);
          expect(ended.stdout).to.contain('"ok":false').and.contain('ERR_ABORTED');
        }
        const wrong = args.map((word) => word.replace(/^(cassandra|kafka):.*$/, 'pigeon:x'));
        expect((await run(wrong)).code).to.equal(2);
      });
    }

    it('a command that does not wait ends in time with 3', async () => {
      for (const args of [
        ['tables', 'get', 'positions', 'ann', '--tables', none],
        ['reconcile', '--files', away, '--tables', `embedded:${at('expected')}`],
      ]) {
        const { code, stderr } = await run(args);
        expect(code, stderr).to.equal(3);
        expect(stderr).not.to.contain('    at ');
      }
    });
  });
});
