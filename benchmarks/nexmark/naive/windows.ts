import type { Naive } from '../query.js';
import { bidsOf, groups, largest } from './read.js';

export const q5: Naive = (asked) => {
  const counts = new Map<number, Map<number, number>>();
  for (const { auction, dateTime } of bidsOf(asked)) {
    for (let end = dateTime - (dateTime % 2_000) + 2_000; end <= dateTime + 10_000; end += 2_000) {
      const ofEnd = counts.get(end) ?? new Map<number, number>();
      counts.set(end, ofEnd.set(auction, (ofEnd.get(auction) ?? 0) + 1));
    }
  }
  return [...counts]
    .filter(([end]) => end <= asked.watermark)
    .flatMap(([end, ofEnd]) => {
      const most = largest([...ofEnd.values()]);
      return [...ofEnd].filter(([, num]) => num === most).map(([auction, num]) => ({ end, auction, num }));
    });
};

export const q7: Naive = (asked) => {
  const bids = bidsOf(asked);
  const periods = groups(bids, ({ dateTime }) => dateTime - (dateTime % 10_000));
  return [...periods].flatMap(([start, within]) => {
    const most = largest(within.map(({ price }) => price));
    return bids
      .filter(({ price, dateTime }) => price === most && dateTime >= start && dateTime <= start + 10_000)
      .map(({ auction, price, bidder, dateTime, extra }) => ({ auction, price, bidder, dateTime, extra }));
  });
};

export const q11: Naive = (asked) =>
  [...groups(bidsOf(asked), ({ bidder }) => bidder)].flatMap(([bidder, bids]) => {
    const sessions: { bidder: number; starttime: number; endtime: number; bidCount: number }[] = [];
    for (const time of bids.map(({ dateTime }) => dateTime).sort((a, b) => a - b)) {
      const last = sessions.at(-1);
      if (last === undefined || time > last.endtime)
        sessions.push({ bidder, starttime: time, endtime: time + 10_000, bidCount: 1 });
      else {
        last.endtime = time + 10_000;
        last.bidCount++;
      }
    }
    return sessions;
  });

export const q12: Naive = (asked) =>
  [...groups(bidsOf(asked), ({ bidder, sent }) => `${bidder} ${sent - (sent % 10_000)}`)].map(([id, bids]) => {
    const [bidder = 0, starttime = 0] = id.split(' ').map(Number);
    return { bidder, starttime, endtime: starttime + 10_000, bidCount: bids.length };
  });
