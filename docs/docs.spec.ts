import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../', import.meta.url));

function pagesIn(folder: string): string[] {
  return readdirSync(resolve(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return pagesIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const atRoot = readdirSync(root).filter((name) => name.endsWith('.md'));
const pages = [...atRoot, ...['docs', 'packages', 'examples', 'benchmarks'].flatMap(pagesIn)];

describe('the pages', () => {
  for (const page of pages) {
    it(`${page} links to files and headings that exist`, () => {
      const text = readFileSync(resolve(root, page), 'utf8').replaceAll(/```.*?```/gs, '');
      const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => String(target));
      const broken = links.filter((target) => !/^https?:/.test(target) && !leadsSomewhere(page, target));
      expect(broken).to.deep.equal([]);
    });
  }
});

function leadsSomewhere(page: string, target: string): boolean {
  const [path, heading] = target.split('#');
  const file = path === '' ? resolve(root, page) : resolve(dirname(resolve(root, page)), path ?? '');
  if (!existsSync(file)) return false;
  return heading === undefined || headingsOf(file).includes(heading);
}

/** Headings as GitHub names them. */
function headingsOf(file: string): string[] {
  const lines = readFileSync(file, 'utf8').match(/^#+ .*$/gm) ?? [];
  return lines.map((line) =>
    line
      .replace(/^#+ /, '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
