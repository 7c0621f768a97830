import type { Pipeline } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';
import { memoryTables } from '@stockafolio/core/testing';

/**
 * Tables that count the rows of a pipeline and do not store them: the cost of a pipeline without its sink. The library's
 * own tables are stored, because a stream compares its progress with them and would go back if it were missing.
 */
export function countingTables({ plan }: Pipeline): Tables & { rows: number } {
  const { create, get, scan, scanAll, close, write } = memoryTables();
  const counted = new Set(plan.tables.map(({ name }) => name));
  const made = {
    rows: 0,
    inKeyOrder: true,
    write: async (rows: readonly Mutation[]) => {
      const kept = rows.filter(({ table }) => !counted.has(table.name));
      made.rows += rows.length - kept.length;
      if (kept.length > 0) await write(kept);
    },
    ...{ create, get, scan, scanAll, close },
  };
  return made;
}
