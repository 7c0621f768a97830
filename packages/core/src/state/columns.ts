import type { FieldType, Kind } from '../schema/index.js';

/** How a column's cell is read: as a double, or as a 64-bit integer. Texts are numbers of the interner. */
export type Storage = 'f64' | 'i64';

export interface StateColumn {
  readonly name: string;
  readonly kind: Kind;
  readonly storage: Storage;
  readonly optional: boolean;
  /** The first word of `oneOf`, with which its state begins. */
  readonly first: string;
}

export function isTextual(kind: Kind): boolean {
  return kind === 'text' || kind === 'oneOf' || kind === 'date';
}

export function stateColumn(name: string, type: FieldType): StateColumn {
  const storage = type.kind === 'bigMoney' || type.kind === 'bigint64' ? 'i64' : 'f64';
  return { name, kind: type.kind, storage, optional: type.optional, first: type.values?.[0] ?? '' };
}

/** What stands in an `i64` cell where an optional field is absent; in an `f64` cell it is NaN. No field holds either. */
export const ABSENT_I64 = -(2n ** 63n);
