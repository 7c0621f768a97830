import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { dumpTable } from './support/dumps.js';
import { lastLine, must, ROOT } from './support/run-command.js';
import { stream } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const FILE = join(ROOT, '../shared/data/backtest-transactions.csv.gz');

interface PositionRow {
  readonly symbol: string;
  readonly quantity: number;
  readonly cost: string;
  readonly realized: string;
}

describe("a broker's file of trades, imported", () => {
  const at = tempFolder();
  /** Amount and price of each line, the price in 1e-4 USD if it is exact and undefined if it has more digits. */
  let lines: { readonly symbol: string; readonly amount: bigint; readonly price: string }[] = [];

  before(async function () {
    if (!existsSync(FILE)) {
      process.stdout.write(`    skipped: there is no ${FILE}\n`);
      this.skip();
    }
    const [header = '', ...rows] = gunzipSync(await readFile(FILE))
      .toString('utf8')
      .trimEnd()
      .split(/\r?\n/);
    const names = header.split(',');
    const place = (name: string): number => names.indexOf(name);
    lines = rows.map((row) => {
      const cells = row.split(',');
      const cell = (name: string): string => cells[place(name)] ?? '';
      return { symbol: cell('symbol'), amount: BigInt(cell('amount')), price: cell('price') };
    });
    expect(lines.length).to.be.greaterThan(1_000);
  });

  const importInto = async (name: string, ...more: string[]): Promise<void> => {
    const places = ['--to', `log:${at(name)}`, '--map', 'time=#1,quantity=amount', '--set', 'user=backtest'];
    const { lines: imported } = lastLine(
      await must(['import', FILE, ...places, '--signed-quantity', '--json', ...more]),
    );
    expect(imported).to.equal(lines.length);
  };
  const streamed = async (name: string): Promise<Readonly<Record<string, unknown>>> =>
    lastLine(await stream(at(name), at(`${name}-tables`), at(`${name}-checkpoints`), '--json'));

  it('prices with more than four significant decimals are dead-lettered, all others are accepted', async () => {
    const bad = lines.filter(({ price, amount }) => (decimalsOf(price) > 4 && !isNoise(price)) || amount === 0n).length;
    await importInto('exact');
    expect(bad).to.be.greaterThan(0);
    expect((await streamed('exact'))['setAside']).to.equal(bad);
    const { codes, letters } = lastLine(
      await must(['dead-letters', 'list', '--tables', `embedded:${at('exact-tables')}`, '--json']),
    );
    expect(letters).to.equal(bad);
    expect(codes).to.deep.equal({ ERR_BAD_RECORD: bad });
  });

  it('with rounded prices all are taken: shares are the running sums, shorts included, and no money is made or lost', async () => {
    await importInto('rounded', '--round-prices');
    expect((await streamed('rounded'))['setAside']).to.equal(lines.filter(({ amount }) => amount === 0n).length);
    const shares = new Map<string, bigint>();
    const spent = new Map<string, bigint>();
    for (const { symbol, amount, price } of lines) {
      if (amount === 0n) continue;
      shares.set(symbol, (shares.get(symbol) ?? 0n) + amount);
      spent.set(symbol, (spent.get(symbol) ?? 0n) + amount * rounded(price));
    }
    const rows = (await dumpTable(at('rounded-tables'), 'positions')).map((line) => JSON.parse(line) as PositionRow);
    expect(rows.map(({ symbol }) => symbol)).to.have.members([...shares.keys()]);
    for (const { symbol, quantity, cost, realized } of rows) {
      expect(BigInt(quantity), symbol).to.equal(shares.get(symbol));
      // The money paid, minus the money received, is in the position or was realized.
      expect(units(cost) - units(realized), symbol).to.equal(spent.get(symbol));
    }
  });
});

/** Decimals of an amount, without trailing zeros. */
function decimalsOf(price: string): number {
  return /\.(\d*?)0*$/.exec(price)?.[1]?.length ?? 0;
}

/** Whether the digits past four decimals are below 1e-9 of the price: the noise of a binary fraction. */
function isNoise(price: string): boolean {
  const [whole = '0', fraction = ''] = price.split('.');
  const exact = BigInt(whole + fraction);
  const meant = rounded(price) * 10n ** BigInt(fraction.length - 4);
  const difference = exact > meant ? exact - meant : meant - exact;
  return difference * 10n ** 9n <= exact;
}

/** A decimal in 1e-4 USD, rounded half to even. */
function rounded(price: string): bigint {
  const [whole = '0', fraction = ''] = price.split('.');
  const digits = BigInt(whole + fraction);
  if (fraction.length <= 4) return digits * 10n ** BigInt(4 - fraction.length);
  const step = 10n ** BigInt(fraction.length - 4);
  const [quotient, rest] = [digits / step, digits % step];
  const up = rest * 2n > step || (rest * 2n === step && quotient % 2n === 1n);
  return quotient + (up ? 1n : 0n);
}

function units(money: string): bigint {
  return BigInt(money.replace('.', ''));
}
