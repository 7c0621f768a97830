import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';

const MOST = 100_000;
const folder = fileURLToPath(new URL('../dist/web/', import.meta.url));

describe('the built pages', () => {
  it(`are loaded first in less than ${MOST / 1000} kB, compressed`, async () => {
    const html = await readFile(`${folder}index.html`);
    const names = await readdir(`${folder}assets`);
    const files = await Promise.all(names.map((name) => readFile(`${folder}assets/${name}`)));
    const bytes = [html, ...files].reduce((sum, file) => sum + gzipSync(file).length, 0);
    expect(bytes).to.be.below(MOST);
    expect(
      names.every((name) => /-[\w-]{8}\.\w+$/.test(name)),
      names.join(),
    ).to.equal(true);
  });

  it('hold no inline script, style or handler, and send no request to another host', async () => {
    const html = await readFile(`${folder}index.html`, 'utf8');
    expect(html).not.to.match(/<style|<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=/i);
    expect(html).not.to.match(/https?:\/\//);
  });
});
