import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Table } from '@stockafolio/core';
import { claimTables, progress, readMarks, readProgress, sourceMarks } from '@stockafolio/engine';
import { virtualClock } from '@stockafolio/testing';
import { embeddedTables } from './index.js';

describe('embedded tables of an earlier version, without checksums of the source,', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'earlier-'));
  });
  after(() => rm(dir, { recursive: true }));

  it('stay in use: their progress is kept, and checksums are stored from then on', async () => {
    const earlier = embeddedTables(dir);
    await earlier.create([progress]);
    await earlier.write([{ table: progress as Table, values: ['totals', 0, 7, undefined, 'source-1'], version: 9 }]);
    expect((await readMarks(earlier, 'totals')).size).to.equal(0);
    await earlier.close();

    const tables = embeddedTables(dir);
    const claim = { pipeline: 'totals', runner: 'stream', checkpoints: undefined, clock: virtualClock() } as const;
    await claimTables(tables, [progress], claim);
    expect((await readMarks(tables, 'totals')).size).to.equal(0);
    await tables.write([{ table: sourceMarks as Table, values: ['totals', 0, 8, 3, 4_000_000_000], version: 10 }]);
    await tables.close();

    const reader = embeddedTables(dir, { readOnly: true });
    expect([...(await readProgress(reader, 'totals'))]).to.deep.equal([[0, { offset: 7, source: 'source-1' }]]);
    const mark = { epoch: 3, checksum: 4_000_000_000 };
    expect([...(await readMarks(reader, 'totals')).values()]).to.deep.equal([{ partition: 0, offset: 8, mark }]);
    await reader.close();
  });
});
