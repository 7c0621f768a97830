import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { reportOf, type Report } from '../broker/report.js';
import { readStatement, type StatementOptions } from '../broker/statement.js';
import { parsePreset } from '../broker/preset.js';
import { presets } from './index.js';

/** A new case is a new pair of files: an export, and what it holds. */
const CASES = join(import.meta.dirname, '../../../test/brokers');
const names = readdirSync(CASES)
  .filter((file) => file.endsWith('.csv'))
  .map((file) => file.replace('.csv', ''));

function report(name: string, bytes: Uint8Array, options: Partial<StatementOptions> = {}): Report {
  return reportOf(readStatement(`${name}.csv`, bytes, { user: 'ann', presets, ...options }));
}

const bytesOf = (name: string): Uint8Array => readFileSync(join(CASES, `${name}.csv`));

/** What a case states: each number as it was worked out by hand. */
function facts({ broker, order, positions, cash, trades, dividends, fees, sums, ...rest }: Report): unknown {
  return {
    broker,
    order,
    positions: Object.fromEntries(positions.map(({ symbol, quantity }) => [symbol, quantity])),
    cash,
    trades: { buy: trades.buy, sell: trades.sell, reinvestment: trades.reinvestment },
    dividends: dividends.amounts,
    fees,
    sums: Object.fromEntries(Object.entries(sums).map(([name, { amounts }]) => [name, amounts])),
    splits: rest.events
      .filter(({ kind }) => kind === 'split')
      .map(({ line, numerator, denominator }) => `${String(line)}: ${String(numerator)} for ${String(denominator)}`),
    notTaken: rest.notTaken.map((each) => `${each.line} ${each.class}`),
    lines: rest.lines,
    notUnderstood: rest.notUnderstood,
    contradictions: rest.contradictions,
  };
}

describe('a preset', () => {
  it('that is built in has a case, and each case its preset', () => {
    const found = names.map((name) => report(name, bytesOf(name)).broker);
    expect([...new Set(found)].sort()).to.deep.equal(presets.map(({ name }) => name).sort());
  });

  for (const name of names) {
    it(`reads ${name} exactly, and accounts for each of its lines`, () => {
      const expected = JSON.parse(readFileSync(join(CASES, `${name}.json`), 'utf8')) as unknown;
      const found = report(name, bytesOf(name));
      expect(facts(found)).to.deep.equal(expected);
      const lines = Object.values(found.lines)
        .flat()
        .sort((a, b) => a - b);
      expect(lines).to.deep.equal(Array.from({ length: found.lineCount }, (_, i) => i + 1));
    });

    it(`reads ${name} the same in any encoding, and with any line ends`, () => {
      const expected = facts(report(name, bytesOf(name)));
      const isLatin = report(name, bytesOf(name)).encoding === 'windows-1252';
      const text = new TextDecoder(isLatin ? 'windows-1252' : 'utf-8').decode(bytesOf(name));
      const wide = Buffer.from(`\ufeff${text}`, 'utf16le');
      for (const bytes of [Buffer.from(text), wide, Buffer.from(wide).swap16(), Buffer.from(text, 'utf16le')]) {
        expect(facts(report(name, bytes))).to.deep.equal(expected);
      }
      if (!text.includes('\r')) {
        for (const end of ['\r\n', '\r']) {
          expect(facts(report(name, Buffer.from(text.replaceAll('\n', end))))).to.deep.equal(expected);
        }
      }
    });
  }

  it('of the documentation reads the file that is shown with it', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../../docs/brokers.md'), 'utf8');
    const [json = '', csv = ''] = ['json', 'csv'].map(
      (kind) => new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``).exec(page)?.[1],
    );
    const preset = parsePreset(JSON.parse(json), 'docs/brokers.md');
    const found = report('orders', Buffer.from(csv), { preset });
    expect(found.positions).to.deep.equal([{ symbol: 'SIE', quantity: '2' }]);
    expect(found.cash).to.deep.equal({ EUR: '1685' });
    expect(found.kinds).to.deep.equal({ deposit: 1, trade: 2, dividend: 1 });
    expect([found.notUnderstood, found.contradictions]).to.deep.equal([[], []]);
    expect(found.lines.footer).to.deep.equal([7]);
    for (const { name } of presets) expect(page).to.include(`| \`${name}\``);
  });
});
