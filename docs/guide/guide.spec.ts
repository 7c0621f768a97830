import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { jsonCodec } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { lastVersion } from './samples/ports.js';
import { figures } from './samples/portfolio.js';
import { rows as readmeRows } from './samples/readme.js';
import { archiveAndBatch, differences, produce, stream } from './samples/run.js';
import type { Sale } from './samples/sales.js';
import { rowsAfter } from './samples/engine.js';
import { counts } from './samples/small.js';
import { afterKill } from './samples/testing.js';

const here = new URL('./', import.meta.url);
const root = new URL('../../', here);
const pages = [
  'README.md',
  'docs/guide/README.md',
  'docs/guide/coming-from.md',
  ...['core', 'engine', 'testing', 'connectors', 'runner-stream', 'runner-batch', 'cli'].map(
    (name) => `packages/${name}/README.md`,
  ),
  'examples/stockafolio/README.md',
];

/** TypeScript code blocks, each preceded by its mark: `<!-- FILE#REGION -->`. */
const block = /(?:<!-- (\S+?)#(\S+) -->\n\n)?```ts\n(.*?)```/gs;

describe('the guide', () => {
  for (const page of pages) {
    it(`shows in ${page} the code that is run`, async () => {
      const text = await readFile(new URL(page, root), 'utf8');
      const blocks = [...text.matchAll(block)];
      expect(blocks).to.not.deep.equal([]);
      const marks = [...text.matchAll(/<!-- \S+?#\S+ -->\n/g)];
      const marked = blocks.filter(([, file]) => file !== undefined);
      expect(marked.length, 'each mark stands before a block of code').to.equal(marks.length);
      for (const [, file, region, code] of blocks) {
        expect(file, `the mark of:\n${code}`).to.be.a('string');
        expect(code).to.equal(await regionOf(String(file), String(region)));
      }
    });
  }

  it('has a first sample whose result is that of its comment', () => {
    expect(readmeRows).to.deep.equal([{ user: 'ann', symbol: 'IBM', quantity: 2, paid: 500_0000 }]);
  });

  it('has samples for the packages, and they run', async () => {
    const harness = pipelineHarness(counts);
    harness.push({ page: '/home', time: 0 }, { page: '/home', time: 1 });
    await harness.commit();
    const [pages] = counts.plan.tables;
    expect(pages && (await harness.rows(pages))).to.deep.equal([{ page: '/home', visits: 2 }]);
    expect(pages && (await afterKill(pages))).to.deep.equal([{ page: '/home', visits: 2 }]);
    const visit = jsonCodec(counts.stream.schema).encode({ page: '/home', time: 0 });
    const message = { timestamp: 0, key: null };
    const rows = rowsAfter([
      { ...message, offset: 0, value: visit },
      { ...message, offset: 1, value: null },
    ]);
    expect(rows.map(({ table, values }) => [table.name, values[0]])).to.deep.equal([
      ['dead_letters', 'counts'],
      ['pages', '/home'],
    ]);
    expect(figures).to.include({ trades: 1_000 });
    await inFolder(async (dir) => {
      expect(await lastVersion(dir)).to.deep.equal({ values: ['/home', 8], version: 2 });
    });
  });

  it('runs in code: stream and batch reach the same rows', async () => {
    await inFolder(async (dir) => {
      await produce(dir, someSales);
      expect(await stream(dir)).to.equal(someSales.length);
      expect(await archiveAndBatch(dir)).to.equal(someSales.length);
      expect(await differences(dir)).to.deep.equal({ compared: 60, differences: 0 });
    });
  }).timeout(30_000);

  it('runs by command', async () => {
    await inFolder(async (dir) => {
      await produce(dir, someSales);
      const urls = ['--source', `log:${dir}/sales`, '--tables', `embedded:${dir}/tables`];
      const { stdout } = await command(
        'stream',
        ...urls,
        '--checkpoints',
        `file:${dir}/checkpoints`,
        '--until-caught-up',
        '--json',
      );
      expect(JSON.parse(stdout)).to.include({ ok: true, records: someSales.length, setAside: 0 });
      const row = await command('tables', 'get', 'articles', 'shop-1', 'rye', '--tables', `embedded:${dir}/tables`);
      expect(row.stdout).to.equal('{"shop":"shop-1","article":"rye","pieces":20,"turnover":"70.0000"}\n');
    });
  }).timeout(60_000);
});

const someSales = Array.from({ length: 200 }, (_, n): Sale => ({
  shop: `shop-${n % 10}`,
  article: n % 2 === 0 ? 'mocha' : 'rye',
  category: n % 2 === 0 ? 'coffee' : 'bread',
  pieces: 1,
  price: 3_5000,
  time: Date.UTC(2026, 0, 5, 12) + n * 1_500,
}));

async function regionOf(file: string, region: string): Promise<string> {
  const text = await readFile(new URL(file, here), 'utf8');
  const [, body] = new RegExp(`// #region ${region}\n(.*?)^ *// #endregion ${region}$`, 'sm').exec(text) ?? [];
  if (body === undefined) throw new Error(`${file} has no region '${region}'`);
  const lines = body.split('\n');
  const indent = Math.min(...lines.filter((line) => line !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join('\n');
}

async function inFolder(step: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'stockafolio-guide-'));
  try {
    await step(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Runs the command in a process that can load the samples without a build. */
function command(...words: string[]): Promise<{ stdout: string }> {
  const bin = fileURLToPath(new URL('packages/cli/bin/stockafolio.js', root));
  const app = fileURLToPath(new URL('samples/app.ts', here));
  return promisify(execFile)(process.execPath, ['--import', 'tsx', bin, ...words, '--app', app]);
}
