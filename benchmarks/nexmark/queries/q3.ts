import { boolean, int64, into, pipeline, processByKey, record, table, text } from '@stockafolio/core';
import { filter, map, merge } from 'rxjs';
import type { Auction, Person } from '../events.js';
import { feeds } from '../feeds.js';
import type { Query } from '../query.js';

const local = table(
  'q3_auctions',
  { partitionBy: ['seller'], clusterBy: ['id'] },
  { seller: int64(), id: int64(), name: text(), city: text(), state: text() },
);

const STATES = ['OR', 'ID', 'CA'];
const CATEGORY = 10;

const Seller = record('seller', { isKnown: boolean(), name: text(), city: text(), state: text() });
const Waiting = record('waiting', { id: int64() });
const Local = record('local', { seller: int64(), id: int64(), name: text(), city: text(), state: text() });

/** A person, or an auction of that person. */
interface Side {
  readonly key: number;
  readonly person?: Person;
  readonly auction?: Auction;
}

/** Local item suggestion: an inner join without limits of time, as SQL has it. Either side may come first. */
export const q3: Query = {
  pipeline: pipeline('q3', feeds.q3, ({ persons, auctions }) => [
    into(
      local,
      merge(
        persons.pipe(
          filter(({ state }) => STATES.includes(state)),
          map((person): Side => ({ key: person.id, person })),
        ),
        auctions.pipe(
          filter(({ category }) => category === CATEGORY),
          map((auction): Side => ({ key: auction.seller, auction })),
        ),
      ).pipe(
        processByKey('local', {
          key: ({ key }: Side) => [key],
          state: Seller,
          lists: { waiting: Waiting },
          output: Local,
          onRecord: (seller, { person, auction }, { key: [key], lists: { waiting }, emit }) => {
            const send = (id: number): void => {
              const { name, city, state } = seller;
              emit({ seller: key, id, name, city, state });
            };
            if (person !== undefined) {
              seller.isKnown = true;
              seller.name = person.name;
              seller.city = person.city;
              seller.state = person.state;
              for (const { id } of waiting) send(id);
              waiting.clear();
            } else if (auction !== undefined) {
              if (seller.isKnown) send(auction.id);
              else waiting.append({ id: auction.id });
            }
          },
        }),
      ),
    ),
  ]),
  answer: async (read) => (await read(local)).map(({ name, city, state, id }) => ({ name, city, state, id })),
};
