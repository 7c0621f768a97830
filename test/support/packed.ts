import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, startProgram, succeeded } from './run-command.js';

/** The folders of the packages that are published. */
export const PUBLISHED = [
  ...['core', 'engine', 'testing', 'connectors', 'runner-stream', 'runner-batch', 'cli'].map((name) =>
    join('packages', name),
  ),
  join('examples', 'stockafolio'),
];

/** A package as npm packs it. */
export interface Packed {
  /** Its folder here. */
  readonly place: string;
  readonly name: string;
  /** Its tarball. */
  readonly file: string;
}

/** Packs every package that is published. */
export async function packAll(folder: string): Promise<Packed[]> {
  await mkdir(folder, { recursive: true });
  const args = ['pack', '--json', '--pack-destination', folder, ...PUBLISHED.map((place) => `--workspace=${place}`)];
  const { stdout } = succeeded('npm pack', await startProgram('npm', args, ROOT).ended);
  const files = new Map(
    (JSON.parse(stdout) as readonly { readonly name: string; readonly filename: string }[]).map((facts) => [
      facts.name,
      facts.filename,
    ]),
  );
  const packed: Packed[] = [];
  for (const place of PUBLISHED) {
    const { name } = JSON.parse(await readFile(join(ROOT, place, 'package.json'), 'utf8')) as { readonly name: string };
    const file = files.get(name);
    if (file === undefined) throw new Error(`npm has not packed ${name}`);
    packed.push({ place, name, file: join(folder, file) });
  }
  return packed;
}

/** One `npm install` of a README. */
export interface InstallLine {
  /** The packages to install, with versions if they are given. */
  readonly packages: readonly string[];
  /** The purposes in its comment; empty without one. */
  readonly purposes: readonly string[];
}

export function installLines(readme: string): InstallLine[] {
  return [...readme.matchAll(/^npm install ([^#\n]+?)(?: *# for ([^\n]+))?$/gm)].map(([, packages = '', purposes]) => ({
    packages: packages.split(' '),
    purposes: purposes?.split(', ') ?? [],
  }));
}

/** The lowest version of TypeScript that a README promises. */
export function leastTypeScript(readme: string): string {
  return /TypeScript (\d+\.\d+) or newer/.exec(readme)?.[1] ?? '';
}
