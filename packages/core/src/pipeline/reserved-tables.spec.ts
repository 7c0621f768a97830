import { expect } from 'chai';
import { letterTables, progress, runTables, tableWriters } from '../engine/system-tables.js';
import { reservedTables } from './reserved-tables.js';

describe("the names of the library's own tables", () => {
  it('are all reserved', () => {
    const own = [progress, tableWriters, ...runTables, ...letterTables].map(({ name }) => name);
    expect([...reservedTables].sort()).to.eql(own.sort());
  });
});
