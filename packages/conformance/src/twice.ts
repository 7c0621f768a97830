import { map } from 'rxjs';
import { foldByKey, int64, into, pipeline, record, repartition, table, text, timestamp } from '@stockafolio/core';
import { sales } from './sales.js';

/** All that was seen of a key, in order: it shows every record that is lost, doubled or out of place. */
const Seen = record('seen', { all: text(), count: int64(), last: timestamp() });
const Parity = record('parity', { parity: text(), item: text(), time: timestamp() });
export const seenByItem = table('seen_by_item', { partitionBy: ['item'] }, { item: text(), ...Seen.fields });
export const byParity = table('seen_by_parity', { partitionBy: ['parity'] }, { parity: text(), ...Seen.fields });

/** The group of a count. */
export const parityOf = (count: number): string => (count % 2 === 0 ? 'even' : 'odd');

/** What was sold of each item, and of these counts the odd and the even ones: records are partitioned anew twice. */
export const twice = pipeline('twice', { sales }, ({ sales }) => {
  const items = sales.pipe(
    repartition('by-item', 'item'),
    foldByKey('items', {
      key: ['item'],
      state: Seen,
      fold: (seen, { user, amount, time }) => {
        seen.all += `${user}${amount} `;
        seen.count += 1;
        seen.last = time;
      },
    }),
  );
  const parities = items.pipe(
    map(({ key: [item], value: { count, last } }) => ({ parity: parityOf(count), item, time: last })),
    repartition('by-parity', { key: 'parity', schema: Parity, time: ({ time }) => time }),
    foldByKey('parities', {
      key: ['parity'],
      state: Seen,
      fold: (seen, { item, time }) => {
        seen.all += `${item} `;
        seen.count += 1;
        seen.last = time;
      },
    }),
  );
  return [into(seenByItem, items), into(byParity, parities)];
});
