import type { Bid } from '../events.js';
import type { Naive } from '../query.js';
import { bidsOf, dayAndMinute } from './read.js';

const rowOf = ({ auction, number, bidder, price, dateTime, extra }: Bid): Record<string, string | number> => ({
  ...{ auction, number, bidder, price, dateTime, extra },
});

/** 0.908 of a price in ten-thousandths, by the digits. */
const inEuros = (price: number): number => Number(BigInt(price) * 908n * 10n);

export const q0: Naive = (asked) => bidsOf(asked).map(rowOf);

export const q1: Naive = (asked) => bidsOf(asked).map((bid) => ({ ...rowOf(bid), price: inEuros(bid.price) }));

export const q2: Naive = (asked) =>
  bidsOf(asked)
    .filter(({ auction }) => auction % 123 === 0)
    .map(({ auction, number, price }) => ({ auction, number, price }));

export const q10: Naive = (asked) => {
  const counts = new Map<number, number>();
  const rows = bidsOf(asked).map((bid) => {
    const minute = Math.floor(bid.dateTime / 60_000);
    counts.set(minute, (counts.get(minute) ?? 0) + 1);
    return { ...rowOf(bid), ...dayAndMinute(bid.dateTime) };
  });
  const complete = [...counts].filter(([minute]) => (minute + 1) * 60_000 <= asked.watermark);
  return [...rows, ...complete.map(([minute, bids]) => ({ ...dayAndMinute(minute * 60_000), bids }))];
};

export const q14: Naive = (asked) =>
  bidsOf(asked)
    .filter(({ price }) => price * 908 > 1_000_000_000 && price * 908 < 50_000_000_000)
    .map((bid) => {
      const hour = Math.floor(bid.dateTime / 3_600_000) % 24;
      const bidTimeType = hour >= 8 && hour < 19 ? 'dayTime' : hour < 7 || hour >= 20 ? 'nightTime' : 'otherTime';
      const cCounts = [...bid.extra].filter((letter) => letter === 'c').length;
      return { ...rowOf(bid), price: inEuros(bid.price), bidTimeType, cCounts };
    });

export const q21: Naive = (asked) => {
  const ids: Readonly<Record<string, string>> = { apple: '0', google: '1', facebook: '2', baidu: '3' };
  return bidsOf(asked).flatMap(({ auction, number, bidder, price, channel, url }) => {
    const parameter = url.split('&').find((part) => part.startsWith('channel_id='));
    const channelId = ids[channel.toLowerCase()] ?? parameter?.slice('channel_id='.length);
    return channelId === undefined ? [] : [{ auction, number, bidder, price, channel, channelId }];
  });
};

export const q22: Naive = (asked) =>
  bidsOf(asked).map(({ auction, number, bidder, price, channel, url }) => {
    const [, dir1 = '', dir2 = '', dir3 = ''] = /^[^/]*\/[^/]*\/[^/]*\/([^/]*)\/?([^/]*)\/?([^/]*)/.exec(url) ?? [];
    return { auction, number, bidder, price, channel, dir1, dir2, dir3 };
  });
