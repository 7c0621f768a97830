import {
  type Infer,
  int64,
  into,
  pipeline,
  processByKey,
  record,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';

export const Trade = record('trade', { user: text(), symbol: text(), quantity: int64(), time: timestamp() });
export type Trade = Infer<typeof Trade>;
export const trades = stream('trades', Trade, { key: 'user', time: (t) => t.time });

const Holding = record('holding', { quantity: int64() });
const Held = record('held', { user: text(), symbol: text(), quantity: int64() });
export const holdings = table('holdings', { partitionBy: ['user'], clusterBy: ['symbol'] }, Held.fields);

// #region splits
const Split = record('split', { symbol: text(), times: int64({ min: 2 }), time: timestamp() });
export const splits = stream('splits', Split, { broadcast: true, time: (s) => s.time });

export const holding = pipeline('holding', { splits, trades }, ({ splits, trades }) => [
  into(
    holdings,
    trades.pipe(
      processByKey('holdings', {
        key: ['user', 'symbol'],
        state: Holding,
        output: Held,
        onRecord: (holding, { user, symbol, quantity }, { emit }) => {
          holding.quantity += quantity;
          emit({ user, symbol, quantity: holding.quantity });
        },
        everyKey: {
          splits: {
            broadcast: splits,
            where: { symbol: 'symbol' },
            onKey: (holding, { times }, { key: [user, symbol], emit }) => {
              holding.quantity *= times;
              emit({ user, symbol, quantity: holding.quantity });
            },
          },
        },
      }),
    ),
  ),
]);
// #endregion splits
