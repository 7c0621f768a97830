import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError, jsonCodec } from '@stockafolio/core';
import type { ArchivedHistory, ArchiveEntry } from '@stockafolio/core/ports';
import { findCheckpoint, progress, readMarks } from '@stockafolio/engine';
import { memoryArchive, memoryFiles, memoryTables, virtualClock } from '@stockafolio/testing';
import { byUser, Sale, totals } from '../test/totals.js';
import { checkOneHistory, type FileHistory, seenAt } from './archived-history.js';
import type { BatchOptions } from './options.js';
import { prepareBatch, runBatch } from './run-batch.js';

const entry = (offset: number): ArchiveEntry<Sale> => ({
  offset,
  ingested: offset,
  record: { user: `p${offset % 5}`, amount: offset, time: offset },
});

/** An archive of one partition, and the outcome of a batch over it. */
class UnderTest {
  archive = memoryArchive<Sale>();
  tables = memoryTables();
  checkpoints = memoryFiles();
  files = 0;

  /** Adds a file of ten messages. */
  async file(history?: ArchivedHistory): Promise<void> {
    const first = 10 * this.files++;
    const entries = Array.from({ length: 10 }, (_, n) => entry(first + n));
    const facts = { source: 'source-1', ...(history === undefined ? {} : { history }) };
    await this.archive.write({ partition: 0, first, last: first + 9, day: '2020-01-01' }, facts, entries);
  }

  async run(options: BatchOptions = {}): Promise<string> {
    const { archive, tables, checkpoints } = this;
    const ports = { pipeline: totals, codec: jsonCodec(Sale), archive, tables, checkpoints, clock: virtualClock() };
    try {
      return `${(await runBatch(ports, options)).records} records`;
    } catch (error) {
      if (isStockafolioError(error)) return error.code;
      throw error;
    }
  }

  async rows(): Promise<number> {
    let rows = 0;
    for (const table of [byUser, progress]) for await (const _ of this.tables.scanAll(table)) rows += _ ? 1 : 0;
    return rows;
  }
}

const of = (firstEpoch: number, lastEpoch = firstEpoch, checksum = 7): ArchivedHistory => ({
  firstEpoch,
  lastEpoch,
  checksum,
});

describe('a batch over an archive of two histories', () => {
  let at: UnderTest;
  beforeEach(() => {
    at = new UnderTest();
  });

  it('is rejected if a file has an epoch below that of the file before, and nothing is written', async () => {
    for (const history of [of(0), of(0, 5), of(3, 6)]) await at.file(history);
    for (let start = 0; start < 2; start++) expect(await at.run()).to.equal('ERR_SOURCE_DIVERGED');
    expect(await at.rows()).to.equal(0);
  });

  it('is rejected before a repartition, for every partition that would read it', async () => {
    for (const history of [of(0, 5), of(3, 6)]) await at.file(history);
    const { archive, tables, checkpoints } = at;
    const ports = { pipeline: totals, codec: jsonCodec(Sale), archive, tables, checkpoints, clock: virtualClock() };
    const planned = await prepareBatch(ports, { repartition: 2 }).catch((error: unknown) => error);
    expect(isStockafolioError(planned, 'ERR_SOURCE_DIVERGED')).to.equal(true);
    expect(await at.rows()).to.equal(0);
  });

  it('is rejected if the file after its checkpoint has an earlier epoch', async () => {
    await at.file(of(4, 5));
    expect(await at.run()).to.equal('10 records');
    await at.file(of(4));
    expect(await at.run()).to.equal('ERR_SOURCE_DIVERGED');
  });

  for (const [what, history] of [
    ['another last message', of(0, 1, 8)],
    ['another epoch', of(0, 2, 7)],
  ] as const) {
    it(`is rejected if checkpoints and tables continue from a file that now has ${what}`, async () => {
      await at.file(of(0, 1, 7));
      expect(await at.run()).to.equal('10 records');
      at.files = 0;
      await at.file(history);
      await at.file(of(2));
      expect(await at.run()).to.equal('ERR_SOURCE_DIVERGED');
      // Tables of the other history are also useless for a run from the start; new tables are needed.
      expect(await at.run({ fromStart: true })).to.equal('ERR_SOURCE_DIVERGED');
      at.tables = memoryTables();
      at.checkpoints = memoryFiles();
      expect(await at.run({ fromStart: true })).to.equal('20 records');
    });
  }

  it('runs if epochs rise, and if files of earlier versions state none', async () => {
    for (const history of [undefined, of(0, 1), of(1), undefined, of(1, 9), of(9)]) await at.file(history);
    expect(await at.run()).to.equal('60 records');
    await at.file(of(9));
    expect(await at.run()).to.equal('10 records');
  });

  it('stores the mark of the last message in checkpoint and tables, for the stream to continue from', async () => {
    for (const history of [of(0, 1, 5), of(2, 3, 6)]) await at.file(history);
    await at.run();
    const mark = { epoch: 3, checksum: 6 };
    const chain = await findCheckpoint(at.checkpoints, totals.name, 0, () => undefined);
    expect(chain?.last.header.position).to.deep.include({ offset: 20, mark });
    expect([...(await readMarks(at.tables, totals.name))]).to.deep.equal([[0, { partition: 0, offset: 20, mark }]]);
  });

  it('stores none if the last file does not state one', async () => {
    for (const history of [of(0, 1, 5), undefined]) await at.file(history);
    await at.run();
    const chain = await findCheckpoint(at.checkpoints, totals.name, 0, () => undefined);
    expect(chain?.last.header.position).to.not.have.property('mark');
    expect((await readMarks(at.tables, totals.name)).size).to.equal(0);
  });
});

describe('files of one history', () => {
  /**
   * The epoch of every offset, and the files into which the offsets are cut; a file may begin within the one before.
   */
  const history = fc.record({
    rises: fc.array(fc.nat({ max: 2 }), { minLength: 60, maxLength: 60 }),
    sizes: fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 12 }), overlap: fc.nat({ max: 3 }), told: fc.boolean() }),
      {
        minLength: 1,
        maxLength: 8,
      },
    ),
  });

  it('are never mistaken for files of two, whichever of them state epochs, even if they overlap', () => {
    fc.assert(
      fc.property(history, ({ rises, sizes }) => {
        let epoch = 0;
        // Most messages have the epoch of the message before.
        const epochs = rises.map((rise) => (epoch += Math.max(0, rise - 1)));
        let next = 0;
        const files = sizes.flatMap(({ size, overlap, told }, n) => {
          const firstOffset = Math.max(0, next - overlap);
          const first = next;
          const last = first + size - 1;
          next = last + 1;
          if (last >= epochs.length) return [];
          const file = { name: `file ${n}`, partition: 0, first, last, day: '2020-01-01' };
          const known = { firstOffset, firstEpoch: epochs[firstOffset] ?? 0, lastEpoch: epochs[last] ?? 0 };
          return [{ file, history: told ? known : {} }];
        });
        checkOneHistory(0, files, { partition: 0, offset: 0 });
        const middle = files[Math.floor(files.length / 2)];
        if (middle === undefined) return;
        const from = middle.file.first;
        const mark = from === 0 ? {} : { epoch: epochs[from - 1] ?? 0 };
        checkOneHistory(0, files.slice(files.indexOf(middle)), { partition: 0, offset: from, mark });
      }),
      { numRuns: 500 },
    );
  });
});

describe('what was read of writers, at the end of a unit', () => {
  const fileTo = (first: number, last: number, writers?: Readonly<Record<string, number>>): FileHistory => ({
    file: { name: `${first}`, partition: 0, first, last, day: '2020-01-01' },
    history: {},
    ...(writers === undefined ? {} : { writers }),
  });
  const files = [fileTo(0, 9, { a: 4 }), fileTo(10, 19, { a: 7, b: 2 })];

  it('is known at the end of a file, and behind it', () => {
    expect(seenAt(files, 10, { offset: 0 })).to.deep.equal({ writers: { a: 4 } });
    expect(seenAt(files, 20, { offset: 0 })).to.deep.equal({ writers: { a: 7, b: 2 } });
    expect(seenAt(files, 23, { offset: 12 })).to.deep.equal({ writers: { a: 7, b: 2 } });
  });

  it('is known within a file from its beginning, or from where the unit began', () => {
    expect(seenAt(files, 15, { offset: 0 })).to.deep.equal({ writers: { a: 4 }, before: 10 });
    const seen = { writers: { a: 6 } };
    expect(seenAt(files, 15, { offset: 12, seen })).to.deep.equal({ writers: { a: 6 }, before: 12 });
    expect(seenAt(files, 12, { offset: 12, seen })).to.equal(seen);
  });

  it('is nothing where no writer was met', () => {
    expect(seenAt([fileTo(0, 9)], 10, { offset: 0 })).to.equal(undefined);
  });
});
