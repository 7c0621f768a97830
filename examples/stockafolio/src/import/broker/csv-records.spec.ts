import { expect } from 'chai';
import fc from 'fast-check';
import { csvRecords } from './csv-records.js';

const cells = (text: string, delimiter = ','): readonly (readonly string[])[] =>
  csvRecords(text.split('\n'), delimiter).map((record) => record.cells);

describe('records of a CSV file', () => {
  it('are cut at the delimiter, but not within quotes, and a quote within a cell is itself', () => {
    expect(cells('a,"b,""c""",\n"x\ny",z')).to.deep.equal([
      ['a', 'b,"c"', ''],
      ['x\ny', 'z'],
    ]);
    expect(cells('="1";6" pipe; "q" ;', ';')).to.deep.equal([['="1"', '6" pipe', 'q', '']]);
  });

  it('with a torn quote are that line alone, so that the lines after it are not swallowed', () => {
    const found = csvRecords(['a,"b', 'c,d', 'e,"f"g', 'h,i'], ',');
    expect(found.map(({ line, lines, problem }) => [line, lines, problem])).to.deep.equal([
      [1, 1, 'has a misplaced quote'],
      [2, 1, undefined],
      [3, 1, 'has a misplaced quote'],
      [4, 1, undefined],
    ]);
  });

  it('have each line once, whatever the lines hold', () => {
    const line = fc
      .array(fc.constantFrom('a', ',', '"', '""', ' ', ';'), { maxLength: 8 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 80 }), (lines) => {
        let next = 1;
        for (const record of csvRecords(lines, ',')) {
          expect(record.line).to.equal(next);
          next += record.lines;
        }
        expect(next).to.equal(lines.length + 1);
      }),
    );
  });

  it('that were quoted come back as they were', () => {
    const cell = fc.string({ maxLength: 12 }).map((text) => text.replace(/\r/g, ''));
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }), (rows) => {
        const text = rows.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(',')).join('\n');
        expect(cells(text)).to.deep.equal(rows);
      }),
    );
  });
});
