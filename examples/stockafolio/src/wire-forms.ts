import { jsonCodec } from '@stockafolio/core';
import { StreamEvent } from './account-stream.js';
import { CorporateAction } from './action-stream.js';

/** One JSON object with the fields of an event, for most a trade; times ISO 8601 or epoch milliseconds, prices in dollars. */
export const wireForm = jsonCodec(StreamEvent);

/** One JSON object with the fields of a corporate action, with the same rules. */
export const actionForm = jsonCodec(CorporateAction);

/**
 * The messages of the first Stockafolio: other names, `sold` for a sale, New York time, prices with every digit of a
 * double from its Gaussian draw, and no id: a trade is identified by its partition and offset.
 */
export const originalForm = jsonCodec(StreamEvent, {
  names: {
    user: 'uuid_trade',
    symbol: 'traded_stock',
    sector: 'traded_stock_sector',
    side: 'trade_type',
    quantity: 'traded_quantity',
    price: 'traded_stock_price',
    time: 'timestamp',
  },
  values: { side: { sold: 'sell' } },
  decimals: { price: { round: 'half-even' } },
  zone: 'America/New_York',
  computed: { id: ({ partition, offset }) => `${partition}-${offset}` },
});
