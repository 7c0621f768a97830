import type { KeptNode } from '@stockafolio/core/plan';
import type { SubKeys } from '@stockafolio/core/ports';

/** A function that writes what is kept of a record into the sub-key that was entered last. */
export function keeper(subKeys: SubKeys, { state, select }: KeptNode): (record: unknown) => void {
  const { names } = state;
  const row = subKeys.cursor as unknown as Record<string, unknown>;
  const selected = select as ((record: unknown) => object) | undefined;
  return (record) => {
    const values = (selected === undefined ? record : selected(record)) as Readonly<Record<string, unknown>>;
    for (const name of names) row[name] = values[name];
  };
}
