// The same, and a figure of each user in front of the repartitions: the first stage keeps something by the keys of sales.
import { foldByKey, int64, into, record, table, text } from '@stockafolio/core';
import { itemsPipeline } from './items-app.mjs';

const Spent = record('spent', { count: int64(), order: int64() });
const spent = table('spent', { partitionBy: ['user'] }, { user: text(), ...Spent.fields });

export default itemsPipeline('kept-items', (sales) => [
  into(
    spent,
    sales.pipe(
      foldByKey('spent', {
        key: ['user'],
        state: Spent,
        fold: (state, { amount }) => {
          state.count += 1;
          state.order = (state.order * 31 + amount) % 1_000_000_007;
        },
      }),
    ),
  ),
]);
