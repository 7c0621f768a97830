import { expect } from 'chai';
import fc from 'fast-check';
import { mergeFiles } from './merge-files.js';
import type { ImportedLine } from './trade-mapper.js';

const value = new Uint8Array();

async function* inBatches(lines: readonly ImportedLine[], size: number): AsyncGenerator<readonly ImportedLine[]> {
  for (let at = 0; at < lines.length; at += size) yield lines.slice(at, at + size);
}

async function merged(files: readonly (readonly ImportedLine[])[], size: number): Promise<ImportedLine[]> {
  const found: ImportedLine[] = [];
  for await (const batch of mergeFiles(files.map((lines) => inBatches(lines, size)))) found.push(...batch);
  return found;
}

const linesOf = (file: string, times: readonly (number | null)[]): ImportedLine[] =>
  times.map((time, i) => ({ file, line: i + 1, key: null, value, ...(time === null ? { problem: 'bad' } : { time }) }));

describe('files that are merged', () => {
  it('come by time, and each in its own order; equal times by the order of the files', async () => {
    const times = fc.array(fc.array(fc.option(fc.nat(9), { freq: 5 }), { maxLength: 12 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 5 }), async (each, size) => {
        // In order, as the lines of a file come; a line without a time has that of the line before it.
        const files = each.map((some, n) => {
          const ordered = some.filter((time) => time !== null).sort((a, b) => a - b);
          return linesOf(
            String(n),
            some.map((time) => (time === null ? null : (ordered.shift() ?? 0))),
          );
        });
        const expected = files
          .flatMap((lines, n) => {
            let last = Number.NEGATIVE_INFINITY;
            return lines.map((line) => ({ line, n, time: (last = line.time ?? last) }));
          })
          .sort((a, b) => (a.time === b.time ? a.n - b.n : a.time < b.time ? -1 : 1))
          .map(({ line }) => line);
        expect(await merged(files, size)).to.deep.equal(expected);
      }),
    );
  });

  it('are all closed if one of them fails, or the reader leaves', async () => {
    const closed: string[] = [];
    const file = async function* (name: string, fails: boolean): AsyncGenerator<readonly ImportedLine[]> {
      try {
        yield linesOf(name, [1]);
        if (fails) throw new Error('the disk is gone');
        yield linesOf(name, [2]);
      } finally {
        closed.push(name);
      }
    };
    const read = async (fails: boolean): Promise<void> => {
      for await (const batch of mergeFiles([file('a', false), file('b', fails)])) if (batch.length > 0) break;
    };
    const failure: unknown = await read(true).catch((error: unknown) => error);
    expect(String(failure)).to.include('the disk is gone');
    expect(closed.sort()).to.deep.equal(['a', 'b']);
    closed.length = 0;
    await read(false);
    expect(closed.sort()).to.deep.equal(['a', 'b']);
  });
});
