import { expect } from 'chai';
import { expectCode } from '@stockafolio/conformance';
import type { Files } from '@stockafolio/core/ports';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import { copyFiles } from '../copy/index.js';
import { archiveId, readExtent, writeExtent } from './archive-signs.js';

const placed = (location: string): MemoryFiles & { location: string } => Object.assign(memoryFiles(), { location });

describe('the metadata files of an archive', () => {
  it('hold an id that stays the same and is unique to the archive', async () => {
    const files = placed('mem:a');
    const id = await archiveId(files, 'sales', 1_000);
    expect(await archiveId(files, 'sales', 2_000)).to.equal(id);
    expect(await archiveId(placed('mem:b'), 'sales', 1_000)).to.not.equal(id);
    expect(await archiveId(files, 'others', 2_000)).to.not.equal(id);
  });

  it('are copied with the archive', async () => {
    const from = placed('mem:a');
    const id = await archiveId(from, 'sales', 1_000);
    const extent = { source: 's', at: 5, ranges: [{ partition: 0, oldest: 0, end: 7 }] };
    await writeExtent(from, 'sales', extent);
    const to = placed('mem:b');
    await copyFiles(from, to);
    expect(await archiveId(to, 'sales', 2_000)).to.equal(id);
    expect(await readExtent(to, 'sales')).to.deep.equal(extent);
  });

  it('hold no id if no other process can open the archive', async () => {
    const files: Files = memoryFiles();
    expect(await archiveId(files, 'sales', 1_000)).to.equal(undefined);
  });

  it('have names that readers of whole Parquet folders skip', async () => {
    const files = placed('mem:a');
    await archiveId(files, 'sales', 1_000);
    await writeExtent(files, 'sales', { source: 's', at: 5, ranges: [] });
    expect([...files.contents.keys()].every((name) => name.startsWith('sales/_'))).to.equal(true);
  });

  it('give no extent of the source if none was written, and reject a damaged one', async () => {
    const files = placed('mem:a');
    expect(await readExtent(files, 'sales')).to.equal(undefined);
    for (const text of ['', 'null', '{}', '{"source":"s","at":1,"ranges":[{"partition":0}]}', '{"source":"s"']) {
      files.contents.set('sales/_source.json', new TextEncoder().encode(text));
      await expectCode('ERR_PARQUET_CORRUPT', () => readExtent(files, 'sales'));
    }
  });
});
