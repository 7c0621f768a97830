import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { errorCodes } from './codes.js';

const root = new URL('../../../../', import.meta.url);
const page = readFileSync(new URL('docs/errors.md', root), 'utf8');
const entries = page
  .split(/^### /m)
  .slice(1)
  .map((entry) => ({ code: entry.slice(0, entry.indexOf('\n')).trim(), body: entry }));

describe('docs/errors.md', () => {
  it('explains every code once, in order, and no other', () => {
    const codes = Object.keys(errorCodes);
    expect(entries.map(({ code }) => code)).to.deep.equal(codes.sort());
  });

  for (const { code, body } of entries) {
    it(`states for ${code} what the code states, and what to do`, () => {
      const facts = errorCodes[code as keyof typeof errorCodes];
      expect(body).to.include(`Domain: ${facts.domain}. Retryable: ${facts.retryable ? 'yes' : 'no'}.`);
      for (const part of ['**What happened.**', '**Why.**', '**What to do.**']) expect(body).to.include(part);
    });
  }
});

describe('errorCodes', () => {
  it('contains no code that nothing throws', () => {
    const sources = ['packages', 'examples'].flatMap((house) =>
      readdirSync(new URL(`${house}/`, root))
        .filter((name) => name !== 'conformance' && existsSync(new URL(`${house}/${name}/src/`, root)))
        .flatMap((name) => sourcesIn(fileURLToPath(new URL(`${house}/${name}/src/`, root)))),
    );
    const text = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
    const unused = Object.keys(errorCodes).filter((code) => !text.includes(`'${code}'`));
    expect(unused).to.deep.equal([]);
  });
});

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ts$/.test(name) && !/\.(spec|tst)\.ts$/.test(name) && !name.endsWith('errors/codes.ts'))
    .map((name) => `${folder}/${name}`);
}
