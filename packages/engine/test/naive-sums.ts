import type { Memory, Totals } from './naive-memory.js';

type Key = readonly [user: string, item: string];

/** Adds an amount to a sum, by part and key. */
export function addTo({ sums }: Memory, id: string, amount: number): Totals {
  const sum = (sums[id] ??= { amount: 0, count: 0 });
  sum.amount += amount;
  sum.count += 1;
  return sum;
}

/** Adds an amount to a figure of a part that fails at some amount. @param isTable whether the figure is a row */
export function fold(
  memory: Memory,
  name: string,
  [user, item]: Key,
  amount: number,
  { fails = -1, isTable = true }: { readonly fails?: number; readonly isTable?: boolean } = {},
): Totals {
  const id = `${name}/${user}/${item}`;
  const sum = addTo(memory, id, amount);
  if (amount === fails) throw new Error(`${fails} fails`);
  if (isTable) memory.rows[id] = `${sum.amount} ${sum.count}`;
  return sum;
}

/** Undoes that an amount was added to a figure. */
export function unfold({ sums, rows }: Memory, name: string, [user, item]: Key, amount: number): void {
  const id = `${name}/${user}/${item}`;
  const sum = sums[id];
  if (sum === undefined) throw new Error('a figure was not folded');
  sum.amount -= amount;
  sum.count -= 1;
  rows[id] = `${sum.amount} ${sum.count}`;
}
