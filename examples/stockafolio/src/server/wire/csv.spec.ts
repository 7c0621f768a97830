import { parse } from 'csv-parse/sync';
import { expect } from 'chai';
import fc from 'fast-check';
import { csvPieces } from './csv.js';

async function csvOf(cells: readonly (string | number | null)[]): Promise<string> {
  let text = '';
  for await (const piece of csvPieces(
    ['a'],
    cells.map((a) => ({ a })),
  )) {
    text += piece;
  }
  return text;
}

const cellsIn = (text: string): string[] => parse(text).map(([cell = '']) => cell);

describe('a file of CSV', () => {
  it('holds every text unchanged, except for an apostrophe before what a spreadsheet would treat as a formula', async () => {
    const starts = fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      '\t',
      '\r',
      '\n',
      ' ',
      '\u00a0',
      '＝',
      '＋',
      '－',
      '＠',
      '"',
      ';',
      '\ufeff',
    );
    const text = fc
      .tuple(fc.array(starts, { maxLength: 3 }), fc.string())
      .map(([first, rest]) => first.join('') + rest);
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (texts) => {
        fc.pre(texts.every((each) => each !== ''));
        const [, ...cells] = cellsIn(await csvOf(texts));
        expect(cells.map((cell) => cell.replace(/^'/, ''))).to.deep.equal(texts.map((each) => each.replace(/^'/, '')));
        for (const cell of cells)
          expect(cell).to.not.match(/^[\s\ufeff]*[=+@＝＋－＠]|^[\t\r\n]|^\s*-(?!\d+(\.\d+)?$)/);
      }),
    );
  });

  for (const start of ['=', '+', '-', '@', '\t', '\r', '\n', ' =', '\n=', '＝', '＋', '－', '＠']) {
    it(`neutralizes a cell that begins with ${JSON.stringify(start)}`, async () => {
      const [, cell] = cellsIn(await csvOf([`${start}cmd|' /C calc'!A0`]));
      expect(cell).to.equal(`'${start}cmd|' /C calc'!A0`);
    });
  }

  it('leaves numbers alone, also below zero', async () => {
    const [, ...cells] = cellsIn(await csvOf([-10, '-1234.5600', 7, '0.0001']));
    expect(cells).to.deep.equal(['-10', '-1234.5600', '7', '0.0001']);
  });

  it('keeps what might end a cell or a row inside its cell', async () => {
    for (const text of ['a,b', 'a;=1', 'a\tb', 'a\r\nb', 'a"b', 'a\n=b']) {
      const written = await csvOf([text]);
      expect(written.slice('a\r\n'.length)).to.match(/^".*"\r\n$/s);
      expect(cellsIn(written)[1]).to.equal(text);
    }
  });
});
