import type { Table } from '../table/index.js';
import type { KeyKind } from './key-parts.js';

/** The kinds of the keys, part by part, that a state must have to be written to a table. */
export function keyKindsOf(table: Table): KeyKind[] {
  return table.columns
    .filter(({ role, type }) => role !== 'value' && type.kind !== 'shard')
    .map(({ type: { kind } }): KeyKind => {
      if (kind === 'text' || kind === 'oneOf' || kind === 'date') return 'text';
      if (kind === 'boolean') return 'boolean';
      return kind === 'bigint64' ? 'bigint' : 'number';
    });
}
