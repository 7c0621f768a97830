import { type Infer, int64, type Mutable, record, shard, stream, table, text, timestamp } from '@stockafolio/core';

/** The records of specs: a user sells some amount of an item. */
export const Sale = record('sale', {
  user: text({ min: 1 }),
  item: text(),
  amount: int64(),
  time: timestamp(),
});
export type Sale = Infer<typeof Sale>;

export const sales = stream('sales', Sale, { key: (s) => s.user, time: (s) => s.time });

/** The same, with a watermark three seconds behind the newest record. */
export const looseSales = stream('sales', Sale, { key: (s) => s.user, time: (s) => s.time, outOfOrderness: 3_000 });

/** One piece of tea, sold by ann, with these fields replaced. */
export function sale(facts: Partial<Sale> = {}): Sale {
  return { user: 'ann', item: 'tea', amount: 1, time: 0, ...facts };
}

export const Sum = record('sum', { amount: int64(), count: int64() });
export type Sum = Infer<typeof Sum>;

export function addTo(sum: Mutable<Sum>, { amount }: Sale): void {
  sum.amount += amount;
  sum.count += 1;
}

export const byUser = table('by_user', { partitionBy: ['user'] }, { user: text(), amount: int64(), count: int64() });

export const byItem = table(
  'by_item',
  { partitionBy: ['item'], clusterBy: ['shard'] },
  { item: text(), shard: shard(), amount: int64(), count: int64() },
);

export const bySecond = table(
  'by_second',
  { partitionBy: ['second'], clusterBy: ['item', 'shard'] },
  { second: timestamp(), item: text(), shard: shard(), amount: int64(), count: int64() },
);

/** The code of the error with which an action fails; undefined if it succeeds. */
export async function codeOf(action: () => unknown): Promise<string | undefined> {
  try {
    await action();
  } catch (error) {
    // Not by its class: the specs of core throw the errors of its sources.
    if (error instanceof Error && 'code' in error && 'domain' in error) return String(error.code);
    throw error;
  }
  return undefined;
}
