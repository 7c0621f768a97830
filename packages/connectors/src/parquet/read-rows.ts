import type { Fields, ObjectOf, RecordSchema } from '@stockafolio/core';
import type { ColumnValues } from './column-values.js';
import { parquetColumns } from './columns.js';
import type { ParquetFile } from './open-parquet.js';
import { rowMaker } from './row-maker.js';

/** Makes rows from columns. */
export type RowBuilder<T> = (columns: readonly ColumnValues[], rows: number) => T[];

/** A builder of a schema's records, from columns in schema order; all records share one hidden class. */
export function rowBuilder<F extends Fields>(schema: RecordSchema<F>): RowBuilder<ObjectOf<F>> {
  const maker = rowMaker<ObjectOf<F>>(
    `rows of '${schema.name}'`,
    schema.names,
    schema.names.map((name, column) => ({ name, column })),
  );
  return (columns, rows) => {
    const make = maker(columns);
    const records = new Array<ObjectOf<F>>(rows);
    for (let i = 0; i < rows; i++) records[i] = make(i);
    return records;
  };
}

/** The records of a file, one row group at a time. */
export async function* readRows<F extends Fields>(
  file: ParquetFile,
  schema: RecordSchema<F>,
): AsyncGenerator<readonly ObjectOf<F>[]> {
  const columns = parquetColumns(schema);
  const build = rowBuilder(schema);
  for (const [group, rows] of file.rowGroups.entries()) yield build(await file.readColumns(group, columns), rows);
}
