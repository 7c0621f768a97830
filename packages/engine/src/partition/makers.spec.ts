import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const root = join(import.meta.dirname, '../../../..');

/** Modules that execute a pipeline. */
const makers = [
  'benchmarks/books/process-trades.ts',
  'benchmarks/cassandra/index.ts',
  'benchmarks/commits/index.ts',
  'benchmarks/every-key/index.ts',
  'benchmarks/memory/pass-keys.ts',
  'benchmarks/nexmark/measure.ts',
  'benchmarks/operators/index.ts',
  'benchmarks/streams/index.ts',
  'benchmarks/streams/joins.ts',
  'benchmarks/texts/index.ts',
  'packages/runner-batch/src/run-unit.ts',
  'packages/runner-stream/src/partition-task.ts',
  'packages/testing/src/operator-contract.ts',
  'packages/testing/src/stage-harness.ts',
];

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/(?<!\.spec|\.tst)\.ts$/.test(entry.name)) yield path;
  }
}

describe('an engine', () => {
  it('is created only by modules that execute a pipeline, not by those that inspect it', () => {
    const found = ['packages', 'examples', 'tools', 'benchmarks']
      .flatMap((folder) => [...sources(join(root, folder))])
      .filter((path) => /new PartitionEngine\(/.test(readFileSync(path, 'utf8')))
      .map((path) => relative(root, path).replaceAll(sep, '/'))
      .filter((path) => !path.startsWith('packages/engine/test/'));
    expect(found.sort()).to.eql(makers);
  });
});
