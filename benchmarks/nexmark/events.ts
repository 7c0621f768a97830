import { type FieldType, type Infer, int64, record, text, timestamp } from '@stockafolio/core';

/** A text of an event: `extra` fills an auction up to 500 bytes, and a text is at most 255 long by default. */
export const longText = (): FieldType<string, 'text', false> => text({ max: 1_000 });

/**
 * The three records of Nexmark. `number` is the number of the event: Nexmark's bids have no id, and a row needs a key.
 * Prices are whole cents.
 */
export const Person = record('person', {
  number: int64(),
  id: int64(),
  name: text(),
  emailAddress: text(),
  creditCard: text(),
  city: text(),
  state: text(),
  dateTime: timestamp(),
  extra: longText(),
});
export type Person = Infer<typeof Person>;

export const Auction = record('auction', {
  number: int64(),
  id: int64(),
  itemName: text(),
  description: text(),
  initialBid: int64(),
  reserve: int64(),
  dateTime: timestamp(),
  expires: timestamp(),
  seller: int64(),
  category: int64(),
  extra: longText(),
});
export type Auction = Infer<typeof Auction>;

const bid = {
  number: int64(),
  auction: int64(),
  bidder: int64(),
  price: int64(),
  channel: text(),
  url: text(),
  dateTime: timestamp(),
  /** When its message was sent: the processing time of q12, as data. */
  sent: timestamp(),
  extra: longText(),
};
export const Bid = record('bid', bid);
export type Bid = Infer<typeof Bid>;

/** A bid with the seller of its auction, 0 if there is no such auction: the feed of q6, which is keyed by seller. */
export const SellersBid = record('sellers_bid', { ...bid, seller: int64() });
export type SellersBid = Infer<typeof SellersBid>;

/** A row of the bounded side input of q13. */
export const Side = record('side', { key: int64(), value: text(), time: timestamp() });
export type Side = Infer<typeof Side>;

/** An event, and when its message was sent. */
export type Event = { readonly sent: number } & (
  | { readonly kind: 'person'; readonly record: Person }
  | { readonly kind: 'auction'; readonly record: Auction }
  | { readonly kind: 'bid'; readonly record: Bid }
);
