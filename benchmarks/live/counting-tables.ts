import type { Tables } from '@stockafolio/core/ports';

/** Tables that accept all rows and keep none: the cost of a pipeline without its sink. */
export function countingTables(): Tables & { rows: number } {
  const none = async function* (): AsyncGenerator<never> {};
  const made = {
    rows: 0,
    inKeyOrder: true,
    create: async () => undefined,
    write: async (rows: readonly unknown[]) => void (made.rows += rows.length),
    get: async () => undefined,
    scan: none,
    scanAll: none,
    close: async () => undefined,
  };
  return made;
}
