import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect } from 'chai';
import { isStockafolioError, jsonCodec } from '@stockafolio/core';
import { applyAverageCost } from '../cost/average-cost.js';
import { sessionOf } from '../calendar/sessions.js';
import { SHARE, tradeValue } from '../quantity.js';
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

async function codeOf(path: string, options: ImportOptions = {}): Promise<string> {
  try {
    await all(path, options);
  } catch (error) {
    if (isStockafolioError(error)) return error.code;
    throw error;
  }
  return 'none';
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

  it('of Parquet gives the same trades as the same rows in CSV, whatever the types of its columns', async () => {
    const path = join(folder, 'my trades.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const rows = `(values ('ann', 'XOM', 10.125, 2.5, '2026-01-05 15:00:00.123456'), ('bob', 'AMD', -3, 1.00005, '2026-01-05 16:00:00'),
      (null, 'AMD', 1, 1, '2026-01-05 16:00:00')) t(u, s, q, p, w)`;
    const plain = `u as "user", s symbol, q::double quantity, p::decimal(12, 5) price, w::timestamp as "time", [q] nested`;
    await connection.run(`copy (select ${plain} from ${rows}) to '${path}' (format parquet)`);
    const float = `u as "user", s symbol, q::decimal(12, 8) quantity, p::float price, w as "time", {'user': 'no'} nested`;
    const other = join(folder, 'float.parquet');
    await connection.run(`copy (select ${float} from ${rows}) to '${other}' (format parquet, compression gzip)`);
    const csv = join(folder, 'my trades.csv');
    await connection.run(
      `copy (select u as "user", s symbol, q quantity, p price, w as "time" from ${rows}) to '${csv}'`,
    );
    connection.closeSync();
    instance.closeSync();

    const options: ImportOptions = { signedQuantity: true, zone: 'UTC' };
    const facts = (lines: readonly ImportedLine[]): string[] =>
      lines.map(({ key, value, problem }) => {
        const id = /"id":"[^"]*"/;
        return `${String(key)} ${Buffer.from(value).toString().replace(id, '')} ${problem === undefined ? 'ok' : 'bad'}`;
      });
    for (const more of [options, { ...options, roundPrices: true }]) {
      const expected = await all(csv, more);
      const found = await all(path, more);
      expect(found.map(({ problem }) => problem === undefined)).to.deep.equal([true, more.roundPrices === true, false]);
      const accepted = ({ problem }: ImportedLine): boolean => problem === undefined;
      expect(facts(found.filter(accepted))).to.deep.equal(facts(expected.filter(accepted)));
      expect(facts((await all(other, more)).filter(accepted))).to.deep.equal(facts(found.filter(accepted)));
    }
    expect(wire.decode((await all(path, options))[0]?.value ?? new Uint8Array())).to.include({
      id: 'my trades-1',
      price: 25_000,
      time: Date.parse('2026-01-05T15:00:00.123Z'),
    });
  });

  it('of Parquet treats times without a zone as CSV does: they are bad if no zone is given', async () => {
    const path = join(folder, 'zones.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run("set timezone = 'UTC'");
    const facts = `'ann' as "user", 'XOM' symbol, 'buy' side, 1 quantity, 2.5::decimal(9, 4) price`;
    const time = async (type: string, options: ImportOptions): Promise<string> => {
      await connection.run(
        `copy (select ${facts}, '2026-01-05 10:00:00'::${type} as "time") to '${path}' (format parquet)`,
      );
      const [line] = await all(path, options);
      return line?.problem ?? new Date(wire.decode(line?.value ?? new Uint8Array()).time).toISOString();
    };
    for (const type of ['timestamp', 'timestamp_ms', 'timestamp_ns']) {
      expect(await time(type, {}), type).to.match(/^time: .* has no time zone/);
      expect(await time(type, { zone: 'America/New_York' }), type).to.equal('2026-01-05T15:00:00.000Z');
    }
    expect(await time('timestamptz', {})).to.equal('2026-01-05T10:00:00.000Z');
    expect(await time('timestamptz', { zone: 'America/New_York' })).to.equal('2026-01-05T10:00:00.000Z');
    connection.closeSync();
    instance.closeSync();
  });

  it('of Parquet is rejected if a field comes from a nested column, or the file is torn, compressed or missing', async () => {
    const path = join(folder, 'torn.parquet');
    writeFileSync(path, 'PAR1 and no more');
    writeFileSync(`${path}.gz`, gzipSync('PAR1'));
    expect(await codeOf(path)).to.equal('ERR_PARQUET_CORRUPT');
    expect(await codeOf(`${path}.gz`)).to.equal('ERR_USAGE');
    expect(await codeOf(join(folder, 'none.parquet'))).to.equal('ERR_FILE_NOT_FOUND');
    expect(await codeOf(join(folder, 'my trades.parquet'), { map: { sector: 'nested' } })).to.equal(
      'ERR_PARQUET_UNSUPPORTED',
    );
    expect(await codeOf(join(folder, 'my trades.parquet'), { map: { sector: 'gone' } })).to.equal('ERR_USAGE');
  });

  it('uses its name: rows or JSON lines, compressed or not', async () => {
    writeFileSync(join(folder, 'my.trades.csv'), csv);
    writeFileSync(join(folder, 'my.trades.csv.gz'), gzipSync(csv));
    const [plain] = await all(join(folder, 'my.trades.csv'));
    const [packed] = await all(join(folder, 'my.trades.csv.gz'));
    expect(packed).to.deep.equal({ ...plain, file: 'my.trades.csv.gz' });
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

  it('says what is wrong with a missing or truncated file', async () => {
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

  it('reads six years of real transactions', async function () {
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

    // The running sum of amounts is the position; here the file is simply split, because it has no quotes.
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
      paid += (side === 'buy' ? 1 : -1) * tradeValue(quantity, price);
      const row = rows[i] ?? [];
      sums.set(symbol, (sums.get(symbol) ?? 0) + Number(row[1]));
      expect(symbol).to.equal(row[4]);
      expect(position.quantity / SHARE).to.equal(sums.get(symbol));
      expect(Math.abs(price / 10_000 - Number(row[2]))).to.be.below(0.000051);
      expect(sessionOf(new Date(time).toISOString().slice(0, 10))).not.to.equal(undefined);
    });
    expect(held.size).to.equal(7);
    expect([...held.values()].reduce((sum, p) => sum + p.cost - p.realized, 0)).to.equal(paid);
  });
});
