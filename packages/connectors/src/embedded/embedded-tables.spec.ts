import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  collected,
  expectCode,
  runDecimalTablesContract,
  runTablesContract,
  type TablesHarness,
} from '@stockafolio/conformance';
import { int32, oneOf, table, text, type Table, type Value } from '@stockafolio/core';
import { type StoredRow, type Tables, compareKeys } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { embeddedTables } from './embedded-tables.js';

const counters = table('counters', { partitionBy: ['name'] }, { name: text({ max: 3000 }), round: int32() });

const harness: TablesHarness = {
  firstOfVersionStays: true,
  async fresh() {
    const dir = await mkdtemp(join(tmpdir(), 'embedded-'));
    let now = 1_000_000;
    const clock = { now: () => now };
    const opened: Tables[] = [embeddedTables(dir, { clock })];
    const [tables] = opened;
    if (tables === undefined) throw new Error('not opened');
    return {
      tables,
      async reopen() {
        const other = embeddedTables(dir, { clock, readOnly: true });
        opened.push(other);
        return other;
      },
      pass: (ms) => void (now += ms),
      async destroy() {
        for (const each of opened) await each.close();
        await rm(dir, { recursive: true });
      },
    };
  },
};

runTablesContract('embeddedTables', harness);
runDecimalTablesContract('embeddedTables', harness);

const rowsOf = async (scan: AsyncIterable<StoredRow>): Promise<(readonly Value[])[]> =>
  (await collected(scan)).map(({ values }) => values);

const tablesChild = join(import.meta.dirname, '../../test/tables-child.ts');

describe('embeddedTables', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'embedded-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('reports that there is nothing to read, and creates nothing', async () => {
    const error = await expectCode('ERR_TABLES_UNAVAILABLE', () =>
      embeddedTables(join(dir, 'missing'), { readOnly: true }),
    );
    expect(error.message).to.contain('missing');
    expect(error.hint).to.be.a('string');
  });

  it('makes no folder before tables are created, whatever is called', async () => {
    const missing = join(dir, 'missing');
    const tables = embeddedTables(missing);
    await expectCode('ERR_TABLE_UNKNOWN', () => tables.get(counters, ['a']));
    await expectCode('ERR_TABLE_UNKNOWN', () => tables.write([{ table: counters, values: ['a', 1], version: 1 }]));
    await expectCode('ERR_TABLE_UNKNOWN', () => tables.scanAll(counters)[Symbol.asyncIterator]().next());
    await expectCode('ERR_TABLES_UNAVAILABLE', () => tables.listTables());
    await expectCode('ERR_TABLES_UNAVAILABLE', () => tables.sweep());
    await tables.close();
    expect(existsSync(missing)).to.equal(false);
    const [early, maker] = [embeddedTables(missing), embeddedTables(missing)];
    await maker.create([counters]);
    await maker.write([{ table: counters, values: ['a', 1], version: 1 }]);
    expect((await early.get(counters, ['a']))?.values).to.deep.equal(['a', 1]);
    for (const each of [early, maker]) await each.close();
  });

  it('refuses to write if it was opened for reading', async () => {
    const writer = embeddedTables(dir);
    await writer.create([counters]);
    await writer.close();
    const reader = embeddedTables(dir, { readOnly: true });
    await reader.create([counters]);
    await expectCode('ERR_USAGE', () => reader.write([{ table: counters, values: ['a', 1], version: 1 }]));
    const other = table('other', { partitionBy: ['name'] }, { name: text(), round: int32() });
    await expectCode('ERR_TABLE_UNKNOWN', () => reader.create([other]));
    await reader.close();
  });

  it('keeps keys of any length in order, however long their common prefix', async () => {
    const urls = table(
      'urls',
      { partitionBy: ['site'], clusterBy: ['url', 'round'], descending: ['round'] },
      { site: text(), url: text({ max: 5_000 }), round: int32(), n: int32() },
    );
    const lengths = fc.constantFrom(0, 1, 1_900, 1_935, 1_945, 1_946, 1_970, 1_971, 1_972, 1_978, 2_000, 4_000);
    const key = fc.record({
      length: lengths,
      end: fc.string({ maxLength: 2, unit: 'grapheme-ascii' }),
      round: fc.nat(3),
    });
    const keys = fc.uniqueArray(
      key.map(({ length, end, round }) => ({ url: 'x'.repeat(length) + end, round })),
      { maxLength: 40, selector: ({ url, round }) => `${url} ${round}` },
    );
    const tables = embeddedTables(dir);
    await tables.create([urls]);
    let site = 0;
    await fc.assert(
      fc.asyncProperty(keys, async (unique) => {
        const here = `site-${site++}`;
        const rows = unique.map(({ url, round }, n) => [here, url, round, n]);
        await tables.write(rows.map((values) => ({ table: urls, values, version: 1 })));
        const wanted = rows.toSorted((a, b) => compareKeys(urls, a, b));
        const scanned = await rowsOf(tables.scan(urls, [here]));
        expect(scanned).to.deep.equal(wanted);
        for (const values of rows.slice(0, 5)) {
          expect((await tables.get(urls, values.slice(0, 3)))?.values).to.deep.equal(values);
          const onFrom = (await rowsOf(tables.scanAll(urls, { from: values.slice(0, 3) }))).filter(([s]) => s === here);
          expect(onFrom).to.deep.equal(wanted.filter((row) => compareKeys(urls, row, values) >= 0));
          const ofUrl = await rowsOf(tables.scan(urls, values.slice(0, 2)));
          expect(ofUrl).to.deep.equal(wanted.filter((row) => row[1] === values[1]));
        }
        const removed = rows.filter((_, n) => n % 2 === 0);
        await tables.write(
          removed.map((values) => ({ table: urls, values: values.slice(0, 3), version: 2, deleted: true })),
        );
        expect(await rowsOf(tables.scan(urls, [here]))).to.deep.equal(wanted.filter((row) => !removed.includes(row)));
      }),
      { numRuns: 40 },
    );
    await tables.close();
  });

  it('lists its tables so that they can be read without the program that made them', async () => {
    const sides = table(
      'sides',
      { partitionBy: ['side'], ttl: 5 },
      { side: oneOf('buy', 'sell'), count: int32({ min: 0 }) },
    );
    const writer = embeddedTables(dir, { clock: { now: () => 0 } });
    await writer.create([sides, counters]);
    await writer.write([{ table: sides, values: ['buy', 7], version: 3 }]);
    await writer.close();
    const reader = embeddedTables(dir, { readOnly: true, clock: { now: () => 0 } });
    const listed: readonly Table[] = await reader.listTables();
    expect(listed).to.deep.equal([counters, sides]);
    const found = listed[1] ?? counters;
    expect(await collected(reader.scanAll(found))).to.deep.equal([{ values: ['buy', 7], version: 3 }]);
    await reader.close();
  });

  it('grows far past its first size, and holds everything after it is opened again', async () => {
    const wide = table('wide', { partitionBy: ['id'] }, { id: int32(), content: text({ max: 20_000 }) });
    let tables = embeddedTables(dir);
    await tables.create([wide]);
    const content = 'x'.repeat(10_000);
    for (let i = 0; i < 2_000; i += 200) {
      const rows = Array.from({ length: 200 }, (_, j) => ({ table: wide, values: [i + j, content], version: 1 }));
      await tables.write(rows);
    }
    await tables.close();
    tables = embeddedTables(dir, { durability: 'power' });
    await tables.write([{ table: wide, values: [0, 'new'], version: 2 }]);
    const rows = await collected(tables.scanAll(wide));
    expect(rows.map(({ values }) => values[0])).to.deep.equal(Array.from({ length: 2_000 }, (_, i) => i));
    expect(rows[0]?.values[1]).to.equal('new');
    await tables.close();
  });

  it('sweeps expired rows, and nothing else', async () => {
    let now = 0;
    const brief = table('brief', { partitionBy: ['id'], ttl: 1_000 }, { id: int32(), round: int32() });
    const tables = embeddedTables(dir, { clock: { now: () => now } });
    await tables.create([brief, counters]);
    const rows = (from: number, count: number, round: number) =>
      Array.from({ length: count }, (_, i) => ({ table: brief, values: [from + i, round], version: round }));
    await tables.write([{ table: counters, values: ['kept', 1], version: 1 }]);
    await tables.write(rows(0, 2_500, 1));
    await tables.write([{ table: brief, values: [9_999], version: 5, deleted: true }]);
    now = 600;
    await tables.write(rows(0, 300, 2));
    expect(await tables.sweep()).to.equal(0);
    now = 1_200;
    expect(await tables.sweep()).to.equal(2_201);
    expect(await tables.sweep()).to.equal(0);
    expect(await collected(tables.scanAll(brief))).to.have.length(300);
    expect(await collected(tables.scanAll(counters))).to.have.length(1);
    await tables.close();
  });

  it('keeps the highest version when several processes write the same rows at once', async () => {
    const tables = embeddedTables(dir);
    await tables.create([counters]);
    const children = ['1', '2'].map((share) =>
      spawn(process.execPath, ['--import', 'tsx', tablesChild, dir, share, '2', '200']),
    );
    await Promise.all(children.map((child) => once(child, 'close')));
    const rows = await collected(tables.scanAll(counters));
    expect(rows).to.have.length(200);
    for (const { values, version } of rows) expect([version, values[1]]).to.deep.equal([200, 200]);
    await tables.close();
  });

  it('keeps every resolved write through kill -9, whole, while another process reads', async () => {
    const setUp = embeddedTables(dir);
    await setUp.create([counters]);
    await setUp.close();
    const reader = embeddedTables(dir, { readOnly: true });
    for (const pause of [0, 40, 90]) {
      const child = spawn(process.execPath, ['--import', 'tsx', tablesChild, dir]);
      let output = '';
      child.stdout.on('data', (data) => (output += String(data)));
      await once(child.stdout, 'data');
      for (const end = Date.now() + pause; Date.now() < end;) {
        const rows = await collected(reader.scanAll(counters));
        expect(new Set(rows.map(({ values }) => values[1])).size, 'one write is one transaction').to.equal(1);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      child.kill('SIGKILL');
      await once(child, 'close');
      const resolved = Number(output.trim().split('\n').at(-1));
      const rows = await collected(reader.scanAll(counters));
      expect(rows).to.have.length(200);
      const rounds = new Set(rows.map(({ version }) => version));
      expect(rounds.size).to.equal(1);
      expect([...rounds][0]).to.be.at.least(resolved);
    }
    await reader.close();
  });
});
