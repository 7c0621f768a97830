import { classOf, type CurrentPart, type Item } from '@stockafolio/conformance/random';
import type { Memory } from './naive-memory.js';
import type { Node } from './naive-nodes.js';
import { fold, unfold } from './naive-sums.js';

/** A change of what the changelog has of a user and item. */
export interface Changed {
  readonly user: string;
  readonly item: string;
  readonly before: Item | undefined;
  readonly value: Item | undefined;
}

/** What a part that only reads the changelog makes of a change. */
export function intoTable({ name, part }: Node, { user, item, before, value }: Changed, memory: Memory): void {
  if (part.kind !== 'current') return;
  if (part.as === 'rows') {
    const id = `${name}/${user}/${item}`;
    if (value === undefined || value.amount % 5 === part.not) Reflect.deleteProperty(memory.rows, id);
    else memory.rows[id] = `${value.amount} 0`;
    return;
  }
  if (before !== undefined) unfold(memory, name, [user, classOf(before.amount)], before.amount);
  if (value !== undefined) fold(memory, name, [user, classOf(value.amount)], value.amount, { fails: 13 });
}

/** Writes the row of a figure of the flow and what the changelog has, or removes it. */
export function meet(
  name: string,
  { as }: CurrentPart,
  { user, item }: Pick<Item, 'user' | 'item'>,
  { rows, sums, current }: Memory,
): void {
  const [left, right] = [sums[`${name}-left/${user}/${item}`]?.amount, current.get(`${user}/${item}`)?.amount];
  const isThere = as === 'inner' ? left !== undefined && right !== undefined : (left ?? right) !== undefined;
  if (isThere) rows[`${name}/${user}/${item}`] = `${left ?? 0} ${right ?? 0}`;
  else Reflect.deleteProperty(rows, `${name}/${user}/${item}`);
}
