import {
  boolean,
  type Infer,
  int64,
  into,
  pipeline,
  processByKey,
  record,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { map, merge } from 'rxjs';
import { longText, type Auction, type Bid } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { without } from '../without.js';

const CATEGORY = 10;

const ofAuction = {
  itemName: text(),
  description: text(),
  initialBid: int64(),
  reserve: int64(),
  auctionDateTime: timestamp(),
  expires: timestamp(),
  seller: int64(),
  category: int64(),
  auctionExtra: longText(),
};
const ofBid = {
  number: int64(),
  auction: int64(),
  bidder: int64(),
  price: int64(),
  channel: text(),
  url: text(),
  bidDateTime: timestamp(),
  bidExtra: longText(),
};
const expanded = table('q20_bids', { partitionBy: ['auction'], clusterBy: ['number'] }, { ...ofBid, ...ofAuction });

const Expanded = record('expanded', { ...ofBid, ...ofAuction });
const State = record('auction', { isKnown: boolean(), ...ofAuction });
const Waiting = record('waiting', ofBid);

/** An auction, or a bid for it. */
interface Side {
  readonly key: number;
  readonly auction?: Auction;
  readonly bid?: Infer<typeof Waiting>;
}

/** Expand bid with auction: an inner join without limits of time, as SQL has it. Either side may come first. */
export const q20: Query = {
  pipeline: pipeline('q20', feeds.q20, ({ auctions, bids }) => [
    into(
      expanded,
      merge(
        auctions.pipe(map((auction): Side => ({ key: auction.id, auction }))),
        bids.pipe(map((bid): Side => ({ key: bid.auction, bid: sideOf(bid) }))),
      ).pipe(
        processByKey('expanded', {
          key: ({ key }: Side) => [key],
          state: State,
          lists: { waiting: Waiting },
          output: Expanded,
          onRecord: (state, { auction, bid }, { lists: { waiting }, emit }) => {
            const send = (each: Infer<typeof Waiting>): void => {
              if (state.category === CATEGORY) emit({ ...each, ...without(state, 'isKnown') });
            };
            if (auction !== undefined) {
              const { dateTime, extra, itemName, description, initialBid, reserve, expires, seller, category } =
                auction;
              Object.assign(state, { itemName, description, initialBid, reserve, expires, seller, category });
              Object.assign(state, { auctionDateTime: dateTime, auctionExtra: extra, isKnown: true });
              for (const each of waiting) send(each);
              waiting.clear();
            } else if (bid !== undefined) {
              if (state.isKnown) send(bid);
              else waiting.append(bid);
            }
          },
        }),
      ),
    ),
  ]),
  answer: (read) => read(expanded),
};

function sideOf({ number, auction, bidder, price, channel, url, dateTime, extra }: Bid): Infer<typeof Waiting> {
  return { number, auction, bidder, price, channel, url, bidDateTime: dateTime, bidExtra: extra };
}
