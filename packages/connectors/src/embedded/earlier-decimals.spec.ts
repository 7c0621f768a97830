import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collected, expectCode } from '@stockafolio/conformance';
import { bigDecimal, bigMoney, decimal, money, optional, table, text, type Table } from '@stockafolio/core';
import { formatRow } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { embeddedTables } from './embedded-tables.js';

// Tables of commit 9f6d9e2, whose only decimals were money() and bigMoney(): twelve payments.
const FOLDER = join(import.meta.dirname, '../../test/earlier/tables');

const paid = (price = money(), total = bigMoney()): Table =>
  table(
    'paid',
    { partitionBy: ['user'], clusterBy: ['price'], descending: ['price'] },
    { user: text(), price, fee: optional(money()), total },
  );
const rows = Array.from({ length: 12 }, (_, n) => {
  const price = [1, 12_3400, 2 ** 53 - 1][n % 3] ?? 0;
  const total = (n % 2 === 0 ? -1n : 1n) * 10n ** BigInt(3 * n) + BigInt(n);
  return {
    version: n,
    values: [`u${n % 3}`, n % 3 === 2 ? price - n : price + n - 6, n % 2 === 0 ? undefined : -n, total],
  };
});

describe('embedded tables of an earlier version', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'embedded-'));
    await cp(FOLDER, dir, { recursive: true });
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('have their amounts of money in order, and accept new rows', async () => {
    const tables = embeddedTables(dir);
    try {
      const same = paid(decimal(4), bigDecimal(4));
      await tables.create([same]);
      const expected = rows.toSorted(
        ({ values: [a, x] }, { values: [b, y] }) => String(a).localeCompare(String(b)) || Number(y) - Number(x),
      );
      expect(await collected(tables.scanAll(same))).to.deep.equal(expected);
      await tables.write([{ table: same, version: 99, values: ['u0', -5, undefined, 1n] }]);
      const { values = [] } = (await tables.get(same, ['u0', -5])) ?? {};
      expect(formatRow(same, values)).to.equal('{"user":"u0","price":"-0.0005","total":"0.0001"}');
    } finally {
      await tables.close();
    }
  });

  it('are refused as tables of another scale', async () => {
    const tables = embeddedTables(dir);
    try {
      const error = await expectCode('ERR_TABLE_DIFFERS', () => tables.create([paid(decimal(8), bigDecimal(0))]));
      expect(error.message).to.contain("'price' is stored as money, cluster key descending, declared as decimal(8)");
      expect(error.message).to.contain("'total' is stored as bigMoney, value, declared as bigDecimal(0), value");
    } finally {
      await tables.close();
    }
  });
});
