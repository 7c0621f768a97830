import type { Table, Value } from '@stockafolio/core';
import { compareKeys } from '@stockafolio/core';
import type { Mutation, StoredRow, Tables } from '@stockafolio/core/ports';

/** One row in which two sets of tables differ. */
export interface Difference {
  readonly table: Table;
  /**
   * `changed`: other values; `missing`: the row is not there; `extra`: nothing stands for it in the archive; `stale`:
   * an earlier version of it is there.
   */
  readonly kind: 'changed' | 'missing' | 'extra' | 'stale';
  readonly expected: StoredRow | undefined;
  readonly found: StoredRow | undefined;
}

export interface ReconcileOptions {
  /**
   * Rows of a later version are newer than what is expected, and not compared, unless that has the very version;
   * microseconds.
   */
  readonly upTo: number;
  /** Epoch milliseconds: what was expected to last until before then may be gone from a table with a ttl. */
  readonly now: number;
}

export interface ReconcileCounts {
  /** Rows that both sides have. */
  compared: number;
  /** Rows newer than what is expected. */
  newer: number;
}

/**
 * Compares tables with what they should hold, key by key; both are read a row at a time, and must give their rows in the
 * order of their keys (see `Tables.inKeyOrder`).
 */
export async function* reconcile(
  expected: Pick<Tables, 'scanAll'>,
  found: Pick<Tables, 'scanAll'>,
  tables: readonly Table[],
  options: ReconcileOptions,
  counts: ReconcileCounts,
): AsyncIterable<Difference> {
  for (const table of tables) {
    const left = expected.scanAll(table)[Symbol.asyncIterator]();
    const right = found.scanAll(table)[Symbol.asyncIterator]();
    let a = await left.next();
    let b = await right.next();
    while (a.done !== true || b.done !== true) {
      const want = a.done === true ? undefined : a.value;
      const have = b.done === true ? undefined : b.value;
      const order = want === undefined ? 1 : have === undefined ? -1 : compareKeys(table, want.values, have.values);
      const difference = compare(table, order <= 0 ? want : undefined, order >= 0 ? have : undefined, options, counts);
      if (difference !== undefined) yield difference;
      if (order <= 0) a = await left.next();
      if (order >= 0) b = await right.next();
    }
  }
}

/** The key of the row that differs. */
export function keyOf({ table, expected, found }: Difference): readonly Value[] {
  return (expected ?? found)?.values.slice(0, table.keyLength) ?? [];
}

/** What a repair goes by, all in microseconds. */
export interface RepairVersions {
  /** No record that is not archived yet has this version, nor an earlier one, in any partition. */
  readonly lowest: number;
  /** The latest version that any partition has come to. */
  readonly highest: number;
  /**
   * Lets every partition go on above the time of the day, so that a row which is written under that stays open to what follows.
   *
   * @returns that version; undefined where it cannot, since the tables are ahead of what is archived
   */
  raise(): Promise<number | undefined>;
}

/**
 * What mends a difference: the expected row, or its removal, just above the version that was found. A row that is missing may
 * have been removed since it was written: it is written as late as no other record's rows are.
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
 * Mends differences, and looks whether the rows are right then. A row that was changed or removed by hand bears the time of
 * the day as its version, or some of its columns do, or its tombstone: later than any of the archive's, and maybe than those
 * of records that are still to come. It is mended above that, once all partitions go on above it as well.
 *
 * @returns those that are not mended: `future`, changed under a version of the future; `open`, where partitions could not be
 * let go on above the repair, so that what follows would have been lost below it
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

/** Whether a row may have come of records that are not archived yet; of one version there is one row. */
export function isNewer({ expected, found }: Pick<Difference, 'expected' | 'found'>, upTo: number): boolean {
  return found !== undefined && found.version > upTo && found.version !== expected?.version;
}

/** Whether a row has every value that another has: one that lacks some was made so by hand, and is of no version. */
function isWhole({ values }: StoredRow, other: StoredRow): boolean {
  return values.every((value, n) => value !== undefined || other.values[n] === undefined);
}

function sameValues(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((value, n) => Object.is(value, b[n]));
}
