import type { SchemaElement } from 'hyparquet';
import { type FieldType, type Fields, type Kind, type RecordSchema } from '@stockafolio/core';
import { snakeCase } from '@stockafolio/core/ports';

/** What a column of a file holds: a kind of field, raw bytes; or any flat type, read as the text of exact JSON. */
export type ColumnKind = Kind | 'binary' | 'json';

/** One column of a Parquet file. */
export interface ParquetColumn {
  /** The name in the file: `last_time`. */
  readonly stored: string;
  readonly kind: ColumnKind;
  /** How many decimals the values of `decimal` and `bigDecimal` have; defaults to 0. */
  readonly scale?: number | undefined;
  readonly optional: boolean;
  /** The path of its value in a row: `['lastTime']`. */
  readonly path: readonly string[];
  /** The value in every row, if it is not part of the rows that are written. */
  readonly constant?: number;
}

/** The columns of a record's fields, in schema order, in snake case. */
export function parquetColumns<F extends Fields>(schema: RecordSchema<F>): ParquetColumn[] {
  return Object.entries<FieldType>(schema.fields).map(([name, { kind, scale, optional }]) => ({
    stored: snakeCase(name),
    kind,
    ...(scale === undefined ? {} : { scale }),
    optional,
    path: [name],
  }));
}

/** Bytes of a `bigDecimal` value. */
export const BIG_BYTES = 16;

type Physical = Omit<SchemaElement, 'name' | 'repetition_type'>;

/** How each kind is stored. `bigDecimal` values past 10^38 keep their bits, although DECIMAL(38) promises no more. */
const physical: Readonly<Record<ColumnKind, Physical>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  oneOf: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  binary: { type: 'BYTE_ARRAY' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } },
  int32: { type: 'INT32' },
  shard: { type: 'INT32' },
  int64: { type: 'INT64' },
  bigint64: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  decimal: { type: 'INT64', converted_type: 'DECIMAL', precision: 18 },
  bigDecimal: { type: 'FIXED_LEN_BYTE_ARRAY', type_length: BIG_BYTES, converted_type: 'DECIMAL', precision: 38 },
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
  const leaves = columns.map(({ stored, kind, scale, optional }): SchemaElement => ({
    ...withScale(physical[kind], scale),
    name: stored,
    repetition_type: optional ? 'OPTIONAL' : 'REQUIRED',
  }));
  return [{ name: 'root', num_children: leaves.length }, ...leaves];
}

function withScale(type: Physical, scale = 0): Physical {
  const { precision } = type;
  return precision === undefined ? type : { ...type, scale, logical_type: { type: 'DECIMAL', scale, precision } };
}
