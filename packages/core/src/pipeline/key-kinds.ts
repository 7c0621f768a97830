import type { FieldType } from '../schema/index.js';
import type { Table } from '../table/index.js';

/** The kind of a part of a key. */
export type KeyKind = 'text' | 'number' | 'boolean' | 'bigint';

/** The kinds of the keys, part by part, that a state must have to be written to a table. */
export function keyKindsOf(table: Table): KeyKind[] {
  return table.columns
    .filter(({ role, type }) => role !== 'value' && type.kind !== 'shard')
    .map(({ type }) => keyKindOf(type));
}

/** The kind of a key part that has the values of a field. */
export function keyKindOf({ kind }: FieldType): KeyKind {
  if (kind === 'text' || kind === 'oneOf' || kind === 'date') return 'text';
  if (kind === 'boolean') return 'boolean';
  return kind === 'bigint64' || kind === 'bigDecimal' ? 'bigint' : 'number';
}
