import { int32, int64, money, table, text, type Table, type Value } from '@stockafolio/core';
import { type Mutation, type StoredRow, type Tables, compareKeys } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { collected, expectCode } from './expect-code.js';
import { anyRow, everything, positions, recent, survivors } from './sample-rows.js';

/** One empty store, for one test. */
export interface TablesFixture {
  readonly tables: Tables;
  /** The same store as another process would open it; undefined if only one process can open it. */
  reopen?(): Promise<Tables>;
  /** Moves the store's clock by this many ms; undefined if impossible, then expiry of rows is not tested. */
  pass?(ms: number): void | Promise<void>;
  /** Closes and removes everything. */
  destroy(): Promise<void>;
}

export interface TablesHarness {
  fresh(): Promise<TablesFixture>;
  /** Whether, of two different rows of one version, the first that arrived stays. No runner produces such rows. */
  readonly firstOfVersionStays: boolean;
  /** Runs of the property tests; defaults to 50. */
  readonly runs?: number;
}

const plain = (rows: readonly StoredRow[]): unknown[] => rows.map(({ values, version }) => [version, ...values]);

/** The contract of the port `Tables`, for every implementation. */
export function runTablesContract(name: string, harness: TablesHarness): void {
  const runs = harness.runs ?? 50;

  describe(`${name} keeps the contract of Tables`, () => {
    let fixture: TablesFixture;
    let tables: Tables;

    beforeEach(async () => {
      fixture = await harness.fresh();
      tables = fixture.tables;
      await tables.create([positions, everything, recent]);
    });
    afterEach(() => fixture.destroy());

    const put = (user: string, symbol: string, quantity: number, version: number): Mutation => ({
      table: positions,
      values: [user, symbol, quantity, quantity * 2],
      version,
    });
    const remove = (user: string, symbol: string, version: number): Mutation => ({
      table: positions,
      values: [user, symbol],
      version,
      deleted: true,
    });
    const everyRow = async (of: Table, from: Tables = tables): Promise<StoredRow[]> => {
      const rows = await collected(from.scanAll(of));
      return from.inKeyOrder ? rows : rows.sort((a, b) => compareKeys(of, a.values, b.values));
    };

    it('returns every value of every kind exactly', async () => {
      let version = 0;
      await fc.assert(
        fc.asyncProperty(anyRow, async (values) => {
          version += 1;
          await tables.write([{ table: everything, values, version }]);
          expect(await tables.get(everything, values.slice(0, everything.keyLength))).to.deep.equal({
            values,
            version,
          });
        }),
        { numRuns: 2 * runs },
      );
    });

    it('returns the largest and the smallest values', async () => {
      const key = ['a', 'sell', 8.64e15, '9999-12-31', 2n ** 63n - 1n, 2 ** 31 - 1, true, '\u{10ffff}', 2 ** 31 - 1];
      const least = ['', 'buy', -8.64e15, '0001-01-01', -(2n ** 63n), -(2 ** 31), false, '', 0];
      const max = Number.MAX_SAFE_INTEGER;
      const rows: Value[][] = [
        [
          ...key,
          'x'.repeat(1000),
          Number.MAX_VALUE,
          max,
          2n ** 127n - 1n,
          max,
          2n ** 63n - 1n,
          8.64e15,
          '9999-12-31',
          true,
          'new',
          0n,
        ],
        [
          ...least,
          '',
          -Number.MIN_VALUE,
          -max,
          -(2n ** 127n),
          -max,
          -(2n ** 63n),
          -8.64e15,
          '0001-01-01',
          false,
          'bust',
          undefined,
        ],
      ];
      await tables.write(rows.map((values) => ({ table: everything, values, version: max })));
      for (const values of rows) {
        const row = await tables.get(everything, values.slice(0, everything.keyLength));
        expect(row).to.deep.equal({ values, version: max });
      }
    });

    it('keeps for each key the mutation with the highest version, in whatever order and grouping they arrive', async () => {
      const mutation = fc.record({
        user: fc.constantFrom('ann', 'bob'),
        symbol: fc.constantFrom('A', 'B', 'C'),
        version: fc.integer({ min: 1, max: 6 }),
        deleted: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
        group: fc.integer({ min: 0, max: 3 }),
      });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(mutation, { maxLength: 40 }), async (all) => {
          // Each run has its own users. The value follows from the version, because two mutations of one version are
          // equal.
          const prefix = `round ${(round += 1)} `;
          const mutations = all.map((m) =>
            m.deleted && m.version % 2 === 0
              ? remove(prefix + m.user, m.symbol, m.version)
              : put(prefix + m.user, m.symbol, m.version * 10 + (m.version % 2), m.version * 2 + 1),
          );
          for (let group = 0; group <= 3; group += 1) {
            await tables.write(mutations.filter((_, i) => all[i]?.group === group));
          }
          const rows = (
            await Promise.all(['ann', 'bob'].map((user) => collected(tables.scan(positions, [prefix + user]))))
          ).flat();
          expect(plain(rows)).to.deep.equal(plain(survivors(positions, mutations)));
        }),
        { numRuns: runs },
      );
    });

    it('changes nothing when any part is written again', async () => {
      const mutations = [
        put('a', 'A', 1, 10),
        put('a', 'A', 2, 20),
        put('a', 'B', 3, 10),
        remove('a', 'B', 15),
        put('b', 'A', 4, 5),
      ];
      await tables.write(mutations);
      const before = await everyRow(positions);
      expect(plain(before)).to.deep.equal([
        [20, 'a', 'A', 2, 4],
        [5, 'b', 'A', 4, 8],
      ]);
      for (let from = 0; from < mutations.length; from += 1) {
        await tables.write(mutations.slice(from));
        expect(await everyRow(positions)).to.deep.equal(before);
      }
      if (!harness.firstOfVersionStays) return;
      await tables.write([put('a', 'A', 999, 20)]);
      expect(await everyRow(positions), 'the same version with another value').to.deep.equal(before);
    });

    it('keeps the version of a deleted row', async () => {
      await tables.write([remove('a', 'A', 10)]);
      await tables.write([put('a', 'A', 1, 9)]);
      expect(await tables.get(positions, ['a', 'A'])).to.equal(undefined);
      await tables.write([put('a', 'A', 1, 11)]);
      expect((await tables.get(positions, ['a', 'A']))?.version).to.equal(11);
      expect(await everyRow(positions)).to.have.length(1);
    });

    it('scans by any leading part of the key, in clustering order, with descending columns', async () => {
      const written: Mutation[] = [];
      await fc.assert(
        fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 12 }), fc.nat(), async (rows, pick) => {
          const version = written.length + 1;
          const mutations = rows.map((values, i) => ({ table: everything, values, version: version + i }));
          await tables.write(mutations);
          written.push(...mutations);
          const probe = rows[pick % rows.length] ?? [];
          for (let length = everything.partitionLength; length <= everything.keyLength; length += 1) {
            const prefix = probe.slice(0, length);
            const wanted = survivors(everything, written).filter(
              ({ values }) => compareKeys(everything, values, prefix) === 0,
            );
            expect(plain(await collected(tables.scan(everything, prefix)))).to.deep.equal(plain(wanted));
          }
        }),
        { numRuns: Math.min(runs, 30) },
      );
      expect(plain(await everyRow(everything))).to.deep.equal(plain(survivors(everything, written)));
    });

    it('scans at most the requested number of rows', async () => {
      await tables.write(['A', 'B', 'C', 'D'].map((symbol, i) => put('a', symbol, i, i + 1)));
      await tables.write([remove('a', 'A', 9), put('aa', 'A', 1, 1)]);
      const symbols = async (limit: number): Promise<unknown[]> =>
        (await collected(tables.scan(positions, ['a'], { limit }))).map(({ values }) => values[1]);
      expect(await symbols(2)).to.deep.equal(['B', 'C']);
      expect(await symbols(99)).to.deep.equal(['B', 'C', 'D']);
      expect(await symbols(0)).to.deep.equal([]);
    });

    it('scans thousands of rows, each once', async () => {
      const users = Array.from({ length: 3_500 }, (_, i) => `user ${i}`);
      await tables.write(users.map((user, i) => put(user, 'A', i, i)));
      await tables.write(users.map((_, i) => put('one', `symbol ${i}`, i, i)));
      await tables.write(users.slice(0, 1_200).map((user) => remove(user, 'A', 10_000)));
      expect(await everyRow(positions)).to.have.length(2 * 3_500 - 1_200);
      const one = (await collected(tables.scan(positions, ['one']))).map(({ values }) => values[1]);
      expect(one).to.deep.equal(users.map((_, i) => `symbol ${i}`).sort());
    });

    it('lets a reader stop early, and write while it scans', async () => {
      await tables.write(Array.from({ length: 2_500 }, (_, i) => put('a', `s${String(i).padStart(5, '0')}`, i, 1)));
      let seen = 0;
      for await (const { values } of tables.scan(positions, ['a'])) {
        seen += 1;
        if (seen % 500 === 0) await tables.write([put('a', String(values[1]), -1, 2)]);
        if (seen === 2_000) break;
      }
      expect(seen).to.equal(2_000);
      expect((await tables.get(positions, ['a', 's00499']))?.values[2]).to.equal(-1);
    });

    it('starts a scan at any key if rows are in key order, and reports it if they are not', async () => {
      const rows = ['a', 'ab', 'abc', 'b', 'ba', 'c'].flatMap((user) => [put(user, 'A', 1, 1), put(user, 'B', 1, 1)]);
      await tables.write([...rows, put('aa', 'A', 1, 1), remove('aa', 'A', 2)]);
      const from = async (...key: string[]): Promise<string[]> =>
        (await collected(tables.scanAll(positions, { from: key }))).map(
          ({ values: [user, symbol] }) => `${String(user)} ${String(symbol)}`,
        );
      for (const limit of [0, 1, 5])
        expect(await collected(tables.scanAll(positions, { limit }))).to.have.length(limit);
      if (!tables.inKeyOrder) {
        await expectCode('ERR_USAGE', () => from('ab'));
        return;
      }
      expect(await from('aaa')).to.deep.equal(['ab', 'abc', 'b', 'ba', 'c'].flatMap((u) => [`${u} A`, `${u} B`]));
      expect(await from('ab')).to.deep.equal(await from('aaa'));
      expect(await from('ba', 'AA')).to.deep.equal(['ba B', 'c A', 'c B']);
      expect(await from('d')).to.deep.equal([]);
      const some = await collected(tables.scanAll(positions, { from: ['a', 'B'], limit: 3 }));
      expect(some.map(({ values: [user, symbol] }) => `${String(user)} ${String(symbol)}`)).to.deep.equal([
        ...['a B', 'ab A', 'ab B'],
      ]);
    });

    it('accepts the same table again, and rejects another of its name with the differences', async () => {
      await tables.write([put('a', 'A', 1, 1)]);
      await tables.create([positions, everything]);
      expect(await everyRow(positions)).to.have.length(1);
      const other = table(
        'positions',
        { partitionBy: ['user'], clusterBy: ['symbol'] },
        { user: text(), symbol: text(), quantity: int32(), realized: money() },
      );
      const error = await expectCode('ERR_TABLE_DIFFERS', () => tables.create([other]));
      for (const column of ['quantity', 'cost', 'realized']) expect(error.message).to.contain(column);
      await expectCode('ERR_TABLE_DIFFERS', () =>
        tables.create([
          table(
            'positions',
            { partitionBy: ['user', 'symbol'] },
            { user: text(), symbol: text(), quantity: int64(), cost: money() },
          ),
        ]),
      );
    });

    it('names a table that was never created', async () => {
      const unknown = table('unknown', { partitionBy: ['user'] }, { user: text(), value: int32() });
      for (const action of [
        () => tables.write([{ table: unknown, values: ['a', 1], version: 1 }]),
        () => tables.get(unknown, ['a']),
        () => collected(tables.scan(unknown, ['a'])),
        () => collected(tables.scanAll(unknown)),
      ]) {
        const error = await expectCode('ERR_TABLE_UNKNOWN', action);
        expect(error.message).to.contain('unknown');
      }
    });

    it('refuses a value that does not fit, naming the table and the column', async () => {
      const good: Value[] = [
        'a',
        'buy',
        0,
        '2026-01-02',
        0n,
        0,
        true,
        'b',
        0,
        'note',
        0.5,
        0,
        0n,
        0,
        0n,
        0,
        '2026-01-02',
        true,
        'new',
        0n,
      ];
      await tables.write([{ table: everything, values: good, version: 1 }]);
      const bad: Record<string, Value[]> = {
        name: ['x'.repeat(41), 'a\0b', '\ud800', 1, undefined],
        side: ['hold', undefined],
        time: [0.5, 8.64e15 + 2, NaN, undefined],
        day: ['2026-02-30', '2026-1-2', '', undefined],
        whole: [2n ** 63n, 0, undefined],
        small: [2 ** 31, 0.5, undefined],
        open: [1, undefined],
        shard: [-1, undefined],
        note: [1],
        ratio: [NaN, Infinity, 1n, undefined],
        amount: [2 ** 53, 0.5, 1n, undefined],
        total: [2n ** 127n, 1, undefined],
        count: [2 ** 53, '1'],
        large: [-(2n ** 63n) - 1n],
        birthday: ['yesterday'],
        kind: ['busted'],
      };
      for (const [column, values] of Object.entries(bad)) {
        const at = everything.columns.findIndex((each) => each.name === column);
        for (const value of values) {
          const row = good.with(at, value);
          const error = await expectCode('ERR_ROW_INVALID', () =>
            tables.write([{ table: everything, values: row, version: 2 }]),
          );
          expect(error.message).to.contain('everything').and.to.contain(column);
        }
      }
      await expectCode('ERR_ROW_INVALID', () =>
        tables.write([{ table: everything, values: good.slice(1), version: 2 }]),
      );
      await expectCode('ERR_ROW_INVALID', () => tables.write([put('a', 'A', 1, 1.5)]));
      await expectCode('ERR_ROW_INVALID', () => tables.get(positions, ['a']));
      await expectCode('ERR_ROW_INVALID', () => collected(tables.scan(everything, ['a'])));
      expect(plain(await everyRow(everything))).to.deep.equal([[1, ...good]]);
    });

    it('keeps tables apart, whatever their keys', async () => {
      const one = table('one', { partitionBy: ['user'] }, { user: text(), value: int32() });
      const two = table('two', { partitionBy: ['user'] }, { user: text(), value: int32() });
      await tables.create([one, two]);
      await tables.write([
        { table: one, values: ['\u{10ffff}', 1], version: 1 },
        { table: two, values: ['', 2], version: 1 },
      ]);
      expect(plain(await everyRow(one))).to.deep.equal([[1, '\u{10ffff}', 1]]);
      expect(plain(await everyRow(two))).to.deep.equal([[1, '', 2]]);
    });

    it('shows no expired row', async function () {
      const { pass } = fixture;
      if (pass === undefined) return this.skip();
      const row = (user: string, version: number): Mutation => ({ table: recent, values: [user, version], version });
      await tables.write([row('a', 1), row('b', 1)]);
      await pass(3_000);
      await tables.write([row('a', 2)]);
      await pass(3_000);
      expect(plain(await everyRow(recent))).to.deep.equal([[2, 'a', 2]]);
      expect(await tables.get(recent, ['b'])).to.equal(undefined);
      expect(await collected(tables.scan(recent, ['b']))).to.deep.equal([]);
    });

    it('has written rows once the promise resolves, for every process', async function () {
      if (fixture.reopen === undefined) return this.skip();
      const other = await fixture.reopen();
      for (let i = 1; i <= 20; i += 1) {
        await tables.write([put('a', 'A', i, i)]);
        expect((await other.get(positions, ['a', 'A']))?.version).to.equal(i);
        expect(plain(await everyRow(positions, other))).to.deep.equal([[i, 'a', 'A', i, i * 2]]);
      }
    });
  });
}
