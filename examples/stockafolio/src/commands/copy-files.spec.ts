import { expect } from 'chai';
import fc from 'fast-check';
import { StockafolioError } from '@stockafolio/core';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import type { GeneratorOptions } from '../generator/options.js';
import { generateTrades } from '../generator/trade-generator.js';
import { CopyFiles } from './copy-files.js';

const options: GeneratorOptions = {
  ...{ trades: 500, users: 20, seed: 7, rate: 0.01, outOfOrder: 60_000 },
  start: Date.UTC(2026, 0, 5, 14, 30),
};

/** Generates, one portion at a time, until all is written or a portion fails. */
async function life(files: MemoryFiles, portion: number, of: GeneratorOptions = options): Promise<void> {
  const generator = generateTrades(of);
  const copy = new CopyFiles(files, of, 40);
  for (let some = generator.next(portion); some.length > 0; some = generator.next(portion)) await copy.take(some);
  await copy.close();
}
const linesOf = (files: MemoryFiles): string[] =>
  [...files.contents].flatMap(([, content]) => Buffer.from(content).toString().trimEnd().split('\n'));

describe('CopyFiles', () => {
  it('reports an unreachable store beforehand, and accepts an empty one', async () => {
    await new CopyFiles(memoryFiles(), options).reach();
    const down = new StockafolioError('ERR_FILES_REFUSED', 'no such bucket');
    const files = {
      ...memoryFiles(),
      list: async function* () {
        throw down;
      },
    };
    const error: unknown = await new CopyFiles(files, options).reach().catch((thrown: unknown) => thrown);
    expect(error).to.equal(down);
  });

  it('holds every trade once, however often the run was killed and started again', async () => {
    const whole = memoryFiles();
    await life(whole, 500);
    expect(new Set(linesOf(whole)).size).to.equal(options.trades);
    expect(new Set([...whole.contents.keys()].map((name) => name.split('/')[2])).size, 'days').to.be.greaterThan(1);
    const lives = fc.array(
      fc.record({ portion: fc.integer({ min: 1, max: 90 }), writes: fc.integer({ min: 1, max: 16 }) }),
      {
        maxLength: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(lives, fc.integer({ min: 1, max: 90 }), async (killed, portion) => {
        const files = memoryFiles();
        for (const { portion: some, writes } of killed) {
          files.failWrite(writes, new StockafolioError('ERR_FILES_UNAVAILABLE', 'killed'));
          await life(files, some).catch(() => undefined);
        }
        for (let left = 20; left > 0; left--) await life(files, portion).catch(() => undefined);
        expect([...files.contents].sort()).to.deep.equal([...whole.contents].sort());
      }),
      { numRuns: 20 },
    );
  });

  it('keeps runs of other options apart', async () => {
    const files = memoryFiles();
    for (const other of [{}, { seed: 8 }, { users: 21 }, { trades: 400 }, { rate: 0.02 }]) {
      await life(files, 100, { ...options, ...other });
    }
    expect(new Set([...files.contents.keys()].map((name) => name.split('/')[1])).size).to.equal(5);
  });
});
