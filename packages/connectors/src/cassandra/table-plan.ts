import type { Table, Value } from '@stockafolio/core';
import { cqlType } from './cql-types.js';
import { decoderOf, lenient } from './decode-value.js';
import { encoderOf, type Bound } from './encode-value.js';
import type { CassandraOptions } from './options.js';

/** The column added to a table in which every value may be absent: a row's version is read from a cell. */
export const WITNESS = 'is_there';

/** Everything needed to write and read a table: statements, and how values become bytes and back. */
export interface TablePlan {
  readonly table: Table;
  readonly insert: string;
  readonly remove: string;
  readonly encoders: readonly ((value: Value) => Bound)[];
  readonly decoders: readonly ((stored: unknown) => Value)[];
}

/** A quoted CQL name, so that any word is allowed. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function nameOf(keyspace: string, table: Table): string {
  return `${quoted(keyspace)}.${quoted(table.name)}`;
}

/**
 * Plans a table. Every statement binds the row's version, so that the highest version wins in whatever order writes
 * arrive.
 *
 * @param unreadable what to do with a row that holds an invalid value: see `CassandraOptions`
 */
export function planTable(
  keyspace: string,
  table: Table,
  unreadable: CassandraOptions['unreadable'] = 'refused',
): TablePlan {
  const name = nameOf(keyspace, table);
  const names = table.columns.map(({ stored }) => quoted(stored));
  const witnessed = witnessOf(table) === WITNESS;
  const all = witnessed ? [...names, WITNESS] : names;
  const marks = [...names.map(() => '?'), ...(witnessed ? ['true'] : [])];
  const alone = (n: number): boolean => n === 0 && table.partitionLength === 1;
  return {
    table,
    insert: `INSERT INTO ${name} (${all.join(', ')}) VALUES (${marks.join(', ')}) USING TIMESTAMP ?`,
    remove: `DELETE FROM ${name} USING TIMESTAMP ? WHERE ${equal(table, table.keyLength)}`,
    encoders: table.columns.map((column, n) => encoderOf(column, alone(n))),
    decoders: table.columns.map((column, n) => {
      const decode = decoderOf(column, alone(n));
      return unreadable === 'absent' && column.role === 'value' ? lenient(decode) : decode;
    }),
  };
}

/**
 * Selects rows by this many leading key columns; 0 for all. The version is the last column.
 *
 * @param bounds of the column after these, each with a placeholder
 */
export function selectRows(
  keyspace: string,
  table: Table,
  prefixLength: number,
  bounds: readonly ('>=' | '<')[] = [],
): string {
  const columns = table.columns.map(({ stored }) => quoted(stored)).join(', ');
  const next = quoted(table.columns[prefixLength]?.stored ?? '');
  const conditions = [
    ...(prefixLength === 0 ? [] : [equal(table, prefixLength)]),
    ...bounds.map((sign) => `${next} ${sign} ?`),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${columns}, WRITETIME(${quoted(witnessOf(table))}) FROM ${nameOf(keyspace, table)}${where}`;
}

/**
 * Seconds for which expired rows are kept; readers have to pass them. All copies of a row expire by themselves. So
 * expired rows are kept only for writes on their way to a node that is down: for `max_hint_window`, 3 hours by default.
 */
const EXPIRED_FOR = 3 * 3_600;

/** The statement that creates a table. Rows that expire come and go by time, so their files are kept by time too. */
export function createTable(keyspace: string, table: Table, properties: string | undefined): string {
  const columns = table.columns.map((column) => `${quoted(column.stored)} ${cqlType(column)}`);
  if (witnessOf(table) === WITNESS) columns.push(`${WITNESS} boolean`);
  const names = table.columns.map(({ stored }) => quoted(stored));
  const partition = names.slice(0, table.partitionLength).join(', ');
  const cluster = names.slice(table.partitionLength, table.keyLength);
  const key = `PRIMARY KEY (${[`(${partition})`, ...cluster].join(', ')})`;
  const options: string[] = [];
  if (cluster.length > 0) {
    const order = table.columns.slice(table.partitionLength, table.keyLength);
    options.push(
      `CLUSTERING ORDER BY (${order.map(({ stored, descending }) => `${quoted(stored)} ${descending ? 'DESC' : 'ASC'}`).join(', ')})`,
    );
  }
  if (table.ttl !== undefined) {
    options.push(`default_time_to_live = ${Math.max(1, Math.ceil(table.ttl / 1000))}`);
    options.push(`compaction = ${timeWindows(table.ttl)}`);
    options.push(`gc_grace_seconds = ${EXPIRED_FOR}`);
  }
  // A given property replaces the one from here: CQL rejects a property that is given twice.
  const given = (option: string): boolean =>
    new RegExp(`\\b${option.split(' ')[0] ?? ''}\\s*=`, 'i').test(properties ?? '');
  const kept = options.filter((option) => !given(option));
  if (properties !== undefined) kept.push(properties);
  const settings = kept.length === 0 ? '' : ` WITH ${kept.join(' AND ')}`;
  return `CREATE TABLE IF NOT EXISTS ${nameOf(keyspace, table)} (${[...columns, key].join(', ')})${settings}`;
}

/** About 30 windows over the life of a row, as Cassandra advises; a window is a whole number of minutes. */
function timeWindows(ttl: number): string {
  const minutes = Math.max(1, Math.round(ttl / 60_000 / 30));
  return `{'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'MINUTES', 'compaction_window_size': '${minutes}'}`;
}

/** A column that has a value in every row. */
export function witnessOf(table: Table): string {
  return table.columns.slice(table.keyLength).find(({ type }) => !type.optional)?.stored ?? WITNESS;
}

function equal(table: Table, length: number): string {
  return table.columns
    .slice(0, length)
    .map(({ stored }) => `${quoted(stored)} = ?`)
    .join(' AND ');
}
