import { expect } from 'chai';
import { deadLetterTables, progress, runTables, tableWriters } from '../engine/system-tables.js';
import { reservedTables } from './reserved-tables.js';

describe("the names of the library's own tables", () => {
  it('are all reserved', () => {
    const own = [progress, tableWriters, ...runTables, ...deadLetterTables].map(({ name }) => name);
    expect([...reservedTables].sort()).to.eql(own.sort());
  });
});
