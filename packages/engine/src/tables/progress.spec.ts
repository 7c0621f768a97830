import { expect } from 'chai';
import { sale } from '@stockafolio/conformance';
import { memoryTables } from '@stockafolio/testing';
import { feed, mixed, newEngine } from '../../test/engines.js';
import { readProgress } from './progress.js';
import { progress } from './system-tables.js';

describe('readProgress', () => {
  it('returns for one pipeline how far each partition is, and its source', async () => {
    const tables = memoryTables();
    await tables.create([progress]);
    expect([...(await readProgress(tables, 'mixed'))]).to.eql([]);
    const engine = newEngine(mixed);
    feed(engine, [sale({ time: 5 }), sale({ time: 9 })]);
    const row = engine.progress();
    await tables.write([
      row,
      { ...row, values: ['mixed', 2, 2 ** 40, undefined, 'source-2'] },
      { ...row, values: ['other', 1, 3, undefined, 'source-1'] },
    ]);
    expect([...(await readProgress(tables, 'mixed'))]).to.have.deep.members([
      [0, { offset: 2, source: 'source-1' }],
      [2, { offset: 2 ** 40, source: 'source-2' }],
    ]);
  });
});
