import { formatValue } from '@stockafolio/core/ports';
import { keyOf, type Difference } from '../reconcile.js';

/** A column in which two rows differ, its values as `tables get` prints them; null for an absent one. */
export interface ColumnDifference {
  readonly column: string;
  readonly expected: string | null;
  readonly found: string | null;
}

/** The key of the row that differs, as in `u00001, IBM`. */
export function keyText(difference: Difference): string {
  const { columns, keyLength } = difference.table;
  const key = keyOf(difference);
  return columns
    .slice(0, keyLength)
    .map(({ type }, n) => String(formatValue(type, key[n])))
    .join(', ');
}

/** The columns in which the rows differ; none if there is only one row. */
export function differingColumns({ table, expected, found }: Difference): readonly ColumnDifference[] {
  if (expected === undefined || found === undefined) return [];
  return table.columns.flatMap(({ stored, type }, n) => {
    const [want, have] = [expected.values[n], found.values[n]];
    if (Object.is(want, have)) return [];
    const shown = (value: typeof want): string | null => (value === undefined ? null : formatValue(type, value));
    return [{ column: stored, expected: shown(want), found: shown(have) }];
  });
}
