import type { Progress } from '@stockafolio/engine';
import type { Comparison } from '@stockafolio/runner-batch';
import type { WireComparison } from '../wire/types.js';

/**
 * A kept comparison for the API, beside the present progress of the live tables: what they have taken since was not
 * compared, and tables that were made anew, from another source or from the beginning, were not compared at all.
 */
export function wireComparison(kept: Comparison, present: ReadonlyMap<number, Progress>): WireComparison {
  const { comparedAt, against, day, isWhole, repaired, tables, differences } = kept;
  const before = new Map(kept.partitions.map((partition) => [partition.partition, partition]));
  const isOther = kept.partitions.some(({ partition, found, source }) => {
    const now = present.get(partition);
    return source !== null && (now === undefined || now.source !== source || now.offset < found);
  });
  const since = [...present].reduce(
    (sum, [partition, { offset }]) => sum + Math.max(0, offset - (before.get(partition)?.found ?? 0)),
    0,
  );
  const all = (counts: (table: (typeof tables)[number]) => number): number =>
    tables.reduce((sum, table) => sum + counts(table), 0);
  return {
    ...{ comparedAt: new Date(comparedAt).toISOString(), against, day, isWhole, repaired, since, isOther },
    ...{ compared: all(({ compared }) => compared), newer: all(({ newer }) => newer) },
    differences: all(({ changed, missing, extra, stale }) => changed + missing + extra + stale),
    partitions: kept.partitions.map(({ partition, expected, found }) => ({
      ...{ partition, expected, found, now: present.get(partition)?.offset ?? null },
    })),
    tables,
    first: differences.map(({ table, kind, key, columns }) => ({ table, kind, key, columns })),
  };
}
