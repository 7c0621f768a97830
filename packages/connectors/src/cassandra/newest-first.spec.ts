import { days, int32, table, text, timestamp } from '@stockafolio/core';
import type { StoredRow } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { isNewestFirst, newestFirst, type TimeRange } from './newest-first.js';

const columns = { user: text(), time: timestamp(), id: text(), size: int32() };
const key = { partitionBy: ['user'], clusterBy: ['time', 'id'], descending: ['time'] } as const;
const trades = table('trades', { ...key, ttl: 1_000 }, columns);

class Refused extends Error {}
const NOW = 1_000_000;
const PAGE = 3;

interface Stored {
  readonly time: number;
  readonly id: string;
  readonly isExpired: boolean;
}

/** A partition of a server that returns rows by pages, and refuses a page that passes too many expired rows. */
class Partition {
  /** Expired rows that it passed. */
  passed = 0;
  readonly #rows: readonly Stored[];
  readonly #most: number;

  constructor(rows: readonly Stored[], most: number) {
    this.#rows = [...rows].sort((a, b) => b.time - a.time || (a.id < b.id ? -1 : 1));
    this.#most = most;
  }

  async *read({ from = -Infinity, to = Infinity }: TimeRange): AsyncGenerator<StoredRow> {
    let page: StoredRow[] = [];
    let expired = 0;
    for (const { time, id, isExpired } of this.#rows) {
      if (time < from || time >= to) continue;
      if (isExpired) {
        this.passed++;
        if (++expired > this.#most) throw new Refused();
      } else if (page.push({ values: ['ann', time, id, 1], version: time }) === PAGE) {
        yield* page;
        page = [];
        expired = 0;
      }
    }
    yield* page;
  }
}

async function idsOf(partition: Partition): Promise<unknown[]> {
  const ids: unknown[] = [];
  const read = (range: TimeRange): AsyncIterable<StoredRow> => partition.read(range);
  const isRefused = (error: unknown): boolean => error instanceof Refused;
  for await (const { values } of newestFirst({ table: trades, now: NOW, read, isRefused })) ids.push(values[2]);
  return ids;
}

describe('a partition whose rows expire, newest first,', () => {
  it('is read whole, each row once and in order, past any number of expired rows', async () => {
    const row = fc.record({
      // Some times have several rows; some rows are older than their time to live, and some are in the future.
      time: fc.oneof(fc.integer({ min: NOW - 5_000, max: NOW + 50 }), fc.integer({ min: -NOW, max: NOW })),
      isExpired: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), async (rows, most) => {
        // No more rows of one time than the server passes: such rows cannot be read in parts.
        const perTime = new Map<number, number>();
        const stored = rows
          .filter(({ time }) => {
            const count = (perTime.get(time) ?? 0) + 1;
            perTime.set(time, count);
            return count <= most;
          })
          .map((each, n) => ({ ...each, id: String(n).padStart(3, '0') }));
        const wanted = stored
          .filter(({ isExpired }) => !isExpired)
          .sort((a, b) => b.time - a.time || (a.id < b.id ? -1 : 1))
          .map(({ id }) => id);
        expect(await idsOf(new Partition(stored, most))).to.deep.equal(wanted);
      }),
      { numRuns: 1_000 },
    );
  });

  it('passes at most three times the expired rows that are older than the time to live', async () => {
    const rows = Array.from({ length: 10_000 }, (_, n) => ({
      time: NOW - 1_000 - n,
      id: String(n),
      isExpired: true,
    }));
    const partition = new Partition([...rows, { time: NOW - 5, id: 'new', isExpired: false }], 1_000);
    expect(await idsOf(partition)).to.deep.equal(['new']);
    expect(partition.passed).to.be.below(30_000);
  });

  it('fails as the server does if a single time has too many', async () => {
    const rows = Array.from({ length: 5 }, (_, n) => ({ time: NOW - 10, id: String(n), isExpired: true }));
    let failed: unknown;
    await idsOf(new Partition(rows, 4)).catch((error: unknown) => (failed = error));
    expect(failed).to.be.instanceOf(Refused);
  });

  it('is recognised by its table: a time to live, and a descending time as first clustering column', () => {
    expect(isNewestFirst(trades)).to.equal(true);
    expect(isNewestFirst(table('forever', key, columns))).to.equal(false);
    expect(isNewestFirst(table('rising', { ...key, descending: [], ttl: days(1) }, columns))).to.equal(false);
    expect(isNewestFirst(table('single', { partitionBy: ['user'], ttl: days(1) }, columns))).to.equal(false);
  });
});
