import { type Column, StockafolioError, type Table, type Value } from '@stockafolio/core';
import { instantiate, listMaker, memberReader } from '@stockafolio/core/compile';
import { type Fits, type RowValues, typeName, valueFits } from '@stockafolio/core/ports';

type PlainRow = Readonly<Record<string, Value>>;
type RowReader = (row: PlainRow, shard: number) => RowValues;
type ColumnReader = (row: PlainRow, shard: number) => Value;

const readers = new WeakMap<Table, RowReader>();

/**
 * From a plain row to its values in the order of `table.columns`, each checked against its column; the shard is filled
 * in. Made once per table.
 *
 * @throws ERR_ROW_INVALID naming table, column and value
 */
export function rowReader(table: Table): RowReader {
  let reader = readers.get(table);
  if (reader === undefined) {
    reader = listMaker(
      `table '${table.name}'`,
      table.columns.map((column) => columnReader(table, column)),
    );
    readers.set(table, reader);
  }
  return reader;
}

function columnReader(table: Table, column: Column): ColumnReader {
  if (column.type.kind === 'shard') return (_, shard) => shard;
  return instantiate(`table '${table.name}', ${column.name}`, checkedReader, {
    read: memberReader<PlainRow, string>(`table '${table.name}'`, column.name),
    fits: valueFits(`table '${table.name}', ${column.name}`, column.type),
    invalid: (value: Value) => invalidValue(table, column, value),
  });
}

/** Names nothing from outside: see `instantiate`. */
function checkedReader(scope: {
  readonly read: (row: PlainRow) => Value;
  readonly fits: Fits;
  readonly invalid: (value: Value) => never;
}): ColumnReader {
  const { read, fits, invalid } = scope;
  return (row) => {
    const value = read(row);
    if (!fits(value)) invalid(value);
    return value;
  };
}

/** The error for a value that does not fit its column. */
export function invalidValue(table: Table, column: Column, value: unknown): never {
  const shown = String(value);
  throw new StockafolioError(
    'ERR_ROW_INVALID',
    `table '${table.name}': ${shown.length > 40 ? `${shown.slice(0, 40)}...` : shown} does not fit column '${column.name}' (${typeName(column.type)})`,
    { hint: 'make the pipeline emit a value of the column type, within its bounds' },
  );
}
