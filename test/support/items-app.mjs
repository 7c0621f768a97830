// Sales are partitioned by user. Here they become figures of items, and these figures of the turn of each sale: records
// are partitioned anew twice. `order` depends on the order of the records.
import { sales } from '@stockafolio/conformance';
import { foldByKey, int64, into, pipeline, record, repartition, table, text, timestamp } from '@stockafolio/core';
import { map } from 'rxjs';

const Sold = record('sold', { count: int64(), amount: int64(), order: int64(), last: timestamp() });
const Turn = record('turn', { turn: text(), amount: int64(), time: timestamp() });
const items = table('items', { partitionBy: ['item'] }, { item: text(), ...Sold.fields });
const turns = table('turns', { partitionBy: ['turn'] }, { turn: text(), ...Sold.fields });

function add(sold, { amount, time }) {
  sold.count += 1;
  sold.amount += amount;
  sold.order = (sold.order * 31 + amount) % 1_000_000_007;
  sold.last = time;
}

/** @param more what else is made of the sales */
export const itemsPipeline = (name, more = () => []) =>
  pipeline(name, { sales }, ({ sales }) => {
    const byItem = sales.pipe(
      repartition('by-item', 'item'),
      foldByKey('items', { key: ['item'], state: Sold, fold: add }),
    );
    const byTurn = byItem.pipe(
      map(({ value: { count, amount, last } }) => ({ turn: String(count % 40), amount, time: last })),
      repartition('by-turn', { key: 'turn', schema: Turn, time: (turn) => turn.time }),
      foldByKey('turns', { key: ['turn'], state: Sold, fold: add }),
    );
    return [into(items, byItem), into(turns, byTurn), ...more(sales)];
  });

export default itemsPipeline('items');
