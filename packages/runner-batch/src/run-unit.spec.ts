import { expect } from 'chai';
import { isStockafolioError, jsonCodec } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import {
  memoryArchive,
  type MemoryArchive,
  memoryFiles,
  type MemoryFiles,
  memoryTables,
  virtualClock,
} from '@stockafolio/testing';
import { byUser, Sale, totals } from '../test/totals.js';
import type { BatchUnit, UnitResult } from './options.js';
import { prepareBatch } from './run-batch.js';
import { runUnit } from './run-unit.js';

describe('runUnit', () => {
  let archive: MemoryArchive<Sale>;
  let tables: Tables;
  let checkpoints: MemoryFiles;

  beforeEach(async () => {
    archive = memoryArchive();
    tables = memoryTables();
    checkpoints = memoryFiles();
    await archived(0);
  });

  /** Archives another ten messages. */
  async function archived(n: number): Promise<void> {
    const entries = Array.from({ length: 10 }, (_, i) => {
      const offset = n * 10 + i;
      return { offset, ingested: offset, record: { user: `u${offset % 3}`, amount: offset, time: offset } };
    });
    await archive.write(
      { partition: 0, first: n * 10, last: n * 10 + 9, day: '2020-01-01' },
      { source: 'source-1' },
      entries,
    );
  }

  const ports = (): Parameters<typeof runUnit<Sale>>[0] => ({
    ...{ pipeline: totals, codec: jsonCodec(Sale), archive, tables, checkpoints, clock: virtualClock() },
  });
  async function planned(): Promise<BatchUnit> {
    const [unit] = await prepareBatch(ports());
    if (unit === undefined) throw new Error('nothing to do');
    return unit;
  }
  const codeOf = (done: Promise<UnitResult>): Promise<string | undefined> =>
    done.then(
      () => undefined,
      (error: unknown) => (isStockafolioError(error) ? error.code : String(error)),
    );
  async function dump(): Promise<unknown[]> {
    const rows: unknown[] = [];
    for await (const row of tables.scanAll(byUser)) rows.push(row);
    return rows;
  }

  it('is done if its checkpoint is at its end: running it again changes nothing', async () => {
    for (const n of [1, 2]) {
      const unit = await planned();
      expect(unit.fresh).to.equal(n === 1);
      const first = await runUnit(ports(), unit);
      expect(first.records).to.equal(10);
      const rows = await dump();
      const second = await runUnit(ports(), unit);
      expect([second.offset, second.version]).to.eql([first.offset, first.version]);
      expect(await dump()).to.eql(rows);
      await archived(n);
    }
  });

  it('is rejected if the archive, as seen from where it runs, does not hold all of it', async () => {
    await archived(1);
    const unit = await planned();
    for (const file of ['2020-01-01/0/10-19', '2020-01-01/0/0-9']) {
      expect(archive.contents.delete(file)).to.equal(true);
      expect(await codeOf(runUnit(ports(), unit))).to.equal('ERR_ARCHIVE_GAP');
    }
    await archived(0);
    expect(await codeOf(runUnit(ports(), { ...unit, to: 11 }))).to.equal('ERR_ARCHIVE_GAP');
    expect(await codeOf(runUnit(ports(), { ...unit, partition: 7, to: 10 }))).to.equal('ERR_ARCHIVE_GAP');
    expect(await codeOf(runUnit(ports(), { ...unit, source: 'other', to: 10 }))).to.equal('ERR_SOURCE_MISMATCH');
    expect([await dump(), checkpoints.contents.size]).to.eql([[], 0]);
  });
});
