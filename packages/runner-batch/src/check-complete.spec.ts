import { expect } from 'chai';
import fc from 'fast-check';
import type { ArchivedFile, PartitionRange } from '@stockafolio/core/ports';
import { memoryArchive, type MemoryArchive } from '@stockafolio/testing';
import { checkComplete, missingPartitions } from './check-complete.js';

const file = (partition: number, day = '2026-01-05'): ArchivedFile => ({
  ...{ name: `${partition}`, partition, first: 0, last: 9, day },
});
const range = (partition: number, end: number, oldest = 0): PartitionRange => ({ partition, oldest, end });

describe('an archive', () => {
  let archive: MemoryArchive<unknown>;

  beforeEach(() => {
    archive = memoryArchive();
  });

  async function outcome(partitions: readonly number[], facts: { readonly partitions?: number } = {}): Promise<string> {
    for (const partition of partitions)
      await archive.write({ partition, first: 0, last: 0, day: '2026-01-05' }, { source: 's', ...facts }, []);
    return checkComplete(archive, await archive.files()).then(
      () => 'complete',
      ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
    );
  }
  const held = (...ranges: readonly PartitionRange[]): Promise<void> | undefined =>
    archive.writeExtent?.({ source: 's', at: Date.UTC(2026, 0, 5), ranges });

  it('with every partition is complete, even from an earlier version without an extent file', async () => {
    expect(await outcome([0, 1, 2, 3], { partitions: 4 })).to.equal('complete');
  });

  it('that lacks a partition with messages is rejected, naming it and its offsets', async () => {
    await held(range(0, 10), range(1, 20, 5), range(2, 10), range(3, 0));
    expect(await outcome([0, 2], { partitions: 4 })).to.equal(
      'ERR_ARCHIVE_INCOMPLETE: archive: nothing of partition 1 (offsets 5-19) of 4 is there; ' +
        'as the source was at 2026-01-05T00:00:00.000Z',
    );
  });

  it('that lacks partitions which are known to be empty, or emptied, is complete', async () => {
    await held(range(0, 10), range(1, 0), range(2, 70, 70), range(3, 10));
    expect(await outcome([0, 3], { partitions: 4 })).to.equal('complete');
  });

  it('from an earlier version that lacks partitions is rejected, because they may not have been empty', async () => {
    expect(await outcome([0, 2], { partitions: 4 }))
      .to.contain('nothing of partitions 1, 3 of 4 is there')
      .and.to.contain('it does not state whether they were empty');
  });

  it('that does not state the number of partitions is accepted as it is', async () => {
    expect(await outcome([0, 2])).to.equal('complete');
  });

  it('is checked against the present partitions of its source, if those were increased', async () => {
    await held(range(0, 10), range(1, 10), range(2, 0), range(3, 4));
    expect(await outcome([0, 1], { partitions: 2 })).to.contain('nothing of partition 3 (offsets 0-3) of 4 is there');
  });

  it('is not checked against the extent of another source', async () => {
    await archive.writeExtent?.({ source: 'another', at: 0, ranges: [range(0, 0), range(1, 0)] });
    expect(await outcome([0], { partitions: 2 })).to.contain('it does not state');
  });

  it('without a file counts as absent, and complete', async () => {
    await held(range(0, 10));
    expect(await outcome([])).to.equal('complete');
  });

  it('misses exactly the partitions that are neither present nor known to be empty', () => {
    const ends = fc.array(fc.option(fc.nat(3), { nil: undefined }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(ends, fc.subarray([0, 1, 2, 3, 4, 5, 6, 7]), fc.nat(8), (known, there, count) => {
        const ranges = known.flatMap((end, partition) => (end === undefined ? [] : [range(partition, end)]));
        const missing = missingPartitions(
          there.map((partition) => file(partition)),
          count,
          ranges,
        ).map(({ partition }) => partition);
        const wanted: number[] = [];
        for (let partition = 0; partition < 8; partition++) {
          const end = known[partition];
          const exists = partition < count || end !== undefined;
          if (exists && !there.includes(partition) && end !== 0) wanted.push(partition);
        }
        expect(missing).to.deep.equal(wanted);
      }),
    );
  });
});
