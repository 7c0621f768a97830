import { expect } from 'chai';
import { int64, record, stream, timestamp } from '@stockafolio/core';
import { type ArchivedHistory, type ArchiveEntry, markAfter } from '@stockafolio/core/ports';
import { memoryFiles } from '@stockafolio/testing';
import { archiveWriter, fileArchive } from './index.js';

const Tick = record('tick', { n: int64(), time: timestamp() });
const ticks = stream('ticks', Tick, { key: ({ n }) => String(n), time: ({ time }) => time });
type Entry = ArchiveEntry<{ n: number; time: number }>;
const good = (offset: number): Entry => ({ offset, ingested: offset, record: { n: offset, time: offset } });
const bad = (offset: number): Entry => ({ offset, ingested: offset, raw: Uint8Array.of(1), cause: 'bad' });

/** The facts in the files of one writer, two rows per row group. */
async function written(entries: readonly Entry[], history: ArchivedHistory | undefined): Promise<unknown[]> {
  const files = memoryFiles();
  const facts = { source: 'source-1', ...(history === undefined ? {} : { history }) };
  const range = { stream: ticks.name, partition: 0, day: '2020-01-01' };
  const writer = archiveWriter(files, Tick, { ...range, facts, rowGroupRows: 2 });
  await writer.append(entries);
  await writer.finish();
  const archive = fileArchive(files, ticks);
  return Promise.all((await archive.files()).map(async ({ name }) => (await archive.facts(name))?.history));
}

describe('the history of the source that a file of the archive stores', () => {
  it('is what its writer knew', async () => {
    const history = { firstEpoch: 0, lastEpoch: 4, checksum: 4_000_000_000 };
    expect(await written([good(5), good(6)], history)).to.deep.equal([{ firstOffset: 5, ...history }]);
    expect(await written([good(5)], { checksum: 0 })).to.deep.equal([{ firstOffset: 5, checksum: 0 }]);
    expect(await written([good(5)], undefined)).to.deep.equal([undefined]);
  });

  it('is, if one write makes two files, limited to what is true of each', async () => {
    const split = [good(0), good(1), bad(2), good(3)];
    // Only files with rejected messages have columns for them.
    expect(await written(split, { firstEpoch: 1, lastEpoch: 4, checksum: 9 })).to.deep.equal([
      { firstOffset: 0, firstEpoch: 1 },
      { firstOffset: 2, lastEpoch: 4, checksum: 9 },
    ]);
    expect(await written(split, { firstEpoch: 4, lastEpoch: 4, checksum: 9 })).to.deep.equal([
      { firstOffset: 0, firstEpoch: 4, lastEpoch: 4 },
      { firstOffset: 2, firstEpoch: 4, lastEpoch: 4, checksum: 9 },
    ]);
  });

  it('gives the checksum for the position after the file, if the file stores one', () => {
    expect(markAfter({ firstEpoch: 1, lastEpoch: 2, checksum: 3 })).to.deep.equal({ epoch: 2, checksum: 3 });
    expect(markAfter({ firstEpoch: 1, lastEpoch: 2 })).to.deep.equal({ epoch: 2 });
    expect(markAfter({ checksum: 3 })).to.deep.equal({ checksum: 3 });
    expect([markAfter({ firstEpoch: 1 }), markAfter(undefined)]).to.deep.equal([undefined, undefined]);
  });
});
