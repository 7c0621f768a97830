import type { SchemaElement } from 'hyparquet';

/** The meaning of a stored column, whichever of Parquet's two annotations its writer used. */
export type Annotation =
  | { readonly type: 'NONE' | 'TEXT' | 'DATE' | 'NULL' }
  | { readonly type: 'DECIMAL'; readonly scale: number; readonly precision: number }
  | {
      readonly type: 'TIMESTAMP';
      readonly perMillisecond: bigint;
      readonly unit: string;
      /** If false, it is local time without a time zone. */
      readonly isInstant: boolean;
    }
  | { readonly type: 'INTEGER'; readonly bits: number; readonly isSigned: boolean }
  | { readonly type: 'FLOAT16' }
  /** Nothing that a field can hold: `UUID`, `TIME_MICROS`, ... */
  | { readonly type: 'OTHER'; readonly word: string };

const units = { MILLIS: 1n, MICROS: 1_000n, NANOS: 1_000_000n } as const;

/** The annotation of a column; the newer logical type wins if both are present. */
export function annotationOf(element: SchemaElement): Annotation {
  const { logical_type, converted_type, scale = 0, precision = 0 } = element;
  switch (logical_type?.type) {
    case 'STRING':
    case 'ENUM':
    case 'JSON':
      return { type: 'TEXT' };
    case 'DATE':
    case 'NULL':
    case 'FLOAT16':
      return { type: logical_type.type };
    case 'DECIMAL':
      return { type: 'DECIMAL', scale: logical_type.scale, precision: logical_type.precision };
    case 'TIMESTAMP':
      return timestamp(logical_type.unit, logical_type.isAdjustedToUTC);
    case 'INTEGER':
      return { type: 'INTEGER', bits: logical_type.bitWidth, isSigned: logical_type.isSigned };
    case undefined:
      break;
    default:
      return { type: 'OTHER', word: logical_type?.type ?? '' };
  }
  const integer = /^(U?)INT_(\d+)$/.exec(converted_type ?? '');
  if (integer !== null) return { type: 'INTEGER', bits: Number(integer[2]), isSigned: integer[1] === '' };
  switch (converted_type) {
    case undefined:
      // A logical type that is newer than the parser has no name in it.
      return logical_type === undefined ? { type: 'NONE' } : { type: 'OTHER', word: 'a type unknown here' };
    case 'UTF8':
    case 'ENUM':
    case 'JSON':
      return { type: 'TEXT' };
    case 'DATE':
      return { type: 'DATE' };
    case 'DECIMAL':
      return { type: 'DECIMAL', scale, precision };
    case 'TIMESTAMP_MILLIS':
      return timestamp('MILLIS');
    case 'TIMESTAMP_MICROS':
      return timestamp('MICROS');
    default:
      return { type: 'OTHER', word: converted_type };
  }
}

/** The older annotation always means an instant. */
function timestamp(unit: keyof typeof units, isInstant = true): Annotation {
  return { type: 'TIMESTAMP', unit, perMillisecond: units[unit], isInstant };
}

/** A column's type as people write it: `INT64 DECIMAL(18, 4)`. */
export function typeName(element: SchemaElement): string {
  const { type, type_length, logical_type, converted_type } = element;
  if (type === undefined) return `nested (${logical_type?.type ?? converted_type ?? 'a group'})`;
  const physical = type === 'FIXED_LEN_BYTE_ARRAY' ? `${type}(${type_length ?? 0})` : type;
  const annotation = annotationOf(element);
  switch (annotation.type) {
    case 'NONE':
      return physical;
    case 'TEXT':
      return `${physical} STRING`;
    case 'DECIMAL':
      return `${physical} DECIMAL(${annotation.precision}, ${annotation.scale})`;
    case 'TIMESTAMP':
      return `${physical} TIMESTAMP(${annotation.unit})`;
    case 'INTEGER':
      return `${physical} ${annotation.isSigned ? '' : 'U'}INT_${annotation.bits}`;
    case 'OTHER':
      return `${physical} ${annotation.word}`;
    default:
      return `${physical} ${annotation.type}`;
  }
}
