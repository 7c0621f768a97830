import type { Column, Kind } from '@stockafolio/core';

const types: Readonly<Record<Kind, string>> = {
  text: 'text',
  oneOf: 'text',
  int32: 'int',
  shard: 'int',
  int64: 'bigint',
  bigint64: 'bigint',
  double: 'double',
  // Scale 4, so that a query by hand shows dollars.
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
