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
/** Pages that npm also shows link to files of this repository by their full address. */
const REPOSITORY = /^https:\/\/github\.com\/stockafolio\/stockafolio\/(?:blob|tree)\/main\//;

const pages = [...atRoot, ...['docs', 'packages', 'examples', 'benchmarks'].flatMap(pagesIn)];

describe('the pages', () => {
  for (const page of pages) {
    it(`${page} has links to files and headings that exist`, () => {
      const text = readFileSync(resolve(root, page), 'utf8').replaceAll(/```.*?```/gs, '');
      const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => String(target));
      const named = [...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)].map(([, target]) => String(target));
      expect([...inline, ...named].filter((target) => !targetExists(page, target))).to.deep.equal([]);
    });

    it(`${page} defines the links that it names, and no others`, () => {
      const text = readFileSync(resolve(root, page), 'utf8').replaceAll(/```.*?```/gs, '');
      const used = [...text.matchAll(/\]\[([^\]]+)\]/g)].map(([, name]) => name);
      const defined = [...text.matchAll(/^\[([^\]]+)\]: /gm)].map(([, name]) => name);
      expect([...new Set(used)].sort()).to.deep.equal(defined.sort());
    });
  }
});

function targetExists(page: string, target: string): boolean {
  const [path = '', heading] = target.split('#');
  if (/^https?:/.test(path) && !REPOSITORY.test(path)) return true;
  const from = REPOSITORY.test(path) ? root : dirname(resolve(root, page));
  const file = path === '' ? resolve(root, page) : resolve(from, path.replace(REPOSITORY, ''));
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
