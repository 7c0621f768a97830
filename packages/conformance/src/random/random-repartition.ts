import { filter, map, merge, type Observable } from 'rxjs';
import { int64, record, repartition, text, timestamp } from '@stockafolio/core';
import type { Item, Part } from './random-parts.js';

/** The part of a random plan that partitions records anew. */
export type RepartitionPart = Extract<Part, { readonly kind: 'repartition' }>;

/** What an item is behind a repartition by one of its fields: its user is then what that was. */
export const movedBy = (by: 'user' | 'item' | 'amount', { user, item, amount, time }: Item): Item => ({
  user: by === 'item' ? item : by === 'amount' ? String(amount % 3) : user,
  item: by === 'item' ? user : item,
  ...{ amount, time },
});
/** Whether an item goes through the first of two repartitions. */
export const isOdd = ({ amount }: Item): boolean => amount % 2 !== 0;

const Moved = record('moved', { user: text(), item: text(), amount: int64(), time: timestamp() });

/** The flow, partitioned anew: by one repartition, or by one for odd amounts and one for the others. */
export function repartitioned(
  name: string,
  { by, isSplit, outOfOrderness }: RepartitionPart,
  flow: Observable<Item>,
): Observable<Item> {
  const through = (of: string, records: Observable<Item>): Observable<Item> =>
    records.pipe(
      map((each) => movedBy(by, each)),
      repartition(of, {
        ...{ key: 'user', schema: Moved, time: ({ time }) => time },
        ...(outOfOrderness === undefined ? {} : { outOfOrderness }),
      }),
    );
  if (!isSplit) return through(name, flow);
  return merge(
    through(`${name}a`, flow.pipe(filter(isOdd))),
    through(`${name}b`, flow.pipe(filter((each) => !isOdd(each)))),
  );
}
