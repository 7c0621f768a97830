/**
 * Which streams each query reads, and what they are partitioned by. Everything about that is here: a query that needs
 * another key has a stream of its own, which the generator fills.
 */
import { seconds, stream, type Value } from '@stockafolio/core';
import { Auction, Bid, Person, SellersBid, Side } from './events.js';
import { SIDE_ROWS } from './generator/side.js';
import type { Asked } from './query.js';

const times = { time: ({ dateTime }: { readonly dateTime: number }) => dateTime, outOfOrderness: seconds(4) } as const;

const persons = stream('persons', Person, { key: 'id', ...times });
const auctions = stream('auctions', Auction, { key: 'id', ...times });
const auctionsOfSellers = stream('auctions-of-sellers', Auction, { key: 'seller', ...times });
const bids = stream('bids', Bid, { key: 'auction', ...times });
const bidsOfBidders = stream('bids-of-bidders', Bid, { key: 'bidder', ...times });
const bidsOfSellers = stream('bids-of-sellers', SellersBid, { key: 'seller', ...times });
const bidsOfSides = stream('bids-of-sides', Bid, { key: ({ auction }) => auction % SIDE_ROWS, ...times });
/** Time is when a message was sent: Nexmark's processing time, as data. */
const bidsSent = stream('bids-sent', Bid, { key: 'bidder', time: ({ sent }) => sent });
const side = stream('side', Side, { key: 'key', time: ({ time }) => time });

export const feeds = {
  q0: { bids },
  q1: { bids },
  q2: { bids },
  q3: { persons, auctions: auctionsOfSellers },
  q4: { auctions, bids },
  q5: { bids },
  q6: { auctions: auctionsOfSellers, bids: bidsOfSellers },
  q7: { bids },
  q8: { persons, auctions: auctionsOfSellers },
  q9: { auctions, bids },
  q10: { bids },
  q11: { bids: bidsOfBidders },
  q12: { bids: bidsSent },
  q13: { side, bids: bidsOfSides },
  q14: { bids },
  q15: { bids, bidsOfBidders },
  q16: { bids, bidsOfBidders },
  q17: { bids },
  q18: { bids: bidsOfBidders },
  q19: { bids },
  q20: { auctions, bids },
  q21: { bids },
  q22: { bids },
} as const;

/** A record of one of the streams, and when it is sent. */
export interface Sent {
  readonly stream: string;
  readonly record: Readonly<Record<string, Value>>;
  readonly sent: number;
}

/** What is sent to some of the streams, in order. */
export function sentTo(streams: readonly { readonly name: string }[], { events, side: rows }: Asked): Sent[] {
  const names = new Set(streams.map(({ name }) => name));
  const sellers = new Map(events.flatMap((e) => (e.kind === 'auction' ? [[e.record.id, e.record.seller]] : [])));
  const all: Sent[] = [];
  const add = (stream: { readonly name: string }, record: Sent['record'], sent: number): void => {
    if (names.has(stream.name)) all.push({ stream: stream.name, record, sent });
  };
  if (names.has(side.name)) for (const row of rows) add(side, row, row.time);
  for (const { kind, record, sent } of events) {
    if (kind === 'person') add(persons, record, sent);
    else if (kind === 'auction') for (const to of [auctions, auctionsOfSellers]) add(to, record, sent);
    else {
      for (const to of [bids, bidsOfBidders, bidsOfSides, bidsSent]) add(to, record, sent);
      add(bidsOfSellers, { ...record, seller: sellers.get(record.auction) ?? 0 }, sent);
    }
  }
  return all;
}
