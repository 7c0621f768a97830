import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError } from '@stockafolio/core';
import { presets } from '../presets/index.js';
import { parsePreset, type Preset, type PresetSource } from './preset.js';
import { isUnderstood, reportOf } from './report.js';
import { readStatement, type Statement } from './statement.js';

const CASES = join(import.meta.dirname, '../../../test/brokers');
const names = readdirSync(CASES)
  .filter((file) => file.endsWith('.csv'))
  .map((file) => file.replace('.csv', ''));
const bytesOf = (name: string): Buffer => readFileSync(join(CASES, `${name}.csv`));
const read = (text: string | Uint8Array, preset?: Preset, user = 'ann'): Statement =>
  readStatement('file.csv', typeof text === 'string' ? Buffer.from(text) : text, {
    user,
    presets,
    ...(preset === undefined ? {} : { preset }),
  });

function failure(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isStockafolioError(error)) return `${error.code} ${error.message} ${error.hint ?? ''}`;
    throw error;
  }
  return 'none';
}

const presetNamed = (name: string): Preset => {
  const found = presets.find((preset) => preset.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

/** A preset of a user: as small as one may be. */
const plain: PresetSource = {
  name: 'plain',
  title: 'a small broker',
  zone: 'Europe/Berlin',
  dates: ['D.M.YYYY H:mm', 'D.M.YYYY'],
  decimal: ',',
  thousands: '.',
  currency: 'EUR',
  order: 'newest-first',
  recognise: [['Tag', 'Art', 'Papier', 'Stück', 'Kurs']],
  tables: [
    {
      fields: { date: 'Tag', what: 'Art', symbol: 'Papier', quantity: 'Stück', price: 'Kurs', amount: 'Betrag' },
      rows: [
        { when: { what: 'Kauf' }, is: 'trade', side: 'buy', amount: 'by-side' },
        { when: { what: 'Verkauf' }, is: 'trade', side: 'sell', amount: 'by-side' },
        { when: { what: 'Split' }, is: 'split' },
      ],
    },
  ],
};
const mine = parsePreset(plain, 'plain');
const HEADER = 'Tag;Art;Papier;Stück;Kurs;Betrag';
const own = (...rows: string[]): Statement => read([HEADER, ...rows].join('\n'), mine);

describe('a file of a broker', () => {
  it('has each line accounted for once, or is refused with a code, whatever its bytes', () => {
    const file = fc.constantFrom(...names);
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(40),
      insert: fc.uint8Array({ maxLength: 8 }),
    });
    const torn = fc.tuple(file, fc.array(edit, { maxLength: 4 })).map(([name, edits]) => {
      let bytes = bytesOf(name);
      for (const { at, cut, insert } of edits) {
        const from = Math.floor(at * bytes.length);
        bytes = Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + cut)]);
      }
      return bytes;
    });
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc
        .array(fc.constantFrom(',', '"', '\n', '\r', ';', '-', '(', '1', 'A', '=', ' ', '$'), { maxLength: 60 })
        .map((parts) => Buffer.from(`${bytesOf('schwab').toString().split('\n')[0] ?? ''}\n${parts.join('')}`)),
    );
    let understood = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: torn }, noise), (bytes) => {
        let statement: Statement;
        try {
          statement = read(bytes);
        } catch (error) {
          if (isStockafolioError(error)) return;
          throw error;
        }
        const { lines, lineCount } = reportOf(statement);
        const all = Object.values(lines)
          .flat()
          .sort((a, b) => a - b);
        expect(all).to.deep.equal(Array.from({ length: lineCount }, (_, i) => i + 1));
        if (isUnderstood(statement)) understood += 1;
      }),
      { numRuns: 400 },
    );
    expect(understood).to.be.greaterThan(0);
  });

  it('of whose quantity, price and amount one is wrong, contradicts itself', () => {
    // Of quantity, price and amount, one that is wrong contradicts the two others.
    const text = bytesOf('schwab').toString();
    for (const [from, to] of [
      ['$1,351.40', '$1,315.40'],
      ['"-$2127.00"', '"-$2217.00"'],
      ['"30","$71.20"', '"3","$71.20"'],
    ] as const) {
      expect(text).to.include(from);
      const [contradiction] = read(text.replace(from, to)).contradictions;
      expect(contradiction?.what).to.match(/^the amount is .* but quantity, price and fees give/);
    }
  });

  it('whose running balance does not follow from its amounts is named, with the line', () => {
    const text = bytesOf('fidelity').toString();
    const { contradictions } = read(text.replace('420.98,3756.73', '420.98,3756.37'));
    expect(contradictions).to.deep.equal([
      { line: 5, what: 'the balance is 3756.37 USD, but 3335.75 before it and 420.98 give 3756.73' },
    ]);
  });

  it('that lists its instruments gives their events the ISIN', () => {
    const { positions } = reportOf(read(bytesOf('ibkr')));
    expect(positions).to.deep.equal([
      { symbol: 'BRK.B', isin: 'US0846707026', quantity: '3' },
      { symbol: 'KO', quantity: '1000' },
    ]);
  });

  it('whose trade has other cash in another table, or none, is named', () => {
    const text = bytesOf('thinkorswim').toString();
    const said = (from: string, to: string): string[] =>
      read(text.replace(from, to)).contradictions.map(({ line, what }) => `${line} ${what}`);
    expect(said('KO,,,STOCK,71.00', 'KO,,,STOCK,17.00')).to.deep.equal([
      '28 the amount is 355 USD, but quantity, price and fees give 85',
    ]);
    const [first] = said('7/9/25 10:00:00', '7/9/25 10:00:01');
    expect(first).to.equal('28 no row has the cash of this trade: its time, symbol and quantity');
    expect(read(text.replace('7/9/25 10:00:00', '7/9/25 10:00:01')).notUnderstood[0]?.why).to.match(
      /^no trade of the file/,
    );
  });

  it('whose holdings at its end are others than its events give is named', () => {
    const text = bytesOf('ibkr').toString().replace('Summary,Stocks,USD,BRK B,3', 'Summary,Stocks,USD,BRK B,4');
    expect(read(text).contradictions.map(({ line, what }) => `${line} ${what}`)).to.deep.equal([
      '8 the file holds 4 BRK.B at its end, its events give 3: it may not be the whole history',
    ]);
  });

  it('that is newest first gives the same events as oldest first, those of one time turned round too', () => {
    const rows = ['3.3.2025;Verkauf;AAA;2;11;22', '3.3.2025;Kauf;AAA;2;10;20', '1.3.2025;Kauf;BBB;1;5;5'];
    const facts = ({ events }: Statement): unknown => events.map((event) => ({ ...event, place: undefined }));
    expect(facts(own(...rows))).to.deep.equal(facts(own(...rows.toReversed())));
    expect(own(...rows).order).to.equal('newest-first');
    expect(own(...rows.toReversed()).order).to.equal('oldest-first');
  });

  it('gives an event the same id in each file that holds it, and equal events different ones', () => {
    const rows = [
      '4.3.2025;Kauf;AAA;1;10;10',
      '3.3.2025;Kauf;AAA;2;10;20',
      '3.3.2025;Kauf;AAA;2;10;20',
      '1.3.2025;Kauf;BBB;1;5;5',
    ];
    const ids = (statement: Statement): string[] => statement.events.map(({ id }) => id);
    const whole = ids(own(...rows));
    expect(new Set(whole).size).to.equal(4);
    expect(ids(own(...rows.slice(1)))).to.deep.equal(whole.slice(0, 3));
    expect(ids(own(...rows.slice(0, 3)))).to.deep.equal(whole.slice(1));
    expect(ids(read([HEADER, ...rows].join('\n'), mine, 'bob')).filter((id) => whole.includes(id))).to.deep.equal([]);
  });

  it('whose row is no row of its preset says so, and takes the others', () => {
    const found = own(
      '1.3.2025;Kauf;AAA;1;10;10',
      '2.3.2025;Geschenk;AAA;1;10;10',
      '3.3.2025;Kauf;AAA;1',
      '4.3.2025;Kauf;AAA;x;10;10',
      '31.2.2025;Kauf;AAA;1;10;10',
      '5.3.2025;Verkauf;AAA;"1;10;10',
      '6.3.2025;Kauf;;1;10;10',
    );
    expect(found.events.length).to.equal(1);
    expect(found.notUnderstood.map(({ line, why }) => `${line} ${why}`)).to.deep.equal([
      '3 is of no kind that the preset knows: 2.3.2025, Geschenk, AAA, 1',
      '4 has 4 cells, the header 6',
      "5 quantity: 'x' is not a number",
      "6 date: '31.2.2025' is not a date of the form D.M.YYYY H:mm or D.M.YYYY",
      '7 has a quote that is not closed',
      '8 symbol: is missing',
    ]);
  });

  it('that begins after a split adds shares to none, and says that it is not the whole history', () => {
    expect(own('1.3.2025;Split;AAA;10;;').notUnderstood[0]?.why).to.match(/of which 0 are held.*whole history/);
    const [, split] = own('1.3.2025;Split;AAA;-3;;', '1.2.2025;Kauf;AAA;4;1;4').events;
    expect(split).to.include({ kind: 'split', numerator: 1, denominator: 4 });
  });

  it('has quantities and values exact to the unit, rounded once, half to the even neighbour', () => {
    const [a, b] = own('1.3.2025;Kauf;AAA;0,00000001;0,5;', '2.3.2025;Kauf;AAA;0,12345678;1.234,56785;152,42').events;
    expect(a).to.include({ quantity: 1, price: 5_000, value: 0 });
    // 0.12345678 x 1234.56785 = 152.4157714401...
    expect(b).to.include({ quantity: 12_345_678, exactPrice: '1234.56785', price: 12_345_678, value: 1_524_158 });
  });

  it('with a cell that was rounded says which', () => {
    expect(own('1.3.2025;Kauf;AAA;0,123456789;10;1,23').rounded).to.deep.equal([
      { line: 2, what: 'quantity: 0.123456789 has more than 8 decimals' },
    ]);
  });

  it('past 2^53 units is refused row by row', () => {
    const [first] = own('1.3.2025;Kauf;AAA;99999999999;99999999999;').notUnderstood;
    expect(first?.why).to.match(/past 2\^53/);
  });
});

describe('a preset', () => {
  it('is found by the header of the file, or the error lists those that are known', () => {
    for (const name of names) expect(read(bytesOf(name)).preset.name).to.equal(name.replace('-older', ''));
    expect(failure(() => read('a,b\n1,2\n'))).to.match(
      /^ERR_USAGE .*no known broker[^]*a,b[^]*known are coinbase, degiro, fidelity/,
    );
    expect(failure(() => read(''))).to.match(/^ERR_USAGE .*it is empty/);
    const twin = parsePreset({ ...plain, name: 'twin' }, 'twin');
    expect(failure(() => readStatement('f', Buffer.from(`${HEADER}\n`), { user: '', presets: [mine, twin] }))).to.match(
      /^ERR_USAGE .*may be of several brokers: plain, twin.*--broker plain/,
    );
  });

  it('that is named for a file of another is refused with what it expects', () => {
    expect(failure(() => read(bytesOf('schwab'), presetNamed('fidelity')))).to.match(
      /^ERR_USAGE .*'fidelity'[^]*Run Date/,
    );
  });

  it('of a user is refused member by member, by path', () => {
    const bad = {
      ...plain,
      zone: 'Mars/Olympus',
      dates: ['HH:mm'],
      tables: [{ fields: { date: 'Tag' }, rows: [{ when: { art: '/(/' }, is: 'purchase' }, { is: 'skip' }] }],
      colour: 'red',
    };
    const said = failure(() => parsePreset(bad, 'mine.json'));
    for (const path of [
      'zone: is no time zone',
      'dates[0]: is no date format',
      'tables[0].rows[0].when.art',
      'tables[0].rows[0].is',
    ]) {
      expect(said).to.include(path);
    }
    expect(
      failure(() =>
        parsePreset({ ...plain, tables: [{ fields: {}, rows: [{ when: { art: 'x' }, is: 'skip' }] }] }, 'm'),
      ),
    ).to.match(/tables\[0\]\.rows\[0\]\.when\.art: is not one of the fields.*\n.*tables\[0\]\.rows\[0\]: needs why/);
    expect(failure(() => parsePreset([], 'm'))).to.match(/^ERR_USAGE m is not a preset/);
  });
});
