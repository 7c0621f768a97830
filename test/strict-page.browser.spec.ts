import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { build } from 'esbuild';
import { useBrowser } from '../examples/stockafolio/test/browser.js';
import { type Figures, figuresOf } from './strict-page/figures.js';

const POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'";

/** The scripts of the page and of the worker, as a bundler makes them for a browser. */
async function bundled(): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: ['page', 'worker'].map((name) => join(import.meta.dirname, 'strict-page', `${name}.ts`)),
    ...{ bundle: true, minify: true, platform: 'browser', format: 'esm', target: 'es2022', write: false, outdir: '/' },
  });
  return new Map(outputFiles.map(({ path, text }) => [path, text]));
}

describe('a page whose policy forbids compiling text', () => {
  const browser = useBrowser();
  let server: Server;
  let url = '';

  before(async () => {
    const scripts = await bundled();
    server = createServer((request, response) => {
      const script = scripts.get(request.url ?? '');
      const type = script === undefined ? 'text/html' : 'text/javascript';
      response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY });
      response.end(script ?? '<!doctype html><script type="module" src="/page.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  after(() => new Promise((resolve) => server.close(resolve)));

  it('runs pipelines with the same rows as Node, in the page and in a worker', async () => {
    const page = await browser();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.goto(url);
    const inPage = await page.evaluate(async () => (globalThis as unknown as { figures: Promise<Figures> }).figures);
    const inWorker = await page.evaluate(
      () =>
        new Promise<Figures>((resolve, reject) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data as Figures);
          worker.onerror = ({ message }) => reject(new Error(message));
        }),
    );
    const inNode = await figuresOf();
    expect(errors).to.deep.equal([]);
    expect([inNode.canCompile, inPage.canCompile, inWorker.canCompile]).to.deep.equal([true, false, false]);
    expect(inPage.rows).to.deep.equal(inNode.rows);
    expect(inWorker.rows).to.deep.equal(inNode.rows);
    for (const [name, rows] of Object.entries(inNode.rows)) expect(rows.length, name).to.be.greaterThan(100);
  });
});
