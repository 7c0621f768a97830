import { memberWriter } from '@stockafolio/core/compile';
import type { KeptNode } from '@stockafolio/core/plan';
import type { State, SubKeys } from '@stockafolio/core/ports';

/**
 * A function that writes what is kept of a record into the sub-key or key that was entered last.
 *
 * @param owner code is told apart by this name
 */
export function keeper(
  owner: string,
  { cursor: row }: Pick<SubKeys | State, 'cursor'>,
  { state, select }: KeptNode,
): (record: unknown) => void {
  const write = memberWriter<object>(`${owner}, kept rows`, state.names as readonly never[]);
  const selected = select as ((record: unknown) => object) | undefined;
  return (record) => write(row, selected === undefined ? (record as object) : selected(record));
}
