import { expect } from 'chai';
import fc from 'fast-check';
import { LineSplitter } from './line-splitter.js';

function split(text: string, size = text.length || 1): string[] {
  const splitter = new LineSplitter();
  const bytes = Buffer.from(text);
  const lines = [];
  for (let at = 0; at < bytes.length; at += size) lines.push(...splitter.push(bytes.subarray(at, at + size)));
  lines.push(...splitter.end());
  expect(lines.map(({ number }) => number)).to.deep.equal(lines.map((_, i) => i + 1));
  return lines.map((line) => Buffer.from(line.bytes).toString());
}

describe('lines', () => {
  it('that are too long are one line each, with only the beginning and the size kept', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 3 * 5_000 }), { maxLength: 6 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 7_000 }), (sizes, chunk) => {
        const splitter = new LineSplitter(5_000);
        const bytes = Buffer.from(sizes.map((size, n) => `${String(n).repeat(size)}\n`).join(''));
        const lines = [];
        for (let at = 0; at < bytes.length; at += chunk) lines.push(...splitter.push(bytes.subarray(at, at + chunk)));
        lines.push(...splitter.end());
        expect(lines.map(({ number }) => number)).to.deep.equal(sizes.map((_, n) => n + 1));
        for (const [n, size] of sizes.entries()) {
          const shown = Buffer.from(lines[n]?.bytes ?? []).toString();
          expect(shown).to.equal(String(n).repeat(size > 5_000 ? 4_096 : size));
          expect(lines[n]?.size).to.equal(size > 5_000 ? size : undefined);
        }
      }),
    );
  });

  it('end with LF, CRLF or CR, as the first of them does', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(split(`a${end}b${end}${end}c`), JSON.stringify(end)).to.deep.equal(['a', 'b', '', 'c']);
      expect(split(`${end}a${end}`), JSON.stringify(end)).to.deep.equal(['', 'a']);
    }
    expect(split('a\rb\r\nc\nd')).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(split('a\n{"b":1,\r"c":2}\n')).to.deep.equal(['a', '{"b":1,\r"c":2}']);
    expect(split('\ufeffa\r\ufeffb')).to.deep.equal(['a', '\ufeffb']);
    expect(split('a')).to.deep.equal(['a']);
    expect(split('')).to.deep.equal([]);
  });

  it('are the same for any chunks of the file', () => {
    const part = fc.constantFrom('a', '\r', '\n', '\r\n', 'bc', '\ufeff');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.integer({ min: 1, max: 6 }), (parts, size) => {
        expect(split(parts.join(''), size)).to.deep.equal(split(parts.join('')));
      }),
      { numRuns: 500 },
    );
  });
});
