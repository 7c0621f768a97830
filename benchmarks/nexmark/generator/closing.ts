import { hours, keyBytes, partitionOf } from '@stockafolio/core';
import type { Event } from '../events.js';

/** Ids that no generated event has. */
const FIRST_ID = 2_000_000_000;

/**
 * A person, an auction and a bid for each partition, an hour after all others. Only records move a watermark, so without
 * these the last windows and auctions would stay open. They are events as any other: every program reads them.
 */
export function closing(events: readonly Event[], partitions: number): Event[] {
  const last = events.reduce((latest, { sent }) => Math.max(latest, sent), 0);
  const time = last + hours(1);
  const first = events.reduce((most, { record }) => Math.max(most, record.number), -1) + 1;
  return idsOf(partitions).flatMap((id, n): Event[] => {
    const at = { dateTime: time, extra: '' };
    const number = first + 3 * n;
    const person = { ...at, number, id, name: 'Closing Person', city: 'Bend', state: 'WY' };
    const auction = { ...at, number: number + 1, id, seller: id, category: 14, initialBid: 100, reserve: 200 };
    const bid = { ...at, number: number + 2, auction: id, bidder: id, price: 100, sent: time };
    return [
      { kind: 'person', sent: time, record: { ...person, emailAddress: '', creditCard: '' } },
      { kind: 'auction', sent: time, record: { ...auction, itemName: '', description: '', expires: time + 1 } },
      { kind: 'bid', sent: time, record: { ...bid, channel: 'Apple', url: 'https://www.nexmark.com/a/b/c/' } },
    ];
  });
}

/** An id for each partition, whose key belongs there. */
function idsOf(partitions: number): number[] {
  return Array.from({ length: partitions }, (_, partition) => {
    let id = FIRST_ID;
    while (partitionOf(keyBytes(id), partitions) !== partition) id++;
    return id;
  });
}
