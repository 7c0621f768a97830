import { expect } from 'chai';
import fc from 'fast-check';
import { runDecimalTablesContract, runTablesContract, type TablesHarness } from '@stockafolio/conformance';
import {
  bigMoney,
  boolean,
  date,
  double,
  int32,
  int64,
  money,
  oneOf,
  optional,
  shard,
  table,
  type Table,
  text,
  timestamp,
  type Value,
} from '@stockafolio/core';
import { compareKeys, type Mutation, type StoredRow, type Tables } from '@stockafolio/core/ports';
import { memoryTables } from './index.js';

const harness: TablesHarness = {
  firstOfVersionStays: true,
  async fresh() {
    let now = 1_000_000;
    const tables = memoryTables({ clock: { now: () => now } });
    return { tables, pass: (ms) => void (now += ms), destroy: () => tables.close() };
  },
};

runTablesContract('memoryTables', harness);
runDecimalTablesContract('memoryTables', harness);

/** Every kind as a key column if possible, as a value, and as an optional value. */
const all = table(
  'all',
  { partitionBy: ['name'], clusterBy: ['whole', 'open', 'time', 'small', 'part'], descending: ['whole', 'time'] },
  {
    name: text(),
    whole: int64({ range: 'full' }),
    open: boolean(),
    time: timestamp(),
    small: int32(),
    part: shard(),
    note: text(),
    ratio: double(),
    amount: money(),
    total: bigMoney(),
    count: int64(),
    large: int64({ range: 'full' }),
    day: date(),
    side: oneOf('buy', 'sell'),
    flag: boolean(),
    digits: int32(),
    maybeNote: optional(text()),
    maybeRatio: optional(double()),
    maybeAmount: optional(money()),
    maybeTotal: optional(bigMoney()),
    maybeSmall: optional(int32()),
    maybeLarge: optional(int64({ range: 'full' })),
    maybeDay: optional(date()),
    maybeSide: optional(oneOf('buy', 'sell')),
    maybeFlag: optional(boolean()),
  },
);

const someText = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'é', '\u00ff', '\u0100', '日本', '\uffee', '😀', '\u{10ffff}'),
  fc.string({ unit: fc.constantFrom('a', 'ÿ', '日', '😀'), maxLength: 140 }),
);
const safe = fc.oneof(fc.constantFrom(0, -0, 1), fc.maxSafeInteger());
const small = fc.oneof(fc.constantFrom(0, -0, 2 ** 31 - 1, -(2 ** 31)), fc.integer());
const ratio = fc.oneof(
  fc.constantFrom(-0, 0, 5e-324, -5e-324, Number.MAX_VALUE, 0.1),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const bits = (count: bigint): fc.Arbitrary<bigint> => {
  const end = 2n ** (count - 1n);
  return fc.oneof(fc.constantFrom(0n, -1n, end - 1n, -end), fc.bigInt(-end, end - 1n));
};
const huge = fc.oneof(bits(128n), bits(64n), fc.constantFrom(2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n, -(2n ** 64n)));
const day = fc.constantFrom('0001-01-01', '2026-01-02', '9999-12-31');
const side = fc.constantFrom('buy', 'sell');
const maybe = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(each, { nil: undefined, freq: 2 });

const key = fc.tuple(
  fc.constantFrom('', 'a', 'ab', '日', '\uffee', '😀', 'x'.repeat(200)),
  fc.constantFrom(0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.boolean(),
  fc.constantFrom(0, -0, 1_767_600_000_000),
  fc.constantFrom(0, -0, -7),
  fc.constantFrom(0, -0),
);
const rest = fc.tuple(
  ...[someText, ratio, safe, huge, safe, bits(64n), day, side, fc.boolean(), small],
  ...[maybe(someText), maybe(ratio), maybe(safe), maybe(huge), maybe(small), maybe(bits(64n)), maybe(day)],
  ...[maybe(side), maybe(fc.boolean())],
) as fc.Arbitrary<Value[]>;

/** The expected result of mutations, computed with a Map by keys as texts. Only doubles have -0. */
function modelOf(of: Table, mutations: readonly Mutation[]): StoredRow[] {
  const kept = new Map<string, Mutation>();
  for (const { values, ...mutation } of mutations) {
    const plain = values.map((value, n) => (value === 0 && of.columns[n]?.type.kind !== 'double' ? 0 : value));
    const id = plain.slice(0, of.keyLength).map(String).join('\0');
    if ((kept.get(id)?.version ?? -1) < mutation.version) kept.set(id, { ...mutation, values: plain });
  }
  return [...kept.values()]
    .filter(({ deleted }) => deleted !== true)
    .map(({ values, version }) => ({ values, version }))
    .sort((a, b) => compareKeys(of, a.values, b.values));
}

async function everyRow(tables: Tables, of: Table): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  for await (const row of tables.scanAll(of)) rows.push(row);
  return rows;
}

describe('memoryTables', () => {
  it('has the same rows as a Map, for rows of every kind, overwritten and removed', async () => {
    const mutation = fc
      .record({ key, rest, version: fc.nat(20), deleted: fc.nat(4).map((n) => n === 0) })
      .map((m): Mutation => ({ ...m, table: all, values: m.deleted ? m.key : [...m.key, ...m.rest] }));
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { maxLength: 80 }), fc.nat(80), async (mutations, cut) => {
        const tables = memoryTables();
        await tables.create([all]);
        await tables.write(mutations.slice(0, cut));
        expect(await everyRow(tables, all)).to.deep.equal(modelOf(all, mutations.slice(0, cut)));
        await tables.write(mutations.slice(cut));
        const wanted = modelOf(all, mutations);
        expect(await everyRow(tables, all)).to.deep.equal(wanted);
        for (const row of wanted) {
          expect(await tables.get(all, row.values.slice(0, all.keyLength))).to.deep.equal(row);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps no reference to the arrays that it received or returned', async () => {
    const totals = table('totals', { partitionBy: ['user'] }, { user: text(), amount: money() });
    const tables = memoryTables();
    await tables.create([totals]);
    const values: Value[] = ['ann', 1];
    await tables.write([{ table: totals, values, version: 1 }]);
    values[1] = 2;
    const given = await tables.get(totals, ['ann']);
    (given?.values as Value[])[1] = 3;
    expect(await tables.get(totals, ['ann'])).to.deep.equal({ values: ['ann', 1], version: 1 });
  });

  it('continues a scan over the rows that existed when it began', async () => {
    const totals = table('totals', { partitionBy: ['user'] }, { user: text(), amount: money() });
    const tables = memoryTables();
    await tables.create([totals]);
    const row = (n: number, version: number): Mutation => ({
      table: totals,
      values: [String(n).padStart(5, '0'), version],
      version,
    });
    await tables.write(Array.from({ length: 60 }, (_, n) => row(2 * n, 1)));
    const seen: StoredRow[] = [];
    for await (const each of tables.scanAll(totals)) {
      if (seen.length === 0) await tables.write(Array.from({ length: 9_000 }, (_, n) => row(n, 2)));
      seen.push(each);
    }
    expect(seen.map(({ values: [user] }) => Number(user))).to.deep.equal(Array.from({ length: 60 }, (_, n) => 2 * n));
    expect(seen.slice(1).every(({ version }) => version === 2)).to.equal(true);
    expect((await everyRow(tables, totals)).map(({ values: [user] }) => Number(user))).to.deep.equal(
      Array.from({ length: 9_000 }, (_, n) => n),
    );
  });
});
