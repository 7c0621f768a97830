import type { Tables } from '@stockafolio/core/ports';

/** Tables that take all rows and keep none: what a pipeline costs without its sink. */
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
