/**
 * The core that q4, q6 and q9 share: the winning bid of each auction. That is the highest of those between its begin and
 * its end, both inclusive; of equal prices the earliest, and of equal times the one with the lower number.
 */
import { boolean, type Infer, int64, type Mutable, processByKey, record, text, timestamp } from '@stockafolio/core';
import { map, merge, type Observable } from 'rxjs';
import { longText, type Auction, type Bid } from '../events.js';
import { without } from '../without.js';

export const auctionFields = {
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
};
export const winnerFields = {
  bidder: int64(),
  /** 0 as long as there is no bid: no bid is that low. */
  price: int64(),
  bidNumber: int64(),
  bidDateTime: timestamp(),
  bidExtra: longText(),
};

/** An auction with its winning bid. */
export const Won = record('won', { ...auctionFields, ...winnerFields });
export type Won = Infer<typeof Won>;

const Contest = record('contest', { isKnown: boolean(), ...auctionFields, ...winnerFields });
type Contest = Mutable<Infer<typeof Contest>>;

/** A bid that came before its auction. */
const Early = record('early', {
  bidder: int64(),
  price: int64(),
  bidNumber: int64(),
  bidDateTime: timestamp(),
  bidExtra: longText(),
});
type Offer = Infer<typeof Early>;

type ContestKey = readonly [number, ...number[]];

/** An auction, or a bid for it. */
interface Side {
  readonly key: ContestKey;
  readonly auction?: Auction;
  readonly offer?: Offer;
}

/**
 * Emits each auction with its winning bid: `'each time'` that the winner changes, or once, when the auction is `'closed'`.
 *
 * An auction is forgotten when the watermark has passed its end; a bid for an unknown auction, when the watermark has
 * passed the bid, because the auction cannot come any more.
 *
 * @param keys an auction's id, behind what the streams are keyed by, if that is something else
 */
export function winningBids<B extends Bid>(
  auctions: Observable<Auction>,
  bids: Observable<B>,
  keys: { readonly auction: (auction: Auction) => ContestKey; readonly bid: (bid: B) => ContestKey },
  emits: 'each time' | 'closed',
): Observable<Won> {
  const each = emits === 'each time';
  return merge(
    auctions.pipe(map((auction): Side => ({ key: keys.auction(auction), auction }))),
    bids.pipe(map((bid): Side => ({ key: keys.bid(bid), offer: offerOf(bid) }))),
  ).pipe(
    processByKey('winning-bids', {
      key: ({ key }: Side) => key,
      state: Contest,
      lists: { early: Early },
      timers: ['closed', 'unknown'],
      output: Won,
      onRecord: (contest, { auction, offer }, { time, watermark, timers, lists: { early }, emit }) => {
        if (auction !== undefined) {
          if (time < watermark) throw new Error('this auction is late: bids for it may be forgotten');
          Object.assign(contest, without(auction, 'number'), { isKnown: true });
          const isWon = [...early].reduce((isBetter, first) => offers(contest, first) || isBetter, false);
          if (isWon && each) emit(wonOf(contest));
          early.clear();
          timers.unknown.cancel();
          timers.closed.set(auction.expires + 1);
        } else if (offer !== undefined && contest.isKnown) {
          if (offers(contest, offer) && each) emit(wonOf(contest));
        } else if (offer !== undefined) {
          if (time < watermark) throw new Error('this bid is late, and its auction is closed or unknown');
          early.append(offer);
          timers.unknown.set(Math.max(timers.unknown.at ?? 0, time + 1));
        }
      },
      onTimer: (contest, _, { emit, remove }) => {
        if (contest.price > 0 && !each) emit(wonOf(contest));
        remove();
      },
    }),
  );
}

function offerOf({ bidder, price, number, dateTime, extra }: Bid): Offer {
  return { bidder, price, bidNumber: number, bidDateTime: dateTime, bidExtra: extra };
}

/** Makes an offer the winner if it is better; returns whether it is. */
function offers(contest: Contest, offer: Offer): boolean {
  if (offer.bidDateTime < contest.dateTime || offer.bidDateTime > contest.expires) return false;
  const later = offer.bidDateTime - contest.bidDateTime || offer.bidNumber - contest.bidNumber;
  if (contest.price > 0 && (contest.price - offer.price || later) >= 0) return false;
  Object.assign(contest, offer);
  return true;
}

function wonOf(contest: Contest): Won {
  return without(contest, 'isKnown');
}
