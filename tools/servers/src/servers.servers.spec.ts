import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { listens } from './answers.js';
import { startS3, whatIsMissing } from '@stockafolio/servers';
import { useCassandra, useHdfs, useKafka, useS3 } from '@stockafolio/servers/mocha';

describe('the servers', () => {
  const all = [useKafka(), useCassandra(), useHdfs(), useS3()];

  it('answer on free ports', async () => {
    for (const server of all) expect(await listens(server().port), server().name).to.equal(true);
    expect(new Set(all.map((server) => server().port)).size).to.equal(4);
  });

  it('come back on the same port after kill -9', async () => {
    const hdfs = all[2];
    await hdfs?.().kill();
    expect(await listens(hdfs?.().port ?? 0)).to.equal(false);
    await hdfs?.().start();
    expect(await listens(hdfs?.().port ?? 0)).to.equal(true);
  });

  it('leave nothing running once they are closed', async () => {
    const s3 = await startS3();
    await s3.close();
    expect(await listens(s3.port)).to.equal(false);
  });

  it('end with the process that started them, even after kill -9, and leave no data', async () => {
    const script = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const folder = await mkdtemp(join(tmpdir(), 'stockafolio-ended-'));
    const env = { ...process.env, TMPDIR: folder };
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'], env });
    let text = '';
    child.stdout.on('data', (some: Buffer) => (text += some.toString()));
    while (!/kafka:\/\/127.0.0.1:\d+/.test(text)) await once(child.stdout, 'data');
    const port = Number(/kafka:\/\/127.0.0.1:(\d+)/.exec(text)?.[1]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const left = async (): Promise<string[]> => (await readdir(folder)).filter((name) => /-kafka-/.test(name));
    expect(await left()).to.have.length(1);
    for (let i = 0; i < 100 && (await left()).length > 0; i++) await setTimeout(100);
    expect(await listens(port)).to.equal(false);
    expect(await left()).to.deep.equal([]);
    await rm(folder, { recursive: true, force: true });
    expect(whatIsMissing()).to.equal('');
  });
});
