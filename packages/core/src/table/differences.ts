import { StockafolioError } from '../errors/index.js';
import { typeName } from '../schema/index.js';
import type { Column, Table } from './table.js';

/**
 * The differences between the stored shape of a table and the declared one, a sentence for each column; empty if a
 * store can continue with what it has. Bounds, the words of `oneOf` and the time to live are rules for new rows, not
 * shape.
 */
export function tableDifferences(stored: Table, declared: Table): string[] {
  const differences: string[] = [];
  const indexes = new Map(declared.columns.map((column, index) => [column.name, index]));
  stored.columns.forEach((column, index) => {
    const other = indexes.get(column.name);
    const wanted = other === undefined ? undefined : declared.columns[other];
    indexes.delete(column.name);
    if (wanted === undefined) {
      differences.push(`column '${column.name}' is stored (${describe(column)}) but not declared`);
    } else if (describe(column) !== describe(wanted)) {
      differences.push(`column '${column.name}' is stored as ${describe(column)}, declared as ${describe(wanted)}`);
    } else if (index !== other) {
      differences.push(
        `column '${column.name}' is stored as number ${index + 1}, declared as number ${(other ?? 0) + 1}`,
      );
    }
  });
  for (const [name, index] of indexes) {
    const column = declared.columns[index];
    if (column !== undefined) differences.push(`column '${name}' is declared (${describe(column)}) but not stored`);
  }
  return differences;
}

/** @throws ERR_TABLE_DIFFERS naming every difference */
export function checkSameShape(stored: Table, declared: Table): void {
  const differences = tableDifferences(stored, declared);
  if (differences.length === 0) return;
  throw new StockafolioError(
    'ERR_TABLE_DIFFERS',
    `the store has another table '${declared.name}': ${differences.join('; ')}`,
    { hint: 'give the table another name, or fill a new store' },
  );
}

function describe({ type, role, descending }: Column): string {
  const kind = type.optional ? `optional ${typeName(type)}` : typeName(type);
  const position = role === 'value' ? 'value' : `${role} key`;
  return `${kind}, ${position}${descending ? ' descending' : ''}`;
}
