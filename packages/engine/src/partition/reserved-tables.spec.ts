import { expect } from 'chai';
import { reservedTables } from '@stockafolio/core/plan';
import { deadLetterTables, progress, runTables, tableWriters } from '../tables/system-tables.js';

describe("the names of the library's own tables", () => {
  it('are all reserved', () => {
    const own = [progress, tableWriters, ...runTables, ...deadLetterTables].map(({ name }) => name);
    expect([...reservedTables].sort()).to.eql(own.sort());
  });
});
