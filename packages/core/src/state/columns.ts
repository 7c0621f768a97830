import type { FieldType, Kind } from '../schema/index.js';

/** How a column's cells are read: as a double, or as an integer of 64 or 128 bits. Texts are numbers of the interner. */
export type Storage = 'f64' | 'i64' | 'i128';

export interface StateColumn {
  readonly name: string;
  readonly kind: Kind;
  readonly storage: Storage;
  readonly optional: boolean;
  /** The first word of `oneOf`, with which its state begins. */
  readonly first: string;
  /** The words of `oneOf`. */
  readonly words?: readonly string[] | undefined;
  /** Of a text, its longest length. */
  readonly longest?: number | undefined;
}

export function isTextual(kind: Kind): boolean {
  return kind === 'text' || kind === 'oneOf' || kind === 'date';
}

export function stateColumn(name: string, type: FieldType): StateColumn {
  return {
    name,
    kind: type.kind,
    storage: storageOf(type.kind),
    optional: type.optional,
    first: type.values?.[0] ?? '',
    words: type.values,
    longest: type.kind === 'text' ? type.max : undefined,
  };
}

function storageOf(kind: Kind): Storage {
  if (kind === 'bigMoney') return 'i128';
  return kind === 'bigint64' ? 'i64' : 'f64';
}

/** Cells of 8 bytes that a column takes. */
export function cellsOf({ storage }: StateColumn): number {
  return storage === 'i128' ? 2 : 1;
}

/** The first cell of each column, counted from the first of all; and, last, how many there are. */
export function cellOffsets(columns: readonly StateColumn[]): number[] {
  const offsets = [0];
  for (const column of columns) offsets.push((offsets.at(-1) ?? 0) + cellsOf(column));
  return offsets;
}

/**
 * What stands in an `i64` cell, or the upper one of an `i128`, where an optional field is absent; in an `f64` cell it is
 * NaN. No field holds any of these.
 */
export const ABSENT_I64 = -(2n ** 63n);
