import { rowObject, type Table, type Value } from '@stockafolio/core';
import type { Mutation, StoredRow, Tables } from '@stockafolio/core/ports';
import { latestPrices, positions, userTotals } from '@stockafolio/example';

/** Rows with planted faults, of one kind that reconcile distinguishes. */
export interface Planted {
  readonly kind: 'changed' | 'missing' | 'extra' | 'stale';
  /** As reconcile names them, sorted: `positions (ann, IBM)`. */
  readonly names: readonly string[];
  /** The mutations that make them wrong. */
  readonly rows: readonly Mutation[];
}

/** This many rows to change, to delete, and to add where none exist. */
export async function plantFaults(tables: Tables, count: number): Promise<readonly Planted[]> {
  const changed = (await someRows(tables, positions, count)).map(({ values, version }) =>
    withColumn(positions, values, 'quantity', version + 1),
  );
  // The repair of a missing row is written just above the newest version of all, and must win over the delete.
  const users = (await someRows(tables, userTotals, count + 1)).sort((a, b) => a.version - b.version);
  const removed = users.slice(0, count).map(({ values, version }): Mutation => {
    return { table: userTotals, values: values.slice(0, userTotals.keyLength), version: version + 1, deleted: true };
  });
  const added = Array.from({ length: count }, (_, n): Mutation => {
    return { table: userTotals, values: [`nobody ${n}`, 1, 1n, 1, 0, 0], version: 1 };
  });
  return [planted('changed', changed), planted('missing', removed), planted('extra', added)];
}

/**
 * All rows of a table, this many of them in an earlier version. They must be written to an empty table: a store keeps
 * the highest version, so only a store restored from an old copy holds such rows.
 */
export async function plantStale(tables: Tables, count: number): Promise<{ all: readonly Mutation[]; stale: Planted }> {
  const rows = await someRows(tables, latestPrices, Number.POSITIVE_INFINITY);
  const all = rows.map(({ values, version }, n): Mutation =>
    n < count ? withColumn(latestPrices, values, 'price', version - 1) : { table: latestPrices, values, version },
  );
  return { all, stale: planted('stale', all.slice(0, count)) };
}

/** The rows of each kind that reconcile has printed, named as {@link Planted} names them. */
export function namedBy(stdout: string, kind: Planted['kind']): readonly string[] {
  const names = stdout.split('\n').flatMap((line) => {
    const [, name, found] = /^(\S+ \(.*?\)): (changed|missing|extra|stale)\b/.exec(line) ?? [];
    return found === kind && name !== undefined ? [name] : [];
  });
  return names.sort();
}

function planted(kind: Planted['kind'], rows: readonly Mutation[]): Planted {
  const names = rows.map(({ table, values }) => `${table.name} (${values.slice(0, table.keyLength).join(', ')})`);
  return { kind, names: names.sort(), rows };
}

function withColumn(table: Table, values: readonly Value[], name: string, version: number): Mutation {
  const place = table.columns.findIndex((column) => column.name === name);
  const wrong: Value = Number(rowObject(table, values)[name]) + 1;
  return { table, values: values.toSpliced(place, 1, wrong), version };
}

async function someRows(tables: Tables, table: Table, most: number): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  for await (const row of tables.scanAll(table)) {
    if (rows.length >= most) break;
    rows.push(row);
  }
  return rows;
}
