import type { Table, Value } from '@stockafolio/core';
import { type Mutation, type StoredRow, type Tables, compareKeys } from '@stockafolio/core/ports';

/** One row in which two sets of tables differ. */
export interface Difference {
  readonly table: Table;
  /**
   * `changed`: it has other values; `missing`: the row does not exist; `extra`: nothing in the archive explains the
   * row; `stale`: an earlier version of it exists.
   */
  readonly kind: 'changed' | 'missing' | 'extra' | 'stale';
  readonly expected: StoredRow | undefined;
  readonly found: StoredRow | undefined;
}

export interface ReconcileOptions {
  /**
   * Rows of a later version are newer than the expected ones. They are not compared, unless the expected row has the
   * same version. In microseconds.
   */
  readonly upTo: number;
  /** Epoch milliseconds: an expected row that expires before this time may be gone from a table with a ttl. */
  readonly now: number;
  /** Called at the end of each table, with the counts of it alone. */
  readonly onTable?: (table: Table, counts: ReconcileCounts) => void;
}

export interface ReconcileCounts {
  /** Rows that both sides have. */
  compared: number;
  /** Rows newer than the expected ones. */
  newer: number;
}

/**
 * Compares tables with their expected content, key by key. Both are read one row at a time, and must return their rows
 * in key order (see `Tables.inKeyOrder`).
 */
export async function* reconcile(
  expected: Pick<Tables, 'scanAll'>,
  found: Pick<Tables, 'scanAll'>,
  tables: readonly Table[],
  options: ReconcileOptions,
  counts: ReconcileCounts,
): AsyncIterable<Difference> {
  for (const table of tables) {
    const own = { compared: 0, newer: 0 };
    const left = expected.scanAll(table)[Symbol.asyncIterator]();
    const right = found.scanAll(table)[Symbol.asyncIterator]();
    let a = await left.next();
    let b = await right.next();
    while (a.done !== true || b.done !== true) {
      const want = a.done === true ? undefined : a.value;
      const have = b.done === true ? undefined : b.value;
      const order = want === undefined ? 1 : have === undefined ? -1 : compareKeys(table, want.values, have.values);
      const difference = compare(table, order <= 0 ? want : undefined, order >= 0 ? have : undefined, options, own);
      if (difference !== undefined) yield difference;
      if (order <= 0) a = await left.next();
      if (order >= 0) b = await right.next();
    }
    counts.compared += own.compared;
    counts.newer += own.newer;
    options.onTable?.(table, own);
  }
}

/** The key of the row that differs. */
export function keyOf({ table, expected, found }: Difference): readonly Value[] {
  return (expected ?? found)?.values.slice(0, table.keyLength) ?? [];
}

/** The versions that a repair uses, all in microseconds. */
export interface RepairVersions {
  /** No record that is not archived yet has this version or an earlier one, in any partition. */
  readonly lowest: number;
  /** The latest version that any partition has reached. */
  readonly highest: number;
  /**
   * Raises every partition above the present time, so that a row which is written below that version stays open to
   * later changes.
   *
   * @returns that version; undefined if it is impossible, because the tables are ahead of the archive
   */
  raise(): Promise<number | undefined>;
}

/**
 * The mutation that repairs a difference: the expected row, or its deletion, just above the version that was found. A
 * missing row may have been deleted after it was written. So it is written with the latest version that is still below
 * any other record's rows.
 */
function repair(difference: Difference, lowest: number): Mutation {
  const { table, expected, found } = difference;
  if (expected === undefined) {
    return {
      table,
      values: keyOf(difference),
      version: (found?.version ?? 0) + 1,
      deleted: true,
    };
  }
  const above = found === undefined ? lowest : found.version + 1;
  const version = Math.max(above, expected.version);
  return { table, values: expected.values, version };
}

/**
 * Repairs differences, and checks whether the rows are right then. A row that was changed or deleted by hand has the
 * time of the change as its version, or some of its columns or its tombstone have it. That is later than any version of
 * the archive, and maybe later than those of future records. So it is repaired above that version, once all partitions
 * write above it as well.
 *
 * @returns those that are not repaired: `future`, changed under a version in the future; `open`, if the partitions
 * could not be raised above the repair, so that later changes would have been lost below it
 */
export async function mend(
  tables: Pick<Tables, 'get' | 'write'>,
  differences: readonly Difference[],
  versions: RepairVersions,
): Promise<{ readonly future: readonly Difference[]; readonly open: readonly Difference[] }> {
  const { lowest, highest } = versions;
  const repairs = differences.map((difference) => ({ difference, mutation: repair(difference, lowest) }));
  const plain = repairs.filter(({ mutation }) => mutation.version <= highest);
  await tables.write(plain.map(({ mutation }) => mutation));
  const byHand = [
    ...repairs.filter(({ mutation }) => mutation.version > highest).map(({ difference }) => difference),
    ...(await stillDifferent(
      tables,
      plain.map(({ difference }) => difference),
    )),
  ];
  if (byHand.length === 0) return { future: [], open: [] };
  const version = await versions.raise();
  if (version === undefined) return { future: [], open: byHand };
  await tables.write(byHand.map((difference) => ({ ...repair(difference, lowest), version })));
  return { future: await stillDifferent(tables, byHand), open: [] };
}

async function stillDifferent(
  tables: Pick<Tables, 'get'>,
  differences: readonly Difference[],
): Promise<readonly Difference[]> {
  const rows = await Promise.all(differences.map((difference) => tables.get(difference.table, keyOf(difference))));
  return differences.filter(({ expected }, n) => {
    const row = rows[n];
    if (expected === undefined || row === undefined) return expected !== undefined || row !== undefined;
    return !sameValues(expected.values, row.values);
  });
}

function compare(
  table: Table,
  expected: StoredRow | undefined,
  found: StoredRow | undefined,
  options: ReconcileOptions,
  counts: ReconcileCounts,
): Difference | undefined {
  if (expected !== undefined && found !== undefined) {
    counts.compared++;
    if (sameValues(expected.values, found.values)) return undefined;
    if (isNewer({ expected, found }, options.upTo)) {
      counts.newer++;
      return undefined;
    }
    const stale = found.version < expected.version && isWhole(found, expected);
    return { table, kind: stale ? 'stale' : 'changed', expected, found };
  }
  if (expected !== undefined) {
    if (table.ttl !== undefined && expected.version / 1000 + table.ttl < options.now) return undefined;
    return { table, kind: 'missing', expected, found };
  }
  if (isNewer({ expected, found }, options.upTo)) {
    counts.newer++;
    return undefined;
  }
  return { table, kind: 'extra', expected, found };
}

/** Whether a row may come from records that are not archived yet; one version has one row. */
export function isNewer({ expected, found }: Pick<Difference, 'expected' | 'found'>, upTo: number): boolean {
  return found !== undefined && found.version > upTo && found.version !== expected?.version;
}

/**
 * Whether a row has every value that another row has: a row that lacks some was changed by hand, and has no single
 * version.
 */
function isWhole({ values }: StoredRow, other: StoredRow): boolean {
  return values.every((value, n) => value !== undefined || other.values[n] === undefined);
}

function sameValues(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((value, n) => Object.is(value, b[n]));
}
