import {
  boolean,
  type Branch,
  int64,
  into,
  pipeline,
  record,
  seconds,
  table,
  text,
  timestamp,
  tumblingWindow,
} from '@stockafolio/core';
import { filter, map, merge, type Observable } from 'rxjs';
import type { Auction, Person } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';

const newSellers = table(
  'q8_sellers',
  { partitionBy: ['id'], clusterBy: ['stime'] },
  { id: int64(), stime: timestamp(), name: text() },
);

const Seen = record('seen', { hasEntered: boolean(), hasSold: boolean(), name: text() });

/** What happened of a person: entered under a name, or created an auction. */
interface Seen {
  readonly id: number;
  readonly name?: string;
}

/** The rows of those who entered and created auctions in the same 10 seconds. */
export function newSellersOf(persons: Observable<Person>, auctions: Observable<Auction>): Branch {
  return into(
    newSellers,
    merge(
      persons.pipe(map(({ id, name }): Seen => ({ id, name }))),
      auctions.pipe(map(({ seller }): Seen => ({ id: seller }))),
    ).pipe(
      tumblingWindow('both', {
        size: seconds(10),
        key: ['id'],
        state: Seen,
        fold: (seen, { name }) => {
          if (name === undefined) seen.hasSold = true;
          else {
            seen.hasEntered = true;
            seen.name = name;
          }
        },
      }),
      filter(({ value: { hasEntered, hasSold } }) => hasEntered && hasSold),
      map(({ key: [id], window, value: { name } }) => ({ id, stime: window.start, name })),
    ),
  );
}

/** Monitor new users: who entered and created auctions in the same 10 seconds. */
export const q8: Query = {
  pipeline: pipeline('q8', feeds.q8, ({ persons, auctions }) => [newSellersOf(persons, auctions)]),
  answer: (read) => read(newSellers),
};
