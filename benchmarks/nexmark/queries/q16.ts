import { foldByKey, into, keyPart, pipeline, record, shard, shardedFold, table, text } from '@stockafolio/core';
import type { Bid } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';
import { without } from '../without.js';
import { dayIsDone, dayOf, minuteOf } from './days.js';
import {
  addAuctions,
  addBid,
  addBidders,
  auctionFields,
  Auctions,
  bidderFields,
  Bidders,
  bidFields,
  Levels,
  see,
} from './ranks.js';
import { sumBy } from './sum-by.js';

const byChannel = { partitionBy: ['channel', 'day'], clusterBy: ['shard'] } as const;
const columns = { channel: text(), day: text(), shard: shard() };
const channelBids = table('q16_bids', byChannel, { ...columns, minute: text(), ...bidFields });
const channelBidders = table('q16_bidders', byChannel, { ...columns, ...bidderFields });
const channelAuctions = table('q16_auctions', byChannel, { ...columns, ...auctionFields });

const ChannelBids = record('channel_bids', { minute: text(), ...bidFields });

const day = keyPart(text(), ({ dateTime }: Bid) => dayOf(dateTime));
const expires = ({ dateTime }: Bid): number => dayIsDone(dateTime);
const levels = { state: Levels, fold: (seen: Parameters<typeof see>[0], { price }: Bid) => see(seen, price), expires };

/** Channel statistics: as those of q15, of each channel, and the last minute in which it had a bid. */
export const q16: Query = {
  pipeline: pipeline('q16', feeds.q16, ({ bids, bidsOfBidders }) => [
    into(
      channelBids,
      bids.pipe(
        shardedFold('bids', {
          key: ['channel', day],
          state: ChannelBids,
          fold: (sum, { price, dateTime }) => {
            const minute = minuteOf(dateTime);
            if (minute > sum.minute) sum.minute = minute;
            addBid(sum, price);
          },
          expires,
        }),
      ),
    ),
    into(
      channelAuctions,
      bids.pipe(
        foldByKey('auctions', { ...levels, key: ['auction', 'channel', day] }),
        shardedFold('channel-auctions', {
          key: ({ key }) => [key[1], key[2]],
          state: Auctions,
          fold: (sum, { result }) => addAuctions(sum, result),
          expires: ({ record }) => expires(record),
        }),
      ),
    ),
    into(
      channelBidders,
      bidsOfBidders.pipe(
        foldByKey('bidders', { ...levels, key: ['bidder', 'channel', day] }),
        shardedFold('channel-bidders', {
          key: ({ key }) => [key[1], key[2]],
          state: Bidders,
          fold: (sum, { result }) => addBidders(sum, result),
          expires: ({ record }) => expires(record),
        }),
      ),
    ),
  ]),
  answer: async (read) => {
    const bids = await read(channelBids);
    const minutes = new Map<string, string>();
    for (const { channel, day, minute } of bids) {
      const id = `${channel} ${day}`;
      if (minute > (minutes.get(id) ?? '')) minutes.set(id, minute);
    }
    const counts = bids.map((row) => without(row, 'minute'));
    return sumBy(
      [...counts, ...(await read(channelBidders)), ...(await read(channelAuctions))],
      ['channel', 'day'],
    ).map((row) => ({ ...row, minute: minutes.get(`${row['channel']} ${row['day']}`) ?? '' }));
  },
};
