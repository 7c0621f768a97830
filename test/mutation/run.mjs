import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { parts } from './parts.mjs';

const here = import.meta.dirname;
const root = join(here, '..', '..');
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { mutate: { type: 'string', multiple: true }, fresh: { type: 'boolean' } },
});

/** `node run.mjs [PART...] [--mutate FILE[:LINE-LINE]...] [--fresh]`: see docs/mutation-testing.md. */
process.chdir(root);
for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
  const part = parts[name];
  if (part === undefined) throw new Error(`there is no part '${name}', only ${Object.keys(parts).join(', ')}`);
  const folder = join('tmp', 'mutation-report', name);
  const results = await new Stryker({
    mutate: values.mutate ?? [...part.mutate, '!**/*.{spec,tst}.ts', '!**/index.ts'],
    plugins: ['@stryker-mutator/mocha-runner', join(here, 'ignore-messages.mjs')],
    ignorers: ['messages'],
    // Code that runs only while a module is loaded would need one process per mutant.
    ignoreStatic: true,

    testRunner: 'mocha',
    testRunnerNodeArgs: ['--import', 'tsx'],
    mochaOptions: {
      'no-config': true,
      require: [join(here, 'repeatable.mjs'), join(here, 'as-sources.mjs')],
      spec: part.specs,
      ignore: ['**/*.{servers,faults}.spec.ts'],
    },
    coverageAnalysis: 'perTest',
    concurrency: 2,
    timeoutMS: 5_000,

    ignorePatterns: ['/benchmarks', '/docs', '/examples', '/test', '/tmp', 'dist'],
    tempDirName: join('tmp', 'mutation'),
    incremental: true,
    force: values.fresh ?? false,
    incrementalFile: join(folder, 'incremental.json'),
    reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, skipFull: true },
    htmlReporter: { fileName: join(folder, 'index.html') },
    jsonReporter: { fileName: join(folder, 'mutation.json') },
  }).runMutationTest();
  const counts = {};
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  const summary = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
  process.stdout.write(`${name}: ${summary.join(', ')}; report in ${relative(root, folder)}\n`);
}
