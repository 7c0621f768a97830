import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';

/** Everything together is below what one page may load first. */
const MOST = 120_000;
/** The part that every page loads, before its own. */
const SHARED = 30_000;
const folder = fileURLToPath(new URL('../dist/web/', import.meta.url));

describe('the built pages', () => {
  const compressed = async (names: readonly string[]): Promise<number> => {
    const files = await Promise.all(names.map((name) => readFile(`${folder}${name}`)));
    return files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  };

  it(`are loaded in less than ${MOST / 1000} kB, compressed, all of them together`, async () => {
    const names = await readdir(`${folder}assets`);
    expect(await compressed(['index.html', ...names.map((name) => `assets/${name}`)])).to.be.below(MOST);
    expect(
      names.every((name) => /-[\w-]{8}\.\w+$/.test(name)),
      names.join(),
    ).to.equal(true);
  });

  it(`each load its own code only, behind ${SHARED / 1000} kB that all of them share`, async () => {
    const html = await readFile(`${folder}index.html`, 'utf8');
    const shared = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name = '']) => name);
    expect(await compressed(['index.html', ...shared])).to.be.below(SHARED);
    expect(shared.filter((name) => /page|chart|plot/i.test(name))).to.deep.equal([]);
  });

  it('hold no inline script, style or handler, and send no request to another host', async () => {
    const html = await readFile(`${folder}index.html`, 'utf8');
    expect(html).not.to.match(/<style|<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=/i);
    expect(html).not.to.match(/https?:\/\//);
  });
});
