import type { FieldType, Kind, Value } from '@stockafolio/core';
import { firstValue } from '@stockafolio/core/plan';
import { typeName, typeNamed, type SavedColumn, type StateColumn } from '@stockafolio/core/ports';

export function isTextual(kind: Kind): boolean {
  return kind === 'text' || kind === 'oneOf' || kind === 'date';
}

/** @param initial the value with which it begins, if that is stated */
export function stateColumn(name: string, type: FieldType, initial?: Value): StateColumn {
  return {
    name,
    kind: type.kind,
    storage: storageOf(type.kind),
    optional: type.optional,
    first: type.values?.[0] ?? '',
    words: type.values,
    longest: type.kind === 'text' ? type.max : undefined,
    // As JSON has it: columns are in checkpoints.
    initial: typeof initial === 'bigint' ? String(initial) : initial,
    ...(type.scale === undefined ? {} : { scale: type.scale }),
  };
}

/** A column as checkpoints store it. */
export function savedColumn({ scale, ...column }: StateColumn): SavedColumn {
  return { ...column, kind: typeName({ kind: column.kind, scale }) };
}

/** The column that {@link savedColumn} gave, also of an earlier version. */
export function columnOf(saved: SavedColumn): StateColumn {
  return { ...saved, ...typeNamed(saved.kind) };
}

/** The value with which a column begins. */
export function initialOf({ kind, storage, optional, first, initial }: StateColumn): Value {
  if (initial === undefined) return firstValue({ kind, optional, values: [first], min: undefined, max: undefined });
  return storage === 'f64' ? initial : BigInt(initial);
}

function storageOf(kind: Kind): StateColumn['storage'] {
  if (kind === 'bigDecimal') return 'i128';
  return kind === 'bigint64' ? 'i64' : 'f64';
}

/** The number of 8-byte cells of a column. */
export function cellsOf({ storage }: Pick<StateColumn, 'storage'>): number {
  return storage === 'i128' ? 2 : 1;
}

/** The first cell of each column, relative to the first column's; and, last, the total number of cells. */
export function cellOffsets(columns: readonly Pick<StateColumn, 'storage'>[]): number[] {
  const offsets = [0];
  for (const column of columns) offsets.push((offsets.at(-1) ?? 0) + cellsOf(column));
  return offsets;
}

/**
 * The value of an `i64` cell, or of the upper cell of an `i128`, for an absent optional field; in an `f64` cell it is
 * NaN. No field holds any of these.
 */
export const ABSENT_I64 = -(2n ** 63n);
