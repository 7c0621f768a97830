import type { Column, Kind } from '@stockafolio/core';

const types: Readonly<Record<Kind, string>> = {
  text: 'text',
  oneOf: 'text',
  int32: 'int',
  shard: 'int',
  int64: 'bigint',
  bigint64: 'bigint',
  double: 'double',
  // Of scale 4, so that whoever queries the table by hand reads dollars.
  money: 'decimal',
  bigMoney: 'decimal',
  timestamp: 'timestamp',
  date: 'date',
  boolean: 'boolean',
};

/** The CQL type of a column. */
export function cqlType({ type }: Column): string {
  return types[type.kind];
}
