import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { dumpTable } from './support/dumps.js';
import { lastLine, must, ROOT, run } from './support/run-command.js';
import { stream } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const CASES = join(ROOT, 'examples/stockafolio/test/brokers');
const HEADER = '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n';
const sold = '"03/10/2025","Sell","KO","COCA-COLA CO","3","$71.20","","$213.60"\n';
const bought = '"03/10/2025","Buy","KO","COCA-COLA CO","3","$70.90","","-$212.70"\n';
const first = '"03/03/2025","Buy","BRK/B","BERKSHIRE","1","$500.00","","-$500.00"\n';

describe("import of a broker's file", () => {
  const at = tempFolder();

  it('--check prints what would be taken and what not, and writes nothing: exit code 0', async () => {
    const { stdout } = await must(['import', join(CASES, 'schwab.csv'), '--broker', 'auto', '--check']);
    for (const line of ['schwab, 10 lines', 'BRK.B          0.0205', 'schwab.csv:6: option', 'takes 10 events']) {
      expect(stdout).to.include(line);
    }
    const ended = await must(['import', join(CASES, 'schwab.csv'), '--broker', 'schwab', '--check', '--json']);
    expect(lastLine(ended)).to.deep.include({ ok: true });
    expect(JSON.stringify(lastLine(ended))).to.include('"cash":{"USD":"6225.67"}');
  });

  it('--check of a line that is not understood: exit code 2, its number and why, also for machines', async () => {
    await writeFile(at('odd.csv'), `${HEADER}${sold}${bought.replace('Buy', 'Barter')}`);
    const ended = await run(['import', at('odd.csv'), '--broker', 'auto', '--check']);
    expect(ended.code).to.equal(2);
    expect(ended.stdout).to.match(/odd\.csv:3: is of no kind that the preset knows: 03\/10\/2025, Barter/);
    const machine = await run(['import', at('odd.csv'), '--broker', 'auto', '--check', '--json']);
    expect(machine.code).to.equal(2);
    expect(lastLine(machine)).to.include({ ok: false, code: 'ERR_USAGE' });
    expect(JSON.stringify(lastLine(machine))).to.include('"notUnderstood":[{"line":3');
  });

  it('--check keeps lots and gains, by the method that is asked for', async () => {
    const ko = (date: string, side: string, price: string, sign: string): string =>
      `"${date}","${side}","KO","COCA-COLA CO","1","$${price}","","${sign}$${price}"\n`;
    const rows = [ko('03/12/2025', 'Sell', '75.00', ''), ko('03/11/2025', 'Buy', '80.00', '-')];
    await writeFile(at('lots.csv'), `${HEADER}${rows.join('')}${ko('03/10/2025', 'Buy', '70.00', '-')}`);
    const args = ['import', at('lots.csv'), '--broker', 'schwab', '--check'];
    for (const [method, basis, gain] of [
      [undefined, 80, 5],
      ['lifo', 70, -5],
      ['average', 75, 0],
    ] as const) {
      const { stdout } = await must([...args, ...(method === undefined ? [] : ['--lots', method])]);
      expect(stdout).to.match(new RegExp(`KO +1 +basis ${basis} USD\n`));
      if (gain === 0) expect(stdout).not.to.include('gains by');
      else expect(stdout).to.match(new RegExp(`gains by ${method ?? 'fifo'}, after costs\n +KO +${gain} USD`));
    }
    const useless = await run([...args.slice(0, -1), '--lots', 'lifo', '--to', `log:${at('nowhere')}`]);
    expect(useless.code).to.equal(2);
    expect(useless.stderr).to.include('--lots has no effect');
    expect(existsSync(at('nowhere'))).to.equal(false);
  });

  it('--check of columns without a broker does the same', async () => {
    await writeFile(
      at('columns.csv'),
      'user,symbol,side,quantity,price,time\nann,KO,buy,2,70.5,2025-03-10T15:00:00Z\n',
    );
    const { stdout } = await must(['import', at('columns.csv'), '--check']);
    expect(stdout).to.match(/1 bought \(141\.0000 USD\)[^]*ann KO 2/);
    await writeFile(
      at('wrong.csv'),
      'user,symbol,side,quantity,price,time\nann,KO,buy,2,70.5,never\nann,KO,buy,2,70.5,2025-03-10T15:00:00Z\n',
    );
    const ended = await run(['import', at('wrong.csv'), '--check', '--json']);
    expect(ended.code).to.equal(2);
    expect(JSON.stringify(lastLine(ended))).to.include('"notUnderstood":[{"line":2');
  });

  it('a part that the stream does not know is named, and nothing is written, but with --partly', async () => {
    const free = '"03/11/2025","Buy","KO","COCA-COLA CO","3","$0.00","","$0.00"\n';
    await writeFile(at('free.csv'), `${HEADER}${free}${bought}`);
    const args = ['import', at('free.csv'), '--broker', 'auto', '--user', 'ann', '--to', `log:${at('partly')}`];
    const refused = await run(args);
    expect(refused.code).to.equal(2);
    expect(refused.stderr).to.match(/a part would be left out[^]*at a price of 0 \(lines 2\)[^]*--partly/);
    expect(existsSync(at('partly'))).to.equal(false);
    const ended = await must([...args, '--partly', '--json']);
    expect(lastLine(ended)).to.include({ ok: true, lines: 1 });
    expect(ended.stderr).to.match(/left out: .*price of 0/);
  });

  it('all of a file comes into the tables: shares, cash, dividends', async () => {
    const args = ['import', join(CASES, 'schwab.csv'), '--broker', 'auto', '--user', 'ann', '--to', `log:${at('all')}`];
    const ended = await must([...args, '--json']);
    expect(ended.stderr).to.match(/of 1 row of options only the cash is taken/);
    await stream(at('all'), at('all-tables'), at('all-checkpoints'));
    const rows = async (table: string): Promise<Readonly<Record<string, unknown>>[]> =>
      (await dumpTable(at('all-tables'), table)).map((line) => JSON.parse(line) as Record<string, unknown>);
    const [account] = await rows('accounts');
    const amounts = Object.entries(account ?? {}).filter(([name]) => !['user', 'currency', 'last_time'].includes(name));
    const traded = (await rows('positions')).reduce(
      (sum, { realized, cost, transferred = 0 }) => sum + Number(realized) - Number(cost) + Number(transferred),
      0,
    );
    const cash = amounts.reduce((sum, [, amount]) => sum + Number(amount), traded);
    expect(cash.toFixed(2)).to.equal('6225.67');
    expect((await rows('account_events')).map(({ kind }) => kind)).to.include.members(['deposit', 'dividend', 'split']);
  });

  it('twice, or of a longer time, adds only what is new; and the user is told by --user or --set', async () => {
    await writeFile(at('short.csv'), `${HEADER}${bought}${first}`);
    await writeFile(at('long.csv'), `${HEADER}${sold}${bought}${first}`);
    const to = ['--broker', 'schwab', '--to', `log:${at('twice')}`, '--json'];
    expect(lastLine(await must(['import', at('short.csv'), '--user', 'ann', ...to]))).to.include({
      lines: 2,
      before: 0,
    });
    expect(lastLine(await must(['import', at('short.csv'), '--set', 'user=ann ', ...to]))).to.include({
      lines: 0,
      before: 2,
    });
    expect(lastLine(await must(['import', at('long.csv'), '--user', 'ann', ...to]))).to.include({
      lines: 1,
      before: 2,
    });
    const nobody = await run(['import', at('long.csv'), ...to]);
    expect(nobody.code).to.equal(2);
    expect(nobody.stderr).to.include('--user ann');
    const two = await run(['import', at('long.csv'), '--user', 'ann', '--set', 'user=bob', ...to]);
    expect(two.stderr).to.match(/--user says 'ann', --set says 'bob'/);
  });

  it('counts as late only trades in dollars: the figures of the firm take nothing else', async () => {
    const old = (what: string): string => `"01/03/2024",${what}\n`;
    const rows = [
      old('"Buy","KO","COCA-COLA CO","3","$60.00","","-$180.00"'),
      old('"MoneyLink Transfer","","Tfr BANK","","","","$9,000.00"'),
    ];
    await writeFile(at('new.csv'), `${HEADER}${sold}`);
    await writeFile(at('old.csv'), `${HEADER}${rows.join('')}`);
    const to = ['--broker', 'schwab', '--user', 'ann', '--to', `log:${at('late')}`];
    await must(['import', at('new.csv'), ...to]);
    const { stderr } = await must(['import', at('old.csv'), ...to]);
    expect(stderr).to.match(/1 line is more than a day older/);
  });

  it('by a preset of your own: printed, changed, and refused by path where it is wrong', async () => {
    const { stdout } = await must(['import', '--print-preset', 'schwab']);
    await writeFile(
      at('mine.json'),
      stdout.replace('"name": "schwab"', '"name": "mine"').replaceAll('"Buy"', '"Bought"'),
    );
    await writeFile(at('mine.csv'), `${HEADER}${bought.replace('Buy', 'Bought')}`);
    const args = ['import', at('mine.csv'), '--preset', at('mine.json')];
    expect((await must([...args, '--check'])).stdout).to.match(/mine, 2 lines[^]*1 bought \(212\.7 USD\)/);
    await writeFile(at('mine.json'), stdout.replace('"America/New_York"', '"New York"'));
    const wrong = await run([...args, '--check']);
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.match(/mine\.json is not a preset:\n {2}zone: is no time zone/);
    await writeFile(at('mine.json'), '{');
    expect((await run([...args, '--check'])).stderr).to.include('is not JSON');
  });

  it('of no known broker, or an unknown name, lists the names', async () => {
    await copyFile(join(ROOT, 'package.json'), at('other.csv'));
    for (const [file, broker] of [
      ['other.csv', 'auto'],
      ['mine.csv', 'schwap'],
    ] as const) {
      const ended = await run(['import', at(file), '--broker', broker, '--user', 'ann', '--to', `log:${at('none')}`]);
      expect(ended.code).to.equal(2);
      expect(ended.stderr).to.include('known are coinbase, degiro, fidelity');
    }
    expect(existsSync(at('none'))).to.equal(false);
    const useless = await run(['import', at('mine.csv'), '--broker', 'schwab', '--check', '--map', 'time=Date']);
    expect(useless.stderr).to.include('--map has no effect');
    const zone = await run(['import', at('short.csv'), '--broker', 'schwab', '--check', '--zone', 'Mars']);
    expect(zone.code).to.equal(2);
    expect(zone.stderr).to.include('Mars');
    const missing = await run(['import', at('missing.csv'), '--broker', 'auto', '--check', '--json']);
    expect(lastLine(missing)).to.include({ code: 'ERR_FILE_NOT_FOUND' });
    expect((await run(['import', at('mine.csv'), '--broker', 'schwab', '--user', 'ann'])).stderr).to.include('--to');
    expect((await readFile(at('mine.csv'))).length).to.be.greaterThan(0);
  });
});
