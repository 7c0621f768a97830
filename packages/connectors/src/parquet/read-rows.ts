import type { Fields, ObjectOf, RecordSchema } from '@stockafolio/core';
import type { ColumnValues } from './column-values.js';
import { parquetColumns } from './columns.js';
import type { ParquetFile } from './open-parquet.js';

/** Makes rows from columns. */
export type RowBuilder<T> = (columns: readonly ColumnValues[], rows: number) => T[];

/** A builder of a schema's records, in schema order; generated code, so that all records share one hidden class. */
export function rowBuilder<F extends Fields>(schema: RecordSchema<F>): RowBuilder<ObjectOf<F>> {
  const members = schema.names.map((name, c) => `${name}:c${c}[i]`);
  const locals = schema.names.map((_, c) => `c${c}=columns[${c}]`);
  return new Function(
    'columns',
    'n',
    `const ${locals.join()},rows=new Array(n);for(let i=0;i<n;i++)rows[i]={${members.join()}};return rows;`,
  ) as RowBuilder<ObjectOf<F>>;
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
