/**
 * The unit suites in a process that may not compile source text, as in a page with a strict Content-Security-Policy.
 * Mocha itself compiles text if it runs in parallel.
 */
const packages = ['core', 'engine', 'testing', 'connectors'];

const skipped = {
  'packages/connectors/src/embedded/{earlier-decimals,earlier-version,embedded-tables}.spec.ts':
    'lmdb compiles text itself, in its dependency ordered-binary',
};
for (const [specs, reason] of Object.entries(skipped)) process.stdout.write(`skipped: ${specs}: ${reason}\n`);

process.stdout.write('skipped: tests of compiled code, and of whether it equals the other form: here is none\n');

module.exports = {
  'node-option': ['import=tsx', 'disallow-code-generation-from-strings'],
  timeout: 120000,
  spec: packages.map((name) => `packages/${name}/src/**/*.spec.ts`),
  ignore: ['**/*.{servers,browser,faults}.spec.ts', ...Object.keys(skipped)],
};
