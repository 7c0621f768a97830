import {
  foldByKey,
  int64,
  into,
  jsonCodec,
  pipeline,
  record,
  shard,
  shardedFold,
  stream,
  table,
  text,
  timestamp,
  tumblingWindow,
  isStockafolioError,
  type Infer,
} from '@stockafolio/core';
import type { Clock, OutgoingMessage, Tables } from '@stockafolio/core/ports';
import { map } from 'rxjs';

const Sale = record('sale', { user: text({ min: 1 }), amount: int64(), time: timestamp() });
export type Sale = Infer<typeof Sale>;
export const sales = stream('sales', Sale, { key: (s) => s.user, time: (s) => s.time });
export const codec = jsonCodec(Sale);

const Sum = record('sum', { amount: int64(), count: int64() });
const add = (sum: { amount: number; count: number }, s: Sale): void => {
  sum.amount += s.amount;
  sum.count += 1;
};

const byUser = table('by_user', { partitionBy: ['user'] }, { user: text(), amount: int64(), count: int64() });
const bySecond = table(
  'by_second',
  { partitionBy: ['user'], clusterBy: ['second'] },
  { user: text(), second: timestamp(), amount: int64(), count: int64() },
);

const byDigit = table(
  'by_digit',
  { partitionBy: ['digit'], clusterBy: ['shard'] },
  { digit: int64(), shard: shard(), amount: int64(), count: int64() },
);

/** All-time totals of each user, totals by second, and totals of all users by the last digit of the amount. */
export const totals = pipeline('totals', { sales }, ({ sales }) => [
  into(byUser, sales.pipe(foldByKey('totals', { key: (s) => [s.user], state: Sum, fold: add }))),
  into(byDigit, sales.pipe(shardedFold('digits', { key: (s) => [s.amount % 10], state: Sum, fold: add }))),
  into(
    bySecond,
    sales.pipe(
      tumblingWindow('seconds', { size: 1_000, allowedLateness: 1e9, key: (s) => [s.user], state: Sum, fold: add }),
      map(({ window, key: [user], value }) => ({ user, second: window.start, ...value })),
    ),
  ),
]);

const encoder = new TextEncoder();

/** Sales number `from` to `from + count - 1` of a fixed sequence, over thirty users. */
export function messages(count: number, from = 0): OutgoingMessage[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const sale: Sale = { user: `u${(n * 7) % 30}`, amount: (n * 31) % 101, time: n * 10 };
    return { key: encoder.encode(sale.user), value: codec.encode(sale), timestamp: sale.time };
  });
}

/** The rows of the pipeline's own tables, as text. */
export async function dump(tables: Tables): Promise<string[]> {
  const rows: string[] = [];
  for (const each of [byUser, byDigit, bySecond]) {
    for await (const { values } of tables.scanAll(each)) rows.push(`${each.name} ${values.join(' ')}`);
  }
  return rows;
}

/** Tables that take time for every write: as long as `delay` says. */
export function slow(tables: Tables, clock: Clock, delay: () => number): Tables {
  return {
    inKeyOrder: tables.inKeyOrder,
    create: (made) => tables.create(made),
    async write(rows) {
      await clock.sleep(delay());
      await tables.write(rows);
    },
    get: (made, key) => tables.get(made, key),
    scan: (made, prefix, options) => tables.scan(made, prefix, options),
    scanAll: (made) => tables.scanAll(made),
    close: () => tables.close(),
  };
}

/** The code of the error that a promise rejects with; undefined if it resolves. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
  } catch (error) {
    if (isStockafolioError(error)) return error.code;
    throw error;
  }
  return undefined;
}
