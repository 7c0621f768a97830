import type { SchemaElement } from 'hyparquet';
import { snakeCase, type FieldType, type Fields, type Kind, type RecordSchema } from '@stockafolio/core';

/** What a column of a file holds: a kind of field, or raw bytes. */
export type ColumnKind = Kind | 'binary';

/** One column of a Parquet file. */
export interface ParquetColumn {
  /** As in the file: `last_time`. */
  readonly stored: string;
  readonly kind: ColumnKind;
  readonly optional: boolean;
  /** Where its value lies in a row: `['lastTime']`. */
  readonly path: readonly string[];
  /** The value in every row, should it be no part of the rows that are written. */
  readonly constant?: number;
}

/** The columns of a record's fields, in schema order, in snake case. */
export function parquetColumns<F extends Fields>(schema: RecordSchema<F>): ParquetColumn[] {
  return Object.entries<FieldType>(schema.fields).map(([name, { kind, optional }]) => ({
    stored: snakeCase(name),
    kind,
    optional,
    path: [name],
  }));
}

/** Bytes of a `bigMoney` value. */
export const BIG_BYTES = 16;

type Physical = Omit<SchemaElement, 'name' | 'repetition_type'>;

/** How each kind is stored. `bigMoney` values past 10^38 keep their bits, though DECIMAL(38) promises no more. */
const physical: Readonly<Record<ColumnKind, Physical>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  oneOf: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  binary: { type: 'BYTE_ARRAY' },
  int32: { type: 'INT32' },
  shard: { type: 'INT32' },
  int64: { type: 'INT64' },
  bigint64: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  money: {
    type: 'INT64',
    converted_type: 'DECIMAL',
    scale: 4,
    precision: 18,
    logical_type: { type: 'DECIMAL', scale: 4, precision: 18 },
  },
  bigMoney: {
    type: 'FIXED_LEN_BYTE_ARRAY',
    type_length: BIG_BYTES,
    converted_type: 'DECIMAL',
    scale: 4,
    precision: 38,
    logical_type: { type: 'DECIMAL', scale: 4, precision: 38 },
  },
  timestamp: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  boolean: { type: 'BOOLEAN' },
};

/** The schema of a file with these columns. */
export function schemaElements(columns: readonly ParquetColumn[]): SchemaElement[] {
  const leaves = columns.map(({ stored, kind, optional }): SchemaElement => ({
    ...physical[kind],
    name: stored,
    repetition_type: optional ? 'OPTIONAL' : 'REQUIRED',
  }));
  return [{ name: 'root', num_children: leaves.length }, ...leaves];
}

/** What keeps values of this stored column from being read as that kind; undefined where nothing does. */
export function mismatch(kind: ColumnKind, element: SchemaElement): string | undefined {
  const wanted = physical[kind];
  const found = element.type ?? 'a group';
  if (kind === 'bigMoney' ? found !== 'FIXED_LEN_BYTE_ARRAY' : found !== wanted.type) {
    return `is stored as ${found}, not as ${wanted.type}`;
  }
  if (element.repetition_type === 'REPEATED') return 'is a list';
  if (wanted.scale !== undefined && element.scale !== wanted.scale) {
    return `has ${element.scale ?? 'no'} decimals, not ${wanted.scale}`;
  }
  if (kind === 'timestamp' && perMillisecond(element) === undefined) return 'holds no times';
  if (kind === 'date' && element.converted_type !== 'DATE' && element.logical_type?.type !== 'DATE') {
    return 'holds no dates';
  }
  return undefined;
}

/** How many of the units of a stored time make a millisecond; undefined where it is no time. */
export function perMillisecond({ converted_type, logical_type }: SchemaElement): bigint | undefined {
  if (logical_type?.type === 'TIMESTAMP') return { MILLIS: 1n, MICROS: 1_000n, NANOS: 1_000_000n }[logical_type.unit];
  if (converted_type === 'TIMESTAMP_MILLIS') return 1n;
  return converted_type === 'TIMESTAMP_MICROS' ? 1_000n : undefined;
}
