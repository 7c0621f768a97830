import { StockafolioError } from '../errors/index.js';
import {
  checkFields,
  fieldOf,
  snakeCase,
  type FieldType,
  type Fields,
  type ObjectOf,
  type Value,
  typeName,
} from '../schema/index.js';

export interface TableOptions<F extends Fields, P extends readonly Names<F>[], C extends readonly Names<F>[]> {
  /** The columns that determine the partition of a row: rows with equal values in them are stored together. */
  readonly partitionBy: P;
  /** The columns that order the rows within a partition, and with `partitionBy` form the primary key. */
  readonly clusterBy?: C;
  /** Clustering columns that are ordered from the largest to the smallest. */
  readonly descending?: readonly C[number][];
  /** How long a row is kept after it was written, in milliseconds; defaults to forever. */
  readonly ttl?: number;
}

type Names<F> = keyof F & string;

/** A column as it is stored. */
export interface Column {
  /** As in the schema: `lastTime`. */
  readonly name: string;
  /** As in tables, files and dumps: `last_time`. */
  readonly stored: string;
  readonly type: FieldType;
  readonly role: 'partition' | 'cluster' | 'value';
  readonly descending: boolean;
}

declare const keyType: unique symbol;
declare const valuesType: unique symbol;
declare const shardType: unique symbol;

/** A table: a value that names no store. Columns are in the order partition, cluster, values. */
export interface Table<
  R = unknown,
  K extends readonly unknown[] = readonly unknown[],
  V = unknown,
  S extends boolean = boolean,
> {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Number of leading columns that form the partition key. */
  readonly partitionLength: number;
  /** Number of leading columns that form the primary key. */
  readonly keyLength: number;
  /** Index of the shard column, or -1. */
  readonly shardIndex: number;
  /** Milliseconds, or undefined for forever. */
  readonly ttl: number | undefined;
  /** The row as a plain object (type only). */
  readonly row?: R;
  readonly [keyType]?: K;
  readonly [valuesType]?: V;
  readonly [shardType]?: S;
}

/** A row as a plain object; a shard column is filled in by the runner. */
export type RowOf<T> = T extends Table<infer R> ? R : never;
/** The primary key without the shard, in order. */
export type KeyOf<T> = T extends Table<unknown, infer K> ? K : never;
/** The columns that are not part of the key. */
export type ValuesOf<T> = T extends Table<unknown, readonly unknown[], infer V> ? V : never;
/** Whether the table has a shard column. */
export type HasShard<T> = T extends Table<unknown, readonly unknown[], unknown, infer S> ? S : never;

type ShardNames<F extends Fields> = { [N in keyof F]: F[N]['kind'] extends 'shard' ? N : never }[keyof F];

type KeyTuple<F extends Fields, L extends readonly unknown[]> = L extends readonly [infer H, ...infer T]
  ? H extends ShardNames<F>
    ? KeyTuple<F, T>
    : readonly [H extends keyof F ? ObjectOf<F>[H & keyof ObjectOf<F>] : never, ...KeyTuple<F, T>]
  : readonly [];

/**
 * Declares a table.
 *
 * @throws ERR_SCHEMA_INVALID if a key column is missing, optional, named twice, or of a type that has no order
 * @example
 * const positions = table('positions', { partitionBy: ['user'], clusterBy: ['symbol'] },
 *   { user: text(), symbol: text(), quantity: int64(), cost: money() });
 */
export function table<
  F extends Fields,
  const P extends readonly [Names<F>, ...Names<F>[]],
  const C extends readonly Names<F>[] = readonly [],
>(
  name: string,
  options: TableOptions<F, P, C>,
  fields: F,
): Table<
  Omit<ObjectOf<F>, ShardNames<F>>,
  KeyTuple<F, readonly [...P, ...C]>,
  Omit<ObjectOf<F>, P[number] | C[number]>,
  [ShardNames<F>] extends [never] ? false : true
> {
  if (!/^[a-z][a-z0-9_]{0,47}$/.test(name)) {
    throw new StockafolioError('ERR_SCHEMA_INVALID', `'${name}' cannot be the name of a table`, {
      hint: 'use at most 48 lower-case letters, digits and _, beginning with a letter',
    });
  }
  checkFields(`table '${name}'`, fields);
  const cluster: readonly string[] = options.clusterBy ?? [];
  const descending = new Set<string>(options.descending ?? []);
  const key = [...options.partitionBy, ...cluster];
  if (new Set(key).size !== key.length) fault(name, `names a key column twice: ${key.join(', ')}`);
  for (const column of descending) {
    if (!cluster.includes(column)) fault(name, `'${column}' is descending but not a clustering column`);
  }
  const columnOf = (column: string, role: Column['role']): Column => {
    const type = fieldOf(fields, column);
    if (role !== 'value' && type.optional) fault(name, `key column '${column}' is optional`);
    if (role !== 'value' && (type.kind === 'double' || type.kind === 'bigDecimal')) {
      fault(name, `key column '${column}' is of type ${typeName(type)}, which cannot be a key`);
    }
    if (type.kind === 'shard' && role !== 'cluster') fault(name, `the shard column '${column}' must be in clusterBy`);
    return { name: column, stored: snakeCase(column), type, role, descending: descending.has(column) };
  };
  const columns = [
    ...options.partitionBy.map((c) => columnOf(c, 'partition')),
    ...cluster.map((c) => columnOf(c, 'cluster')),
    ...Object.keys(fields)
      .filter((c) => !key.includes(c))
      .map((c) => columnOf(c, 'value')),
  ];
  return Object.freeze({
    name,
    columns: Object.freeze(columns),
    partitionLength: options.partitionBy.length,
    keyLength: key.length,
    shardIndex: columns.findIndex((c) => c.type.kind === 'shard'),
    ttl: options.ttl,
  });
}

function fault(name: string, what: string): never {
  throw new StockafolioError('ERR_SCHEMA_INVALID', `table '${name}' ${what}`);
}

/**
 * The largest number of bytes that values of these columns can take as a key or in a row, as far as they are bounded:
 * text in UTF-8, with at most 3 bytes per UTF-16 unit.
 */
export function mostBytes(columns: readonly Column[]): number {
  const bytes = columns.map(({ type: { kind, max, values } }) => {
    if (kind === 'text') return max === undefined ? 0 : 3 * max + 1;
    return kind === 'oneOf' ? 3 * Math.max(...(values ?? []).map((word) => word.length)) + 1 : 8;
  });
  return bytes.reduce((sum, each) => sum + each, 0);
}

/** A row's values in the order of `table.columns`, as a plain object. */
export function rowObject(table: Table, values: readonly Value[]): Record<string, Value> {
  const row: Record<string, Value> = {};
  table.columns.forEach((column, i) => {
    row[column.name] = values[i];
  });
  return row;
}
