import type { Pipeline, Table } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import { memoryTables } from '@stockafolio/testing';

/**
 * Tables that count the rows of a pipeline and do not store them: the cost of a pipeline without its sink. The library's
 * own tables are stored, because a stream compares its progress with them and would go back if it were missing.
 */
export function countingTables({ plan }: Pipeline): Tables & { rows: number } {
  const { create, get, scan, scanAll, close, write } = memoryTables();
  const counted = new Set<Table>(plan.tables);
  const made = {
    rows: 0,
    inKeyOrder: true,
    write: async (rows: readonly Mutation[]) => {
      const kept: Mutation[] = [];
      let last: Table | undefined;
      let isCounted = false;
      // Rows come table by table, so that few of them are looked up.
      for (const row of rows) {
        if (row.table !== last) isCounted = counted.has((last = row.table));
        if (isCounted) made.rows++;
        else kept.push(row);
      }
      if (kept.length > 0) await write(kept);
    },
    ...{ create, get, scan, scanAll, close },
  };
  return made;
}
