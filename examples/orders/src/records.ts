import { type Infer, int32, minutes, money, record, stream, text, timestamp } from '@stockafolio/core';

/** What a piece of an article costs in a shop, from this time until its next quote. */
export const Quote = record('quote', {
  shop: text({ min: 1 }),
  article: text({ min: 1 }),
  price: money({ min: 0 }),
  time: timestamp(),
});
export type Quote = Infer<typeof Quote>;

export const Order = record('order', {
  shop: text({ min: 1 }),
  id: text({ min: 1 }),
  article: text({ min: 1 }),
  pieces: int32({ min: 1 }),
  time: timestamp(),
});
export type Order = Infer<typeof Order>;

/** All or a part of what an order costs. */
export const Payment = record('payment', {
  shop: text({ min: 1 }),
  order: text({ min: 1 }),
  amount: money({ min: 0 }),
  time: timestamp(),
});
export type Payment = Infer<typeof Payment>;

/** All streams have the shop as key: what belongs to a shop is in one partition of each. */
export const quotes = stream('quotes', Quote, { key: 'shop', time: (q) => q.time });
export const orders = stream('orders', Order, { key: 'shop', time: (o) => o.time });
/** The bank sends payments up to a minute late. */
export const payments = stream('payments', Payment, { key: 'shop', time: (p) => p.time, outOfOrderness: minutes(1) });
