import { linesOf } from './run-command.js';

/** All rows of all tables, one per line, as `tables dump` prints them. */
export function dump(tables: string): Promise<readonly string[]> {
  return dumpOf(`embedded:${tables}`);
}

/** The same for tables anywhere. */
export function dumpOf(url: string): Promise<readonly string[]> {
  return linesOf(['tables', 'dump', '--tables', url]);
}

/** The rows of one table. */
export function dumpTable(tables: string, table: string): Promise<readonly string[]> {
  return linesOf(['tables', 'dump', table, '--tables', `embedded:${tables}`]);
}

/** The rows of one table in a dump of all. */
export function rowsOf(lines: readonly string[], table: string): readonly string[] {
  const before = `{"table":${JSON.stringify(table)},"row":`;
  return lines.filter((line) => line.startsWith(before)).map((line) => line.slice(before.length, -1));
}

/** @throws if the lines are not the same, showing the first that differ */
export function expectSameLines(found: readonly string[], expected: readonly string[], what: string): void {
  const differing: string[] = [];
  let count = 0;
  for (let n = 0; n < Math.max(found.length, expected.length); n++) {
    if (found[n] === expected[n]) continue;
    if (count++ < 5) differing.push(`line ${n + 1}: ${found[n] ?? '(none)'}\n  expected: ${expected[n] ?? '(none)'}`);
  }
  if (count === 0) return;
  throw new Error(`${what}: ${count} of ${expected.length} lines differ\n  ${differing.join('\n  ')}`);
}
