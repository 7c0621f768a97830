/** The figures that q15 and q16 report: bids, and distinct bidders and auctions, in all and of each level of price. */
import { boolean, type Infer, int64, type Mutable, record } from '@stockafolio/core';

/** Which of the three levels a price is in. */
export function rankOf(price: number): 1 | 2 | 3 {
  if (price < 10_000) return 1;
  return price < 1_000_000 ? 2 : 3;
}

/** Figures of which one is in all, and one of each level. */
export interface Ranked {
  all: number;
  rank1: number;
  rank2: number;
  rank3: number;
}

/** In which levels one bidder or auction was seen. */
export const Levels = record('levels', { any: boolean(), in1: boolean(), in2: boolean(), in3: boolean() });
type Levels = Mutable<Infer<typeof Levels>>;

/** Notes that it was seen with a price. Returns 1 where that is new: what it adds to the distinct counts. */
export function see(seen: Levels, price: number): Ranked {
  const rank = rankOf(price);
  const key = `in${rank}` as const;
  const isNew = seen[key] ? 0 : 1;
  const added = { ...NOTHING, all: seen.any ? 0 : 1, [`rank${rank}`]: isNew };
  seen.any = true;
  seen[key] = true;
  return added;
}

const NOTHING: Ranked = { all: 0, rank1: 0, rank2: 0, rank3: 0 };

export const bidFields = { totalBids: int64(), rank1Bids: int64(), rank2Bids: int64(), rank3Bids: int64() };
export const bidderFields = {
  totalBidders: int64(),
  rank1Bidders: int64(),
  rank2Bidders: int64(),
  rank3Bidders: int64(),
};
export const auctionFields = {
  totalAuctions: int64(),
  rank1Auctions: int64(),
  rank2Auctions: int64(),
  rank3Auctions: int64(),
};

export const Bids = record('bids', bidFields);
export const Bidders = record('bidders', bidderFields);
export const Auctions = record('auctions', auctionFields);

export function addBid(sum: Mutable<Infer<typeof Bids>>, price: number): void {
  sum.totalBids += 1;
  sum[`rank${rankOf(price)}Bids`] += 1;
}

export function addBidders(sum: Mutable<Infer<typeof Bidders>>, added: Ranked): void {
  sum.totalBidders += added.all;
  sum.rank1Bidders += added.rank1;
  sum.rank2Bidders += added.rank2;
  sum.rank3Bidders += added.rank3;
}

export function addAuctions(sum: Mutable<Infer<typeof Auctions>>, added: Ranked): void {
  sum.totalAuctions += added.all;
  sum.rank1Auctions += added.rank1;
  sum.rank2Auctions += added.rank2;
  sum.rank3Auctions += added.rank3;
}
