import { expect } from 'chai';
import { isStockafolioError, jsonCodec } from '@stockafolio/core';
import type { ArchiveEntry, Tables } from '@stockafolio/core/ports';
import { MemoryStates } from '@stockafolio/engine';
import {
  memoryArchive,
  type MemoryArchive,
  memoryFiles,
  type MemoryFiles,
  memoryTables,
  virtualClock,
} from '@stockafolio/testing';
import { byUser, Sale, totals } from '../test/totals.js';
import type { BatchOptions } from './options.js';
import { runBatch, type BatchResult } from './run-batch.js';

const entry = (partition: number, offset: number): ArchiveEntry<Sale> => ({
  offset,
  ingested: offset,
  record: { user: `p${partition}-${offset % 5}`, amount: offset, time: offset },
});

describe('runBatch', () => {
  let archive: MemoryArchive<Sale>;
  let tables: Tables;
  let checkpoints: MemoryFiles;

  beforeEach(() => {
    archive = memoryArchive();
    tables = memoryTables();
    checkpoints = memoryFiles();
  });

  /** Archives files of ten messages for each of three partitions. */
  async function archived(files: number, from = 0, source = 'source-1'): Promise<void> {
    for (let partition = 0; partition < 3; partition++) {
      for (let n = from; n < from + files; n++) {
        const entries = Array.from({ length: 10 }, (_, i) => entry(partition, n * 10 + i));
        const file = { partition, first: n * 10, last: n * 10 + 9, day: `2020-01-0${n + 1}` };
        await archive.write(file, { source }, entries);
      }
    }
  }

  const run = (options: BatchOptions = {}, to: Tables = tables): Promise<BatchResult> =>
    runBatch(
      { pipeline: totals, codec: jsonCodec(Sale), archive, tables: to, checkpoints, clock: virtualClock() },
      options,
    );

  async function dump(from: Tables = tables): Promise<unknown[]> {
    const rows: unknown[] = [];
    for await (const row of from.scanAll(byUser)) rows.push(row);
    return rows;
  }

  /** The rows of a single run over everything archived, without earlier runs. */
  async function wanted(): Promise<unknown[]> {
    const made = memoryTables();
    const ports = { pipeline: totals, codec: jsonCodec(Sale), archive, tables: made, checkpoints: memoryFiles() };
    await runBatch({ ...ports, clock: virtualClock() });
    return dump(made);
  }

  const codeOf = (promise: Promise<unknown>): Promise<string | undefined> =>
    promise.then(
      () => undefined,
      (error: unknown) => (isStockafolioError(error) ? error.code : String(error)),
    );

  it('uses the store of states that it is given: one for each partition', async () => {
    await archived(2);
    const made: MemoryStates[] = [];
    const states = (): MemoryStates => {
      const store = new MemoryStates();
      made.push(store);
      return store;
    };
    const ports = { pipeline: totals, codec: jsonCodec(Sale), archive, tables, checkpoints, states };
    await runBatch({ ...ports, clock: virtualClock() });
    expect(made.map(({ size }) => size)).to.eql([5, 5, 5]);
    expect(await dump()).to.eql(await wanted());
  });

  it('processes what is archived up to a day, and continues from there', async () => {
    await archived(4);
    expect((await run({ day: '2020-01-02' })).records).to.equal(60);
    expect((await run({ day: '2020-01-02' })).records).to.equal(0);
    expect((await run()).records).to.equal(60);
    await archived(2, 4);
    expect((await run()).units.map(({ records, offset }) => [records, offset])).to.eql([
      [20, 60],
      [20, 60],
      [20, 60],
    ]);
    expect(await dump()).to.eql(await wanted());
  });

  it('gives the same rows from the start again, and replaces the checkpoints', async () => {
    await archived(3);
    await run({ day: '2020-01-01' });
    await run();
    const before = await dump();
    expect((await run({ fromStart: true })).records).to.equal(90);
    expect(await dump()).to.eql(before);
    expect(checkpoints.contents.size).to.equal(3);
    expect((await run()).records).to.equal(0);
  });

  it('continues with the remaining units after one has failed', async () => {
    await archived(3);
    let writes = 0;
    const failing: Tables = {
      ...tables,
      write: async (rows) => {
        if (++writes === 4) throw new Error('torn off');
        await tables.write(rows);
      },
    };
    expect(await codeOf(run({ writeRows: 3 }, failing))).to.equal('Error: torn off');
    await run({ writeRows: 3 });
    expect(await dump()).to.eql(await wanted());
  });

  it('keeps no checkpoint of a unit that it could not store, and repeats the unit', async () => {
    await archived(2);
    checkpoints.failWrite(2, new Error('full'));
    expect(await codeOf(run())).to.equal('Error: full');
    expect((await run()).records).to.equal(40);
    expect(await dump()).to.eql(await wanted());
  });

  it('names what is missing in the archive, before it writes anything', async () => {
    await archived(3);
    archive.contents.delete('2020-01-02/1/10-19');
    expect(await codeOf(run())).to.equal('ERR_ARCHIVE_GAP');
    expect(checkpoints.contents.size).to.equal(0);
  });

  it('names what is missing before the first remaining file', async () => {
    await archived(3);
    archive.contents.delete('2020-01-01/1/0-9');
    expect(await codeOf(run())).to.equal('ERR_ARCHIVE_GAP');
    expect(await codeOf(run({ day: '2020-01-02' }))).to.equal('ERR_ARCHIVE_GAP');
    expect(checkpoints.contents.size).to.equal(0);
  });

  it('needs no file that a checkpoint covers', async () => {
    await archived(3);
    await run({ day: '2020-01-01' });
    for (const partition of [0, 1, 2]) archive.contents.delete(`2020-01-01/${partition}/0-9`);
    expect((await run()).records).to.equal(60);
  });

  it('rejects tables that were made from another source', async () => {
    await archived(1);
    await run();
    archive = memoryArchive();
    await archived(1, 0, 'source-2');
    checkpoints = memoryFiles();
    expect(await codeOf(run())).to.equal('ERR_SOURCE_MISMATCH');
  });

  it('rejects checkpoints of other tables: only later rows would be written', async () => {
    await archived(2);
    await run();
    const emptied = memoryTables();
    for (const more of [0, 1]) {
      await archived(more, 2);
      expect(await codeOf(run({}, emptied)), `${more} files more`).to.equal('ERR_CHECKPOINTS_AHEAD');
      expect(await dump(emptied)).to.eql([]);
    }
    await run({ fromStart: true }, emptied);
    expect(await dump(emptied)).to.eql(await wanted());
    await archived(1, 3);
    expect((await run({}, emptied)).records).to.equal(30);
  });

  it('processes what lies before the end of a day, whatever day its invalid messages arrived', async () => {
    await archived(1);
    const raw = (offset: number): ArchiveEntry<Sale> => ({
      offset,
      ingested: offset,
      raw: new Uint8Array(1),
      cause: 'bad',
    });
    await archive.write({ partition: 0, first: 10, last: 10, day: '2020-02-02' }, { source: 'source-1' }, [raw(10)]);
    await archive.write({ partition: 0, first: 11, last: 11, day: '2020-01-01' }, { source: 'source-1' }, [
      entry(0, 11),
    ]);
    const { records, setAside } = await run({ day: '2020-01-01' });
    expect([records, setAside]).to.eql([32, 1]);
  });

  it('ends on its signal, and the current unit does not count as done', async () => {
    await archived(2);
    const stop = new AbortController();
    stop.abort();
    expect(await codeOf(run({ signal: stop.signal }))).to.equal('ERR_ABORTED');
    expect((await run()).records).to.equal(60);
  });

  it('does nothing if nothing is archived', async () => {
    expect(await run()).to.eql({ units: [], records: 0, setAside: 0, rows: 0 });
  });
});
