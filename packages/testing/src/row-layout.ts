import type { Column, Kind, Table } from '@stockafolio/core';

/** How a value is stored in a row: texts by their addresses in an arena, booleans as 0 and 1. */
export type Storage = 'f64' | 'i64' | 'i128' | 'i32' | 'flag' | 'text';

/** Where a column's value is stored. */
export interface ColumnLayout {
  readonly storage: Storage;
  readonly column: Column;
  /**
   * Relative to the beginning of the row: in cells of 8 bytes for `f64`, `i64` and `i128` (which takes two), otherwise
   * in halves of a cell.
   */
  readonly at: number;
  /** The half that is 1 if an optional bigint is present, and 0 if it is absent; -1 for columns that need none. */
  readonly presence: number;
}

/** A row of a table in memory as adjacent cells of 8 bytes, so that one write touches one area of memory. */
export interface RowLayout {
  /** Cells of a row. */
  readonly width: number;
  /** The cell of the time at which the row expires; -1 if rows do not expire. */
  readonly expiresAt: number;
  /** The layouts of the columns, in order. */
  readonly columns: readonly ColumnLayout[];
}

/** The cell of the version; it contains `-1 - version` if the row was removed. */
export const VERSION_AT = 0;
/**
 * Whole cells come first and halves after them, so that no padding is needed.
 *
 * @param expiring whether rows expire
 */
export function rowLayout({ columns }: Table, expiring: boolean): RowLayout {
  let cells = VERSION_AT + 1;
  const expiresAt = expiring ? cells++ : -1;
  const wholes = columns.map(({ type }) => {
    const at = cells;
    cells += cellsOf(storageOf(type.kind, type.optional));
    return at;
  });
  let halves = 2 * cells;
  const layouts = columns.map((column, n): ColumnLayout => {
    const { kind, optional } = column.type;
    const storage = storageOf(kind, optional);
    const inCell = cellsOf(storage) > 0;
    const presence = optional && (storage === 'i64' || storage === 'i128') ? halves++ : -1;
    return { storage, column, at: inCell ? (wholes[n] ?? 0) : halves++, presence };
  });
  return { width: Math.ceil(halves / 2), expiresAt, columns: layouts };
}

/** An absent number is NaN, so an optional whole number of 32 bits is stored as a double too. */
function storageOf(kind: Kind, optional: boolean): Storage {
  switch (kind) {
    case 'text':
    case 'oneOf':
    case 'date':
      return 'text';
    case 'boolean':
      return 'flag';
    case 'int32':
    case 'shard':
      return optional ? 'f64' : 'i32';
    case 'bigint64':
      return 'i64';
    case 'bigMoney':
      return 'i128';
    case 'double':
    case 'int64':
    case 'money':
    case 'timestamp':
      return 'f64';
  }
}

function cellsOf(storage: Storage): number {
  if (storage === 'i128') return 2;
  return storage === 'f64' || storage === 'i64' ? 1 : 0;
}
