import { expect } from 'chai';
import { int64, table, text } from '@stockafolio/core';
import { MemoryTable } from './memory-table.js';

const totals = table('totals', { partitionBy: ['user'] }, { user: text(), amount: int64() });

describe('MemoryTable', () => {
  it('refuses another row once it is full, and still replaces the others', () => {
    const rows = new MemoryTable(totals, 2);
    const put = (user: string, version: number): void =>
      rows.put({ table: totals, values: [user, version], version }, Infinity);
    put('ann', 1);
    put('bob', 1);
    expect(() => put('cid', 2))
      .to.throw("table 'totals' in memory holds at most 2 rows")
      .with.property('code', 'ERR_USAGE');
    put('bob', 3);
    const stored = [...rows.scan([], false, Infinity, () => 0)];
    expect(stored).to.deep.equal([
      { values: ['ann', 1], version: 1 },
      { values: ['bob', 3], version: 3 },
    ]);
  });
});
