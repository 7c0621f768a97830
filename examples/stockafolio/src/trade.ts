import { money, oneOf, optional, record, stream, text, timestamp, type Infer } from '@stockafolio/core';
import { quantity, tradeValue } from './quantity.js';

/**
 * One execution: `user` bought or sold `quantity` shares of `symbol` at `price` each. Fields are in wire order.
 *
 * `quantity` is in 1e-8 shares, `price` in 1e-4 USD, `time` in epoch milliseconds. Years outside 1990 to 2200 count as a
 * broken clock (an unset one says 1970). `lot` is the id of the trade whose shares it closes, where lots are kept; without
 * it the method chooses. `kind` and `amends` refer to an earlier trade. Until corrections are folded, a record of any kind
 * except `new` is bad, so that it waits in the dead letters instead of counting as one more trade.
 */
export const Trade = record(
  'trade',
  {
    id: text({ min: 1, max: 64 }),
    user: text({ min: 1, max: 64 }),
    symbol: text({ min: 1, max: 16 }),
    sector: text({ min: 1, max: 64 }),
    side: oneOf('buy', 'sell'),
    quantity: quantity({ min: 1 }),
    price: money({ min: 1 }),
    time: timestamp({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2201, 0, 1) - 1 }),
    kind: optional(oneOf('new', 'bust', 'correct')),
    amends: optional(text({ max: 64 })),
    lot: optional(text({ min: 1, max: 128 })),
  },
  {
    check: ({ kind, quantity, price }) => {
      if (kind !== undefined && kind !== 'new') return `kind '${kind}': corrections are not supported yet`;
      return tradeValue(quantity, price) > Number.MAX_SAFE_INTEGER
        ? 'quantity * price is past 2^53 units of 1e-4 USD'
        : undefined;
    },
  },
);

export type Trade = Infer<typeof Trade>;

export type Side = Trade['side'];

/** All trades of all users, partitioned by user. */
export const trades = stream('trades', Trade, { key: 'user', time: (t) => t.time });
