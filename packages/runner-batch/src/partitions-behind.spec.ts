import { expect } from 'chai';
import { memoryArchive, type MemoryArchive } from '@stockafolio/testing';
import { describeBehind, partitionsBehind } from './partitions-behind.js';

describe('partitions that stopped being archived', () => {
  let archive: MemoryArchive<unknown>;

  beforeEach(async () => {
    archive = memoryArchive();
    const days = ['2026-01-05', '2026-01-06', '2026-01-07'];
    for (const [n, day] of days.entries())
      await archive.write({ partition: 0, first: 10 * n, last: 10 * n + 9, day }, { source: 's' }, []);
    await archive.write({ partition: 1, first: 0, last: 9, day: '2026-01-05' }, { source: 's' }, []);
  });

  const held = (...ends: readonly number[]): Promise<void> | undefined =>
    archive.writeExtent?.({
      ...{ source: 's', at: 0 },
      ranges: ends.map((end, partition) => ({ partition, oldest: 0, end })),
    });
  const behind = async (day?: string): Promise<readonly number[]> =>
    (await partitionsBehind(archive, day)).map(({ partition }) => partition);

  it('are those whose source held more, while others continue to later days', async () => {
    await held(30, 25);
    expect(await behind()).to.deep.equal([1]);
    expect((await partitionsBehind(archive)).map(describeBehind)[0])
      .to.contain('partition 1 ends at offset 10, on 2026-01-05')
      .and.to.contain('held up to 25')
      .and.to.contain('2026-01-07');
  });

  it('are not those that were quiet', async () => {
    await held(30, 10);
    expect(await behind()).to.deep.equal([]);
  });

  it('are not those that are as far as the others on the requested day', async () => {
    await held(30, 25);
    expect(await behind('2026-01-05')).to.deep.equal([]);
    expect(await behind('2026-01-06')).to.deep.equal([1]);
  });

  it('are none if a file of today waits to be written', async () => {
    await held(35, 10);
    expect(await behind()).to.deep.equal([]);
  });

  it('are not known in an archive without an extent file', async () => {
    expect(await behind()).to.deep.equal([]);
  });
});
