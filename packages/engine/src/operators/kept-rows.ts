import { memberWriter } from '@stockafolio/core/compile';
import type { KeptNode } from '@stockafolio/core/plan';
import type { SubKeys } from '@stockafolio/core/ports';

/**
 * A function that writes what is kept of a record into the sub-key that was entered last.
 *
 * @param owner code is told apart by this name
 */
export function keeper(owner: string, subKeys: SubKeys, { state, select }: KeptNode): (record: unknown) => void {
  const row: object = subKeys.cursor;
  const write = memberWriter<object>(`${owner}, kept rows`, state.names as readonly never[]);
  const selected = select as ((record: unknown) => object) | undefined;
  return (record) => write(row, selected === undefined ? (record as object) : selected(record));
}
