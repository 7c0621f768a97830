import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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

  it('end with the process that started them, even after kill -9', async () => {
    const script = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (some: Buffer) => (text += some.toString()));
    while (!/kafka:\/\/127.0.0.1:\d+/.test(text)) await once(child.stdout, 'data');
    const port = Number(/kafka:\/\/127.0.0.1:(\d+)/.exec(text)?.[1]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (let i = 0; i < 100 && (await listens(port)); i++) await promisify(execFile)('sleep', ['0.1']);
    expect(await listens(port)).to.equal(false);
    expect(whatIsMissing()).to.equal('');
  });
});
