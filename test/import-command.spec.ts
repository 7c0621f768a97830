import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { dumpTable } from './support/dumps.js';
import { lastLine, must, run } from './support/run-command.js';
import { stream } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const HEADER = 'user,symbol,side,quantity,price,time\n';

describe('import reads a whole history, or says why not before anything is written', () => {
  const at = tempFolder();

  it('a file of which no line can be a trade: exit code 2, what was found, and no log', async () => {
    const files: readonly (readonly [string, string, RegExp])[] = [
      ['columns.csv', 'Date;Action\n2026-01-05;Buy\n', /no column for 'user'.*has Date, Action[^]*--map user=COLUMN/],
      [
        'bad.csv',
        `${HEADER}ann,AAPL,buy,0.123456785,1,2026-01-05T15:00:00Z\n`,
        /only line is not a trade\n {2}bad\.csv:2: quantity: 0\.123456785 has more than 8 decimals/,
      ],
      ['object.json', '{"trades":[]}', /only line is not a trade/],
      ['words.txt', 'words\nand words\n', /no column for/],
      ['archive.zip', 'PK\u0003\u0004', /ZIP archive/],
      ['long.jsonl', 'none\n'.repeat(5_000), /none of the first [\d,]+ lines is a trade/],
    ];
    for (const [name, content, said] of files) {
      await writeFile(at(name), content);
      const ended = await run(['import', at(name), '--to', `log:${at('refused')}`, '--json']);
      expect(ended.code, `${name} ${ended.stderr}`).to.equal(2);
      expect(ended.stderr, name).to.match(said);
      expect(lastLine(ended), name).to.include({ ok: false, code: 'ERR_USAGE' });
      expect(existsSync(at('refused')), name).to.equal(false);
    }
  });

  it('a bad line among trades is passed on, and counted; with fail it is where the import ends', async () => {
    const good = 'ann,AAPL,buy,1,1,2026-01-05T15:00:00Z\n';
    await writeFile(at('mixed.csv'), `${HEADER}${good.replace('AAPL', '')}${good}`);
    const args = ['import', at('mixed.csv'), '--to', `log:${at('mixed')}`];
    const failed = await run([...args, '--on-bad-record', 'fail', '--json']);
    expect(failed.code).to.equal(2);
    expect(lastLine(failed)).to.include({ ok: false, code: 'ERR_BAD_RECORD' });
    expect(existsSync(at('mixed'))).to.equal(false);
    const { stdout } = await must(args);
    expect(stdout).to.match(/^2 lines imported; 1 of them is bad/);
  });

  it('a file without lines imports nothing', async () => {
    await writeFile(at('empty.csv'), HEADER);
    const ended = await must(['import', at('empty.csv'), '--to', `log:${at('empty')}`, '--json']);
    expect(lastLine(ended)).to.include({ ok: true, lines: 0, bad: 0 });
    await stream(at('empty'), at('empty-tables'), at('empty-checkpoints'));
  });

  it('a file that is newest first gives the same tables as oldest first', async () => {
    const lines = [
      'ann,AAPL,sell,5,150,2026-03-02T15:00:00Z',
      'ann,AAPL,buy,10,120,2026-02-02T15:00:00Z',
      // At one time, the lower line was first.
      'ann,AAPL,sell,10,110,2026-01-05T15:00:00Z',
      'ann,AAPL,buy,10,100,2026-01-05T15:00:00Z',
    ];
    await writeFile(at('newest.csv'), `${HEADER}${lines.join('\n')}\n`);
    await writeFile(at('oldest.csv'), `${HEADER}${lines.toReversed().join('\n')}\n`);
    for (const [name, order] of [
      ['newest', 'reversed'],
      ['oldest', 'none'],
    ] as const) {
      const ended = await must(['import', at(`${name}.csv`), '--to', `log:${at(name)}`, '--json']);
      expect(lastLine(ended)).to.include({ lines: 4, order });
      expect(ended.stderr.includes('newest first')).to.equal(order === 'reversed');
      await stream(at(name), at(`${name}-tables`), at(`${name}-checkpoints`));
    }
    const positions = await dumpTable(at('newest-tables'), 'positions');
    expect(positions).to.deep.equal(await dumpTable(at('oldest-tables'), 'positions'));
    expect(JSON.parse(positions[0] ?? '')).to.include({ quantity: 5, cost: '600.0000', realized: '250.0000' });
    const asItIs = await must(['import', at('newest.csv'), '--to', `log:${at('as-it-is')}`, '--file-order', '--json']);
    expect(lastLine(asItIs)).to.include({ lines: 4, order: 'none' });
  });

  describe('histories of two users', () => {
    const ann = `${HEADER}ann,AAPL,buy,10,100,2026-01-05T15:00:00Z\nann,AAPL,sell,5,150,2026-03-02T15:00:00Z\n`;
    const carl = ann.replaceAll('ann', 'carl');
    before(async () => {
      await writeFile(at('ann.csv'), ann);
      await writeFile(at('carl.csv'), carl);
    });

    it('imported together count in all figures, in whatever order they are named', async () => {
      await must(['import', at('carl.csv'), at('ann.csv'), '--to', `log:${at('both')}`]);
      await stream(at('both'), at('both-tables'), at('both-checkpoints'));
      const totals = await dumpTable(at('both-tables'), 'symbol_totals');
      expect(sumOf(totals, 'volume')).to.equal(30);
      expect(await dumpTable(at('both-tables'), 'dead_letters')).to.deep.equal([]);
    });

    it('the second imported later counts in totals, and import says for which figures it is late, and the way out', async () => {
      const to = ['--to', `log:${at('apart')}`, '--json'];
      const first = await must(['import', at('ann.csv'), ...to]);
      expect(lastLine(first)).to.include({ lines: 2, late: 0 });
      const refused = await run(['import', at('carl.csv'), ...to, '--late', 'fail']);
      expect(refused.code).to.equal(2);
      expect(lastLine(refused)).to.include({ ok: false, code: 'ERR_LATE_RECORD' });
      expect(refused.stderr).to.match(/carl\.csv:2: [^]*import FILE FILE --to NEW/);
      const second = await must(['import', at('carl.csv'), ...to]);
      // The other trade is of the day of ann's last one.
      expect(lastLine(second)).to.include({ lines: 2, late: 1 });
      expect(second.stderr).to.match(/1 line is more than a day older.*import FILE FILE --to NEW/);
      await stream(at('apart'), at('apart-tables'), at('apart-checkpoints'));
      const positions = await dumpTable(at('apart-tables'), 'positions');
      expect(positions).to.have.length(2);
      for (const total of ['symbol_totals', 'sector_totals', 'minute_totals'])
        expect(sumOf(await dumpTable(at('apart-tables'), total), 'volume'), total).to.equal(30);
      const letters = await dumpTable(at('apart-tables'), 'dead_letters');
      const operators = letters.map((line) => (JSON.parse(line) as { readonly operator: string }).operator);
      expect(operators.sort()).to.deep.equal(['sector-second', 'symbol-prices', 'top-traders']);
    });

    it('imported together after one was imported alone: its trades are not sent twice', async () => {
      const to = ['--to', `log:${at('again')}`, '--json'];
      await must(['import', at('ann.csv'), ...to]);
      const both = await must(['import', at('ann.csv'), at('carl.csv'), ...to]);
      expect(lastLine(both)).to.include({ lines: 2, before: 2 });
    });

    it('two files of one name are refused, because lines without ids would get the same ones', async () => {
      await mkdir(at('other'));
      await writeFile(at('other/ann.csv'), carl);
      const ended = await run(['import', at('ann.csv'), at('other/ann.csv'), '--to', `log:${at('named')}`]);
      expect(ended.code).to.equal(2);
      expect(ended.stderr).to.match(/two files are named 'ann\.csv'/);
      expect(existsSync(at('named'))).to.equal(false);
    });
  });
});

function sumOf(dump: readonly string[], column: string): number {
  return dump
    .map((line) => Number((JSON.parse(line) as Record<string, unknown>)[column]))
    .reduce((sum, value) => sum + value, 0);
}
