import { StockafolioError, type Table } from '@stockafolio/core';
import { mostBytes } from '@stockafolio/core/ports';
import type { Client } from 'cassandra-driver';
import { cqlType } from './cql-types.js';
import { createTable, WITNESS, witnessOf } from './table-plan.js';

/** A column as Cassandra knows it, in the terms of `CREATE TABLE`. */
type Shape = Map<string, string>;

/** Largest size in bytes that Cassandra accepts for a partition key, and for each clustering column. */
const LONGEST_KEY = 65_535;

/** @throws ERR_SCHEMA_INVALID if the columns allow a key that is longer than Cassandra accepts */
export function checkKeyLength({ name, columns, partitionLength, keyLength }: Table): void {
  const parts = [
    columns.slice(0, partitionLength),
    ...columns.slice(partitionLength, keyLength).map((column) => [column]),
  ];
  for (const part of parts) {
    const most = mostBytes(part);
    if (most <= LONGEST_KEY) continue;
    const named = part.map((column) => column.stored).join(', ');
    throw new StockafolioError(
      'ERR_SCHEMA_INVALID',
      `table '${name}': the key column ${named} may take ${most} bytes, but Cassandra accepts at most ${LONGEST_KEY}`,
      { hint: 'bound its text columns: text({ max: ... })' },
    );
  }
}

/**
 * Creates a table if there is none, and otherwise checks that the existing one has the same shape.
 *
 * @throws ERR_TABLE_DIFFERS with every difference
 */
export async function makeTable(client: Client, keyspace: string, table: Table, properties?: string): Promise<void> {
  if (await checkTable(client, keyspace, table)) return;
  await client.execute(createTable(keyspace, table, properties), [], { prepare: false });
  // Another process may have created it at the same time, from another declaration.
  await checkTable(client, keyspace, table);
}

/** Whether the table exists. @throws ERR_TABLE_DIFFERS if it exists with another shape */
export async function checkTable(client: Client, keyspace: string, table: Table): Promise<boolean> {
  const { rows } = await client.execute(
    'SELECT column_name, type, kind, position, clustering_order FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?',
    [keyspace, table.name],
  );
  if (rows.length === 0) return false;
  const stored: Shape = new Map(
    rows.map((row) => {
      const keyPart = row['kind'] === 'regular' ? '' : `, ${String(row['kind'])} key ${Number(row['position']) + 1}`;
      const order = row['clustering_order'] === 'desc' ? ' descending' : '';
      return [String(row['column_name']), `${String(row['type'])}${keyPart}${order}`];
    }),
  );
  const differences = differencesOf(stored, shapeOf(table));
  if (differences.length === 0) return true;
  throw new StockafolioError(
    'ERR_TABLE_DIFFERS',
    `keyspace '${keyspace}' has another table '${table.name}': ${differences.join('; ')}`,
    { hint: 'give the table another name, or use another keyspace' },
  );
}

function shapeOf(table: Table): Shape {
  const shape: Shape = new Map();
  table.columns.forEach((column, n) => {
    const inPartition = n < table.partitionLength;
    const position = inPartition ? n + 1 : n - table.partitionLength + 1;
    const keyPart = column.role === 'value' ? '' : `, ${inPartition ? 'partition_key' : 'clustering'} key ${position}`;
    shape.set(column.stored, `${cqlType(column)}${keyPart}${column.descending ? ' descending' : ''}`);
  });
  if (witnessOf(table) === WITNESS) shape.set(WITNESS, 'boolean');
  return shape;
}

function differencesOf(stored: Shape, declared: Shape): string[] {
  const differences: string[] = [];
  for (const [name, kind] of stored) {
    const wanted = declared.get(name);
    if (wanted === undefined) differences.push(`column '${name}' is stored (${kind}) but not declared`);
    else if (wanted !== kind) differences.push(`column '${name}' is stored as ${kind}, declared as ${wanted}`);
  }
  for (const [name, kind] of declared) {
    if (!stored.has(name)) differences.push(`column '${name}' is declared (${kind}) but not stored`);
  }
  return differences;
}
