import { canCompile, compile, recordMaker, type RecordMaker } from '@stockafolio/core/compile';
import { partialRecordMaker } from '@stockafolio/core/ports';
import type { ColumnValues } from './column-values.js';

/** A field of the records that are made, and where its values are. */
export interface FieldSource {
  readonly name: string;
  /** The index of its column; undefined if the file has none. */
  readonly column: number | undefined;
  /** The value of a record for which the column has none. */
  readonly absent?: unknown;
}

/** Takes columns, and makes the record of row `i`. */
export type RowMaker<T> = (columns: readonly ColumnValues[]) => (i: number) => T;

/**
 * A maker of records from columns. All records share one hidden class: the codec's own class if all fields are read.
 *
 * @param owner see `compile`
 * @param names all fields of the record, in order
 * @param fields those that are read, in the same order
 */
export function rowMaker<T extends object>(
  owner: string,
  names: readonly string[],
  fields: readonly FieldSource[],
): RowMaker<T> {
  return canCompile() ? compiledRowMaker(owner, names, fields) : plainRowMaker(names, fields);
}

export function compiledRowMaker<T extends object>(
  owner: string,
  names: readonly string[],
  fields: readonly FieldSource[],
): RowMaker<T> {
  const columns = fields.map(({ column }, n) => (column === undefined ? '' : `const c${n} = columns[${column}];`));
  const values = fields.map(({ column, absent }, n) => {
    if (column === undefined) return `absent[${n}]`;
    return absent === undefined ? `c${n}[i]` : `c${n}[i] === undefined ? absent[${n}] : c${n}[i]`;
  });
  const scope = { make: makerOf<T>(names, fields), absent: fields.map(({ absent }) => absent) };
  // V8 makes no array: it inlines the maker.
  const text = `return (columns) => { ${columns.join(' ')} return (i) => make([${values.join(', ')}]); };`;
  return compile(owner, scope, text);
}

export function plainRowMaker<T extends object>(names: readonly string[], fields: readonly FieldSource[]): RowMaker<T> {
  const make = makerOf<T>(names, fields);
  return (columns) => {
    const sources = fields.map(({ column = -1, absent }) => ({ values: columns[column] ?? [], absent }));
    return (i) =>
      make(
        sources.map(({ values, absent }) => {
          const value = values[i];
          return value === undefined ? absent : value;
        }),
      );
  };
}

function makerOf<T extends object>(names: readonly string[], fields: readonly FieldSource[]): RecordMaker<T> {
  const read = fields.map(({ name }) => name);
  return read.length === names.length ? recordMaker<T>(names) : partialRecordMaker<T>(names, read);
}
