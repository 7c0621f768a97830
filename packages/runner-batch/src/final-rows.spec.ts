import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  jsonCodec,
  type Mutable,
  pipeline,
  record,
  table,
  text,
  timestamp,
  tumblingWindow,
} from '@stockafolio/core';
import { type ArchiveEntry, formatRow, type Tables } from '@stockafolio/core/ports';
import { memoryArchive, memoryFiles, memoryTables, virtualClock } from '@stockafolio/testing';
import { Sale, sales } from '../test/totals.js';
import { runBatch } from './run-batch.js';

const Sum = record('sum', { amount: int64() });
const add = (sum: Mutable<Infer<typeof Sum>>, { amount }: Sale): void => void (sum.amount += amount);
const byUser = table('by_user', { partitionBy: ['user'] }, { user: text(), amount: int64() });
const byWindow = table(
  'by_window',
  { partitionBy: ['user'], clusterBy: ['start'] },
  { user: text(), start: timestamp(), amount: int64() },
);
const totals = pipeline('totals', { sales }, ({ sales }) => [
  into(byUser, sales.pipe(foldByKey('sums', { key: (s) => [s.user], state: Sum, fold: add }))),
  into(
    byWindow,
    sales.pipe(
      tumblingWindow('windows', { size: 10, allowedLateness: 1_000, key: (s) => [s.user], state: Sum, fold: add }),
      map(({ window: { start }, key: [user], value }) => ({ user, start, ...value })),
    ),
  ),
]);

describe('a batch writes final values', () => {
  /** Runs sales, each up to 90 ms late, in one partition; returns the rows of the tables, and the writes. */
  async function run(late: readonly number[], writeRows: number): Promise<{ rows: string[]; written: string[] }> {
    const archive = memoryArchive<Sale>();
    const entries = late.map((behind, offset): ArchiveEntry<Sale> => {
      const time = 1_000 + offset * 5 - behind;
      return { offset, ingested: time, record: { user: `u${offset % 2}`, amount: offset, time } };
    });
    await archive.write(
      { partition: 0, first: 0, last: late.length - 1, day: '2020-01-01' },
      { source: 'sales-1' },
      entries,
    );
    const inner = memoryTables();
    const written: string[] = [];
    const tables: Tables = {
      ...inner,
      write: async (mutations) => {
        for (const { table, values } of mutations)
          written.push(`${table.name} ${values.slice(0, table.keyLength).join()}`);
        await inner.write(mutations);
      },
    };
    const ports = { pipeline: totals, codec: jsonCodec(Sale), archive, tables, checkpoints: memoryFiles() };
    await runBatch({ ...ports, clock: virtualClock() }, { writeRows });
    const rows: string[] = [];
    for (const one of [byUser, byWindow]) {
      for await (const { values, version } of inner.scanAll(one)) rows.push(`${version} ${formatRow(one, values)}`);
    }
    return { rows, written };
  }

  const delays = fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 80 });

  it('once per row, however late records are, if the rows that may change again fit', async () => {
    await fc.assert(
      fc.asyncProperty(delays, async (late) => {
        const { written } = await run(late, 1_000);
        expect(written).to.have.length(new Set(written).size);
      }),
    );
  });

  it('with the same rows and versions, however few it holds back', async () => {
    await fc.assert(
      fc.asyncProperty(delays, fc.integer({ min: 1, max: 12 }), async (late, writeRows) => {
        expect((await run(late, writeRows)).rows).to.deep.equal((await run(late, 1_000)).rows);
      }),
    );
  });
});
