/**
 * How many bytes does a browser load? The packages are bundled and minified by esbuild and compressed with gzip.
 *
 * node --import tsx benchmarks/bundle/index.ts
 */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { printTable } from '../measure.js';

const bundles: Readonly<Record<string, readonly string[]>> = {
  'core, without rxjs': ['@stockafolio/core'],
  'core, engine, testing and rxjs': ['@stockafolio/core', '@stockafolio/engine', '@stockafolio/testing', 'rxjs'],
};

const rows: string[][] = [];
for (const [name, packages] of Object.entries(bundles)) {
  const { outputFiles } = await build({
    stdin: {
      contents: packages.map((each, n) => `export * as p${n} from '${each}';`).join('\n'),
      resolveDir: import.meta.dirname,
    },
    external: packages.includes('rxjs') ? [] : ['rxjs'],
    ...{ bundle: true, minify: true, platform: 'browser', format: 'esm', target: 'es2022', write: false },
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array();
  rows.push([name, (bytes.length / 1000).toFixed(1), (gzipSync(bytes).length / 1000).toFixed(1)]);
}
printTable(['bundle', 'minified, kB', 'gzip, kB'], rows);
