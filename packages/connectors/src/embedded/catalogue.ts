import { type Column, type FieldType, type Table } from '@stockafolio/core';
import { checkSameShape, typeName, typeNamed } from '@stockafolio/core/ports';
import type { Store } from './lmdb.js';

/** Keys of the catalogue begin with this byte, keys of rows with a larger one. */
const CATALOGUE = 0x0f;
const FIRST_TABLE = 0x1000;

/** A table as the store knows it: its number begins the keys of its rows. */
export interface Listed {
  readonly number: number;
  readonly table: Table;
}

function keyOf(name: string): Buffer {
  return Buffer.concat([Buffer.from([CATALOGUE]), Buffer.from(name)]);
}

export function findTable(store: Store, name: string): Listed | undefined {
  const bytes = store.get(keyOf(name));
  return bytes === undefined ? undefined : listed(bytes);
}

/** All tables, sorted by name, each as it was declared when it was last created. */
export function listTables(store: Store): readonly Table[] {
  const range = store.getRange({ start: Buffer.from([CATALOGUE]), end: Buffer.from([CATALOGUE + 1]) });
  return [...range].map(({ value }) => listed(value).table);
}

/**
 * Adds missing tables; call it within a transaction.
 *
 * @throws ERR_TABLE_DIFFERS if a table of that name has another shape
 */
export function addTables(store: Store, tables: readonly Table[]): void {
  for (const table of tables) {
    const known = findTable(store, table.name);
    if (known !== undefined) checkSameShape(known.table, table);
    const number = known?.number ?? FIRST_TABLE + listTables(store).length;
    // Bounds and time to live may have changed: the newest declaration is kept.
    const columns = table.columns.map((column) => ({ ...column, type: listedType(column.type) }));
    void store.put(keyOf(table.name), Buffer.from(JSON.stringify({ number, table: { ...table, columns } })));
  }
}

/** Writes a meaningless value: a transaction that is forced to disk also forces all earlier ones. */
export function touch(store: Store): void {
  void store.put(Buffer.from([CATALOGUE - 1]), Buffer.from([0]));
}

export function prefixOf({ number }: Listed): Buffer {
  return Buffer.from([number >> 8, number & 255]);
}

/** A type as it is listed: with its name in place of its kind and scale. */
function listedType({ scale, ...type }: FieldType): object {
  return { ...type, kind: typeName({ kind: type.kind, scale }) };
}

function listed(bytes: Buffer): Listed {
  const { number, table } = JSON.parse(bytes.toString('utf8')) as Listed;
  // JSON has no undefined: restore what was absent.
  const columns = table.columns.map((column): Column => {
    const { kind, optional, min, max, values, json } = column.type;
    const form = json === undefined ? {} : { json };
    return Object.freeze({
      ...column,
      type: Object.freeze({ ...typeNamed(kind), optional, min, max, values, ...form }),
    });
  });
  return { number, table: Object.freeze({ ...table, columns: Object.freeze(columns), ttl: table.ttl }) };
}
