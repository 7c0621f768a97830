import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { isStockafolioError, jsonCodec } from '@stockafolio/core';
import { applyAverageCost } from '../cost/average-cost.js';
import { sessionOf } from '../calendar/sessions.js';
import { Trade } from '../trade.js';
import { fileFacts, importFile } from './import-file.js';
import type { ImportOptions } from './import-options.js';
import type { ImportedLine } from './trade-mapper.js';

const wire = jsonCodec(Trade);

async function all(path: string, options: ImportOptions = {}): Promise<ImportedLine[]> {
  const lines: ImportedLine[] = [];
  for await (const batch of importFile(path, options)) lines.push(...batch);
  return lines;
}

describe('an import of a file', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'import-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const csv = 'user,symbol,side,quantity,price,time\nann,XOM,buy,1,2.5,2026-01-05T15:00:00Z\n';

  it('goes by its name: rows or JSON lines, packed or not', async () => {
    writeFileSync(join(folder, 'my.trades.csv'), csv);
    writeFileSync(join(folder, 'my.trades.csv.gz'), gzipSync(csv));
    const [plain] = await all(join(folder, 'my.trades.csv'));
    const [packed] = await all(join(folder, 'my.trades.csv.gz'));
    expect(packed).to.deep.equal(plain);
    expect(wire.decode(plain?.value ?? new Uint8Array()).id).to.equal('my.trades-2');
    expect(fileFacts('/a/b.tsv')).to.deep.equal({
      name: 'b.tsv',
      kind: 'csv',
      source: 'b',
      delimiter: '\t',
      isPacked: false,
    });
    expect(fileFacts('b.jsonl.GZ')).to.deep.equal({
      name: 'b.jsonl.GZ',
      kind: 'jsonl',
      source: 'b',
      delimiter: undefined,
      isPacked: true,
    });
    expect(fileFacts('noending').source).to.equal('noending');
  });

  it('makes ids that fit, however long the name is', async () => {
    const path = join(folder, `${'n'.repeat(200)}.csv`);
    writeFileSync(path, csv);
    expect((await all(path)).map((l) => l.problem)).to.deep.equal([undefined]);
  });

  it('says what is wrong with a file that is not there, or is cut off', async () => {
    const failure = async (name: string): Promise<string> => {
      try {
        await all(join(folder, name));
      } catch (error) {
        if (isStockafolioError(error)) return `${error.code} ${error.message}`;
        throw error;
      }
      return 'none';
    };
    const packed = gzipSync(csv);
    writeFileSync(join(folder, 'cut.csv.gz'), packed.subarray(0, packed.length - 12));
    writeFileSync(join(folder, 'plain.csv.gz'), csv);
    expect(await failure('gone.csv')).to.match(/^ERR_FILE_NOT_FOUND .*gone\.csv/);
    expect(await failure('gone.csv.gz')).to.match(/^ERR_FILE_NOT_FOUND/);
    expect(await failure('cut.csv.gz')).to.match(/^ERR_USAGE .*cut\.csv\.gz cannot be read/);
    expect(await failure('plain.csv.gz')).to.match(/^ERR_USAGE/);
  });

  it('brings in six years of real transactions', async function () {
    const path = fileURLToPath(new URL('../../../../../shared/data/backtest-transactions.csv.gz', import.meta.url));
    if (!existsSync(path)) {
      process.stdout.write('      skipped: there is no ../shared/data/backtest-transactions.csv.gz\n');
      this.skip();
    }
    const options = {
      map: { time: '#1', quantity: 'amount' },
      set: { user: 'backtest' },
      signedQuantity: true,
      roundPrices: true,
    };
    const lines = await all(path, options);
    expect(lines.length).to.equal(9367);
    expect(lines.filter((l) => l.problem !== undefined)).to.deep.equal([]);

    // The running sum of amounts is the position; the file is read here by splitting, for it has no quotes.
    const rows = gunzipSync(readFileSync(path))
      .toString()
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(','));
    const held = new Map<string, { quantity: number; cost: number; realized: number }>();
    const sums = new Map<string, number>();
    let paid = 0;
    lines.forEach(({ value }, i) => {
      const { symbol, side, quantity, price, time } = wire.decode(value);
      const position = held.get(symbol) ?? { quantity: 0, cost: 0, realized: 0 };
      held.set(symbol, position);
      applyAverageCost(position, side, quantity, price);
      paid += (side === 'buy' ? quantity : -quantity) * price;
      const row = rows[i] ?? [];
      sums.set(symbol, (sums.get(symbol) ?? 0) + Number(row[1]));
      expect(symbol).to.equal(row[4]);
      expect(position.quantity).to.equal(sums.get(symbol));
      expect(Math.abs(price / 10_000 - Number(row[2]))).to.be.below(0.000051);
      expect(sessionOf(new Date(time).toISOString().slice(0, 10))).not.to.equal(undefined);
    });
    expect(held.size).to.equal(7);
    expect([...held.values()].reduce((sum, p) => sum + p.cost - p.realized, 0)).to.equal(paid);
  });
});
