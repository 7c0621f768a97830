import { filter, map, type Observable } from 'rxjs';
import {
  type Change,
  changelog,
  currentByKey,
  foldByKey,
  joinLatest,
  keyBytes,
  stream,
  topic,
  type Update,
} from '@stockafolio/core';
import { Sale, Sum } from '../sales.js';
import { classOf, isRemoval, OUT_OF_ORDER } from './random-items.js';
import type { Item, Part } from './random-parts.js';

/** The part of a random plan that has what a changelog has now. */
export type CurrentPart = Extract<Part, { readonly kind: 'current' }>;

/** A change, or the record that a message of another stream is. */
export type SaleChange = Change<Sale, readonly ['user', 'item']>;

/** A compacted topic of other producers: of each user and item a sale, or that there is none any more. */
export const changes = changelog(
  topic(stream('changes', Sale, { key: 'user', time: ({ time }) => time, outOfOrderness: OUT_OF_ORDER }), {
    compactBy: ['user', 'item'],
  }),
);

/** The key of a message of the changelog. */
export const changeKey = ({ user, item }: Item): Uint8Array => keyBytes(`${user}\u0000${item}`);

/** What the changelog's reader makes of a message. @param sent the time that a removal has, in epoch milliseconds */
export function changeOf(sale: Sale, sent: number): SaleChange {
  const key = changeKey(sale);
  const change = isRemoval(sale)
    ? changes.changes?.removal({ key, $time: sent })
    : changes.changes?.update({ ...sale }, { key });
  return change as unknown as SaleChange;
}

type Figure = Update<readonly [string, string], { readonly amount: number }, unknown, unknown>;
type Row = Readonly<Record<'user' | 'item', string> & Record<'amount' | 'count', number>>;

/** The rows of what a changelog has now: its values, figures of them, or both beside figures of the flow. */
export function current(
  name: string,
  { as, not }: CurrentPart,
  changed: Observable<SaleChange>,
  sums: (name: string) => Observable<Figure>,
): Observable<Row> {
  const now: Observable<Figure> = changed.pipe(currentByKey(`${name}-now`));
  switch (as) {
    case 'rows':
      return now.pipe(
        filter(({ value: { amount } }) => amount % 5 !== not),
        map(({ key: [user, item], value: { amount } }) => ({ user, item, amount, count: 0 })),
      );
    case 'figures':
      return now.pipe(
        foldByKey(name, {
          key: ({ key: [user], value: { amount } }): [string, string] => [user, classOf(amount)],
          state: Sum,
          fold: (sum, { value: { amount } }) => {
            sum.amount += amount;
            sum.count += 1;
            if (amount === 13) throw new Error('13 fails');
          },
          unfold: (sum, { value: { amount } }) => {
            sum.amount -= amount;
            sum.count -= 1;
          },
        }),
        map(({ key: [user, item], value }) => ({ user, item, ...value })),
      );
    case 'inner':
    case 'outer':
      return sums(`${name}-left`).pipe(
        joinLatest(name, now, { kind: as }),
        map(({ key: [user, item], value: { left, right } }) => ({
          ...{ user, item, amount: left?.amount ?? 0, count: right?.amount ?? 0 },
        })),
      );
  }
}
