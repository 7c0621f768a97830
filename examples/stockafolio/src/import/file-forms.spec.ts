import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { isStockafolioError, jsonCodec } from '@stockafolio/core';
import { SHARE } from '../quantity.js';
import { Trade } from '../trade.js';
import { importFile } from './import-file.js';
import type { ImportOptions } from './import-options.js';

const wire = jsonCodec(Trade);

describe('a file of trades', () => {
  let folder = '';
  before(() => void (folder = mkdtempSync(join(tmpdir(), 'forms-'))));
  after(() => rmSync(folder, { recursive: true }));

  /** The trades of a file with this content, without their ids; for a bad line what is wrong with it. */
  async function read(name: string, content: string | Uint8Array, options: ImportOptions = {}): Promise<unknown[]> {
    writeFileSync(join(folder, name), content);
    const found: unknown[] = [];
    for await (const batch of importFile(join(folder, name), options)) {
      for (const { value, problem } of batch) {
        const { id, ...trade } = problem === undefined ? wire.decode(value) : { id: '', problem };
        expect(id).to.be.a('string');
        found.push(trade);
      }
    }
    return found;
  }
  async function refusal(name: string, content: string | Uint8Array, options: ImportOptions = {}): Promise<string> {
    try {
      await read(name, content, options);
    } catch (error) {
      if (isStockafolioError(error, 'ERR_USAGE')) return `${error.message} (${error.hint ?? ''})`;
      throw error;
    }
    return 'not refused';
  }

  const header = ['user', 'symbol', 'side', 'quantity', 'price', 'time'];
  const rows = [
    ['ann', 'AAPL', 'buy', '10', '100.5', '2026-01-05T15:00:00Z'],
    ['bób', 'XOM', 'sell', '3', '7', '2026-01-06T15:00:00Z'],
  ];
  const text = (delimiter = ',', end = '\n'): string =>
    [header, ...rows].map((row) => row.join(delimiter) + end).join('');
  const objects = rows.map((row) => Object.fromEntries(row.map((cell, i) => [header[i] ?? '', cell])));
  const utf16 = (content: string): Buffer => Buffer.from(`\ufeff${content}`, 'utf16le');
  let expected: readonly unknown[] = [];
  before(async () => {
    expected = await read('plain.csv', text());
    expect(expected).to.have.length(2);
    expect(expected[1]).to.include({ user: 'bób', symbol: 'XOM', side: 'sell', quantity: 3 * SHARE, price: 70_000 });
  });

  it('has fractions of shares, with a point or a comma, and refuses what no quantity can be', async () => {
    const quantityOf = async (cell: string, options?: ImportOptions): Promise<unknown> => {
      const [line] = await read('parts.csv', text(';').replace(';10;100.5;', `;${cell};7;`), options);
      const { quantity, problem } = line as { quantity?: number; problem?: string };
      return problem ?? quantity;
    };
    expect(await quantityOf('0.5')).to.equal(SHARE / 2);
    expect(await quantityOf('0.00000001')).to.equal(1);
    expect(await quantityOf('0.30000000000000004')).to.equal(0.3 * SHARE);
    expect(await quantityOf('1.234,5', { decimalComma: true })).to.equal(1234.5 * SHARE);
    expect(await quantityOf('-2.5', { signedQuantity: true })).to.match(/is a sale, but the side is 'buy'/);
    expect(await quantityOf('0.123456785')).to.match(/^quantity: 0\.123456785 has more than 8 decimals/);
    expect(await quantityOf('90071993')).to.equal('quantity: 90071993 is above the largest, 90071992.54740991');
    expect(await quantityOf('0')).to.equal('quantity: 0 is below the smallest, 0.00000001');
  });

  const forms: Readonly<Record<string, readonly [string, string | Uint8Array, ImportOptions?]>> = {
    'with CR line ends': ['cr.csv', text(',', '\r')],
    'with CRLF line ends and a byte order mark': ['crlf.csv', `\ufeff${text(',', '\r\n')}`],
    'separated by semicolons': ['semicolons.csv', text(';')],
    'separated by tabs, whatever its name': ['tabs.csv', text('\t')],
    'separated by bars': ['bars.csv', text('|')],
    'separated as a line before the header says': ['sep.csv', `sep=^\r\n${text('^')}`],
    'separated by a given character': ['told.csv', text('_'), { delimiter: '_' }],
    'in UTF-16, as spreadsheets write text': ['unicode.txt', utf16(text('\t', '\r\n'))],
    'in UTF-16 of the other byte order': ['swapped.csv', utf16(text()).swap16()],
    'in Latin-1, if given': ['latin.csv', Buffer.from(text(), 'latin1'), { encoding: 'iso-8859-1' }],
    'of any name without a known ending': ['trades.txt', text()],
    'compressed with gzip, whatever its name': ['packed.csv', gzipSync(text(';'))],
    'with a header of another case, and spaces around cells': [
      'spaces.csv',
      text(' , ').replace('user , symbol', 'User ,SYMBOL'),
    ],
    'as a JSON array': ['array.json', JSON.stringify(objects, null, 2)],
    'as a JSON array on one line': ['line.json', `\ufeff${JSON.stringify(objects)}`],
    'as JSON lines': ['lines.json', objects.map((object) => `${JSON.stringify(object)}\n`).join('')],
    'as JSON lines of a name without a known ending': ['lines.log', objects.map((o) => JSON.stringify(o)).join('\r\n')],
  };
  for (const [what, [name, content, options]] of Object.entries(forms)) {
    it(`is read ${what}`, async () => {
      expect(await read(name, content, options)).to.deep.equal(expected);
    });
  }

  it('has its own unique ids, even as an array', async () => {
    writeFileSync(join(folder, 'ids.json'), JSON.stringify([...objects, ...objects]));
    const ids = [];
    for await (const batch of importFile(join(folder, 'ids.json')))
      ids.push(...batch.map((l) => wire.decode(l.value).id));
    expect(ids).to.deep.equal(['ids-1', 'ids-2', 'ids-3', 'ids-4']);
  });

  it('of another kind is rejected, with its kind and the accepted ones', async () => {
    const refused: readonly (readonly [string, Uint8Array, RegExp])[] = [
      ['a.csv', Buffer.from('504b030414', 'hex'), /ZIP archive or an Excel.*CSV.*JSON.*Parquet.*unpack it/],
      ['a.xls', Buffer.from('d0cf11e0a1', 'hex'), /Excel workbook/],
      ['a.pdf', Buffer.from('%PDF-1.7'), /a PDF/],
      ['a.csv.gz', gzipSync(Buffer.from('504b030414', 'hex')), /ZIP archive/],
      ['a.bin', Buffer.alloc(100), /not text in UTF-8.*--encoding/],
      ['b.csv', utf16(text()).subarray(2), /not text in UTF-8.*utf-16le/],
      ['c.csv', Buffer.from(text(), 'latin1'), /not refused/],
      ['d.json', Buffer.from(`[${JSON.stringify(objects[0])},\n{"user`), /not closed.*truncated/],
    ];
    for (const [name, content, said] of refused) expect(await refusal(name, content), name).to.match(said);
    expect(await refusal('e.csv', text(), { encoding: 'morse' })).to.match(/'morse' is not a known encoding/);
    expect(await refusal('f.csv', Buffer.from(text(), 'latin1'), { encoding: 'utf-8' })).to.match(/not text in utf-8/);
  });

  it('without a column that a trade needs is rejected, naming it and the columns of the header', async () => {
    const said = await refusal('other.csv', 'Date,Action,Symbol\n2026-01-05,Buy,AAPL\n');
    expect(said).to.match(/no column for 'user', 'side', 'quantity', 'price', 'time'.*has Date, Action, Symbol/);
    expect(said).to.match(/--map user=.*--set user=.*--signed-quantity/);
    expect(await refusal('signed.csv', text().replace('side', 'way'))).to.match(/no column for 'side'/);
    expect(await refusal('signed.csv', text().replace('side', 'way'), { signedQuantity: true })).to.equal(
      'not refused',
    );
    expect(await refusal('set.csv', text().replace('user', 'who'), { set: { user: 'me' } })).to.equal('not refused');
  });

  it('with a decimal comma is read on request, and no number without one is misread', async () => {
    const file = (price: string, quantity = '10'): string =>
      text(';').replace('100.5', price).replace(';10;', `;${quantity};`);
    const price = async (written: string, quantity?: string): Promise<unknown> => {
      const [first] = (await read('comma.csv', file(written, quantity), { decimalComma: true })) as object[];
      return 'problem' in (first ?? {}) ? (first as { problem: string }).problem : (first as { price: number }).price;
    };
    expect(await price('100,50')).to.equal(1_005_000);
    expect(await price('1.234,5')).to.equal(12_345_000);
    expect(await price('1.234', '1.000')).to.equal(12_340_000);
    expect(await price('12.50')).to.match(/price: '12.50' is not a number with a decimal comma/);
    expect(await price('1,234.5')).to.match(/not a number with a decimal comma/);
    const [first] = (await read('comma.csv', file('100,50'))) as { problem?: string }[];
    expect(first?.problem).to.match(/price: '100,50'/);
  });

  it('with a side and signed quantities uses the side, with which the sign must agree', async () => {
    const sides = async (...cells: (readonly [side: string, quantity: string])[]): Promise<unknown[]> => {
      const lines = cells.map(([side, quantity]) => `ann,AAPL,${side},${quantity},1,2026-01-05T15:00:00Z`);
      const found = await read('sides.csv', `${header.join()}\n${lines.join('\n')}`, { signedQuantity: true });
      return (found as { side?: string; quantity?: number; problem?: string }[]).map((line) =>
        line.problem === undefined ? `${line.side} ${Number(line.quantity) / SHARE}` : line.problem,
      );
    };
    expect(await sides(['sell', '5'], ['buy', '5'], ['sell', '-5'], ['', '-5'], ['', '5'])).to.deep.equal([
      ...['sell 5', 'buy 5', 'sell 5', 'sell 5', 'buy 5'],
    ]);
    const [bad] = await sides(['Buy', '-5']);
    expect(bad).to.equal("quantity: -5 is a sale, but the side is 'Buy'");
  });

  it('gives one user and one symbol for each, whatever the spaces around them and the case of a listed symbol', async () => {
    const line = (user: string, symbol: string): string => `${user},${symbol},buy,1,1,2026-01-05T15:00:00Z`;
    const content = [line('ann', 'AAPL'), line(' ann', 'aapl '), line('ann\u00a0', 'BRK/B'), line('ann', 'brk b')];
    const found = (await read('same.csv', `${header.join()}\n${content.join('\n')}`)) as {
      user: string;
      symbol: string;
    }[];
    expect(found.map(({ user, symbol }) => `${user} ${symbol}`)).to.deep.equal([
      ...['ann AAPL', 'ann AAPL', 'ann BRK.B', 'ann BRK.B'],
    ]);
    expect(await read('none.csv', `${header.join()}\n${line('ann', ' ')}`)).to.deep.equal([
      { problem: 'symbol: is missing' },
    ]);
  });
});
