import type { Value } from '@stockafolio/core';
import { canCompile, compile, listed } from '@stockafolio/core/compile';
import type { ColumnOrigin, KeyKind } from '@stockafolio/core/plan';
import type { RowValues } from '@stockafolio/core/ports';
import type { Cursor } from './cursor.js';
import type { Interner } from './interner.js';

/** What the rows of a state are read through. */
export interface RowScope {
  /** On the row. */
  readonly cursor: Cursor;
  readonly interner: Interner;
  /** The value of columns of type shard. */
  readonly shard: number;
}

/** Lists the values of columns from the row that the cursor is on, whose values begin at a cell. */
export type RowLister = (cells: Float64Array, at: number) => RowValues;

/**
 * A row's key is stored right before its version, and the version before its values.
 *
 * @param owner code is told apart by this name
 * @param origins by column, what its value is
 * @param kinds the kinds of the parts of the state's key
 */
export function rowLister(
  owner: string,
  origins: readonly ColumnOrigin[],
  kinds: readonly KeyKind[],
  scope: RowScope,
): RowLister {
  if (!canCompile()) {
    const readers = origins.map((origin) => valueReader(origin, kinds, scope));
    return (cells, at) => readers.map((read) => read(cells, at));
  }
  const values = origins.map((origin) => valueText(origin, kinds));
  return compile(
    owner,
    { ...scope, listed },
    `return function list(cells, at) { return listed(${values.join(', ')}); };`,
  );
}

/** Field names are identifiers by schema, so nothing else can get into the text. */
function valueText(origin: ColumnOrigin, kinds: readonly KeyKind[]): string {
  if (origin === 'shard') return 'shard';
  if (origin === 'absent') return 'undefined';
  if ('field' in origin) return `cursor.${origin.field}`;
  const cell = `cells[at - ${1 + kinds.length - origin.part}]`;
  switch (kinds[origin.part]) {
    case 'text':
      return `interner.textOf(${cell})`;
    case 'bigint':
      return `BigInt(interner.textOf(${cell}))`;
    case 'boolean':
      return `${cell} === 1`;
    default:
      return cell;
  }
}

function valueReader(
  origin: ColumnOrigin,
  kinds: readonly KeyKind[],
  { cursor, interner, shard }: RowScope,
): (cells: Float64Array, at: number) => Value {
  if (origin === 'shard') return () => shard;
  if (origin === 'absent') return () => undefined;
  if ('field' in origin) {
    const { field } = origin;
    return () => (cursor as unknown as Readonly<Record<string, Value>>)[field];
  }
  const before = 1 + kinds.length - origin.part;
  switch (kinds[origin.part]) {
    case 'text':
      return (cells, at) => interner.textOf(cells[at - before] as number);
    case 'bigint':
      return (cells, at) => BigInt(interner.textOf(cells[at - before] as number));
    case 'boolean':
      return (cells, at) => cells[at - before] === 1;
    default:
      return (cells, at) => cells[at - before];
  }
}
