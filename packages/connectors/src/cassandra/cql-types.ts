import type { Column, Kind } from '@stockafolio/core';

const types: Readonly<Record<Kind, string>> = {
  text: 'text',
  oneOf: 'text',
  int32: 'int',
  shard: 'int',
  int64: 'bigint',
  bigint64: 'bigint',
  double: 'double',
  // With the scale of the type, so that a query by hand shows its decimals.
  decimal: 'decimal',
  bigDecimal: 'decimal',
  timestamp: 'timestamp',
  date: 'date',
  boolean: 'boolean',
};

/** The CQL type of a column. */
export function cqlType({ type }: Column): string {
  return types[type.kind];
}
