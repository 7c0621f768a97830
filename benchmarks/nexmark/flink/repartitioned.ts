/** q8 and q18 over the topics that Flink reads, which are partitioned by auction: the key that they need is made by `repartition`. */
import { pipeline, repartition, type Pipeline } from '@stockafolio/core';
import { feeds } from '../feeds.js';
import { newSellersOf } from '../queries/q8.js';
import { lastBidsOf } from '../queries/q18.js';

const { persons } = feeds.q8;
const { auctions, bids } = feeds.q4;

/**
 * @param run tells the runs apart: each needs topics of its own, which are named after the pipeline
 */
export function repartitioned(query: string, run: string): Pipeline | undefined {
  if (query === 'q8')
    return pipeline(`q8-${run}`, { persons, auctions }, ({ persons, auctions }) => [
      newSellersOf(persons, auctions.pipe(repartition('by-seller', 'seller'))),
    ]);
  if (query === 'q18')
    return pipeline(`q18-${run}`, { bids }, ({ bids }) => [lastBidsOf(bids.pipe(repartition('by-bidder', 'bidder')))]);
  return undefined;
}
