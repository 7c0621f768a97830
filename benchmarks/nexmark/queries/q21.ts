import { int64, into, pipeline, table, text } from '@stockafolio/core';
import { mergeMap } from 'rxjs';
import type { Bid } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';

const identified = table(
  'q21_bids',
  { partitionBy: ['auction'], clusterBy: ['number'] },
  { auction: int64(), number: int64(), bidder: int64(), price: int64(), channel: text(), channelId: text() },
);

const IDS = new Map([
  ['apple', '0'],
  ['google', '1'],
  ['facebook', '2'],
  ['baidu', '3'],
]);

function idOf({ channel, url }: Bid): string | undefined {
  return IDS.get(channel.toLowerCase()) ?? /(?:&|^)channel_id=([^&]*)/.exec(url)?.[1];
}

/** Add channel id. */
export const q21: Query = {
  pipeline: pipeline('q21', feeds.q21, ({ bids }) => [
    into(
      identified,
      bids.pipe(
        mergeMap((bid) => {
          const { auction, number, bidder, price, channel } = bid;
          const channelId = idOf(bid);
          return channelId === undefined ? [] : [{ auction, number, bidder, price, channel, channelId }];
        }),
      ),
    ),
  ]),
  answer: (read) => read(identified),
};
