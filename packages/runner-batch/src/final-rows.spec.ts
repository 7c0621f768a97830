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
  sessionWindow,
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
const bySession = table(
  'by_session',
  { partitionBy: ['user'], clusterBy: ['start'] },
  { user: text(), start: timestamp(), amount: int64() },
);
const GAP = 25;
const totals = pipeline('totals', { sales }, ({ sales }) => [
  into(byUser, sales.pipe(foldByKey('sums', { key: (s) => [s.user], state: Sum, fold: add }))),
  into(
    byWindow,
    sales.pipe(
      tumblingWindow('windows', { size: 10, allowedLateness: 1_000, key: (s) => [s.user], state: Sum, fold: add }),
      map(({ window: { start }, key: [user], value }) => ({ user, start, ...value })),
    ),
  ),
  // Its rows go again where a late record joins two sessions.
  into(
    bySession,
    sales.pipe(
      sessionWindow('sessions', {
        ...{ gap: GAP, allowedLateness: 1_000, key: ['user'], state: Sum, fold: add },
        merge: (sum, { amount }) => void (sum.amount += amount),
      }),
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
    for (const one of [byUser, byWindow, bySession]) {
      for await (const { values, version } of inner.scanAll(one))
        rows.push(`${one.name} ${version} ${formatRow(one, values)}`);
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

  it('without the rows of sessions that late records have joined to others', async () => {
    await fc.assert(
      fc.asyncProperty(delays, fc.integer({ min: 1, max: 50 }), async (late, writeRows) => {
        const expected = ['u0', 'u1'].flatMap((user) => {
          const mine = late
            .map((behind, offset) => ({ offset, time: 1_000 + offset * 5 - behind }))
            .filter(({ offset }) => `u${offset % 2}` === user)
            .sort((x, y) => x.time - y.time);
          const sessions: { user: string; start: number; amount: number }[] = [];
          mine.forEach(({ offset, time }, n) => {
            const before = mine[n - 1]?.time ?? Number.NEGATIVE_INFINITY;
            if (time - before >= GAP) sessions.push({ user, start: time, amount: offset });
            else (sessions.at(-1) ?? { amount: 0 }).amount += offset;
          });
          return sessions.map(({ start, amount }) => formatRow(bySession, [user, start, amount]));
        });
        const { rows } = await run(late, writeRows);
        const sessions = rows.filter((row) => row.startsWith('by_session ')).map((row) => row.slice(row.indexOf('{')));
        expect(sessions).to.deep.equal(expected);
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
