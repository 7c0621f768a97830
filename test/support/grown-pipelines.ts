import { map, merge, type Observable } from 'rxjs';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  joinBroadcast,
  type Pipeline,
  pipeline,
  record,
  repartition,
  shard,
  shardedFold,
  stream,
  type Table,
  table,
  text,
  timestamp,
} from '@stockafolio/core';

export const Event = record('event', {
  ...{ user: text({ min: 1 }), item: text({ min: 1 }), n: int64(), time: timestamp() },
});
export type Event = Infer<typeof Event>;

const byUser = { key: 'user', time: (event: Event) => event.time } as const;
export const one = stream('one', Event, byUser);
export const two = stream('two', Event, byUser);
export const three = stream('three', Event, byUser);
export const loose = stream('one', Event, { keyedBy: 'nothing', time: (event) => event.time });

export const Word = record('word', { item: text(), word: text(), time: timestamp() });
export const words = stream('words', Word, { broadcast: true, time: (word) => word.time });

const Seen = record('seen', { all: text({ max: 1_000_000 }), count: int64() });
const Count = record('count', { count: int64() });
const seenTable = (name: string): Table =>
  table(name, { partitionBy: ['key'] }, { key: text(), ...Seen.fields }) as unknown as Table;
export const byUsers = seenTable('by_user');
export const byItems = seenTable('by_item');
export const counts = table(
  'counts',
  { partitionBy: ['digit'], clusterBy: ['shard'] },
  { digit: int64(), shard: shard(), count: int64() },
) as unknown as Table;

/** All that was seen of a key, in order. */
const seenBy = (name: string, by: 'user' | 'item', into_: Table) => (events: Observable<Event>) =>
  into(
    into_,
    events.pipe(
      foldByKey(name, {
        key: (event: Event) => [event[by]] as const,
        state: Seen,
        fold: (seen, { n }: Event) => {
          seen.all += ` ${n}`;
          seen.count += 1;
        },
      }),
      map(({ key: [key], value }) => ({ key, ...value })),
    ) as never,
  );

const together = (streams: readonly Observable<Event>[]): Observable<Event> => merge(...streams);
const named = { one, two, three };
export const NAMES = ['one', 'two', 'three'] as const;

/** Figures of users, from one to three streams. */
export const ofUsers = (streams: number): Pipeline =>
  pipeline('of-users', pick(streams), (all) => [seenBy('users', 'user', byUsers)(together(Object.values(all)))]);

/** Figures of users and of items: the second stage is behind a repartition. */
export const ofUsersAndItems = (streams: number): Pipeline =>
  pipeline('of-both', pick(streams), (all) => {
    const events = together(Object.values(all));
    return [
      seenBy('users', 'user', byUsers)(events),
      seenBy('items', 'item', byItems)(events.pipe(repartition('by-item', byItem))),
    ];
  });

const byItem = { key: 'item', schema: Event, time: (event: Event) => event.time } as const;

/** Figures of items alone: the first stage keeps nothing of its keys. */
export const ofItems = (streams: number): Pipeline =>
  pipeline('of-items', pick(streams), (all) => [
    seenBy('items', 'item', byItems)(together(Object.values(all)).pipe(repartition('by-item', byItem))),
  ]);

/** The same, of messages without keys, and a sharded figure in front. */
export const ofLooseItems = (): Pipeline =>
  pipeline('of-loose-items', { one: loose }, ({ one: events }) => [
    seenBy('items', 'item', byItems)(events.pipe(repartition('by-item', byItem))),
    into(
      counts,
      events.pipe(
        shardedFold('counts', {
          ...{ key: (event: Event) => [event.n % 3] as const, state: Count },
          fold: (state) => void (state.count += 1),
        }),
        map(({ key: [digit], value: { count } }) => ({ digit, count })),
      ) as never,
    ),
  ]);

/** Each event of a user with what its item was called then. */
export const ofWords = (): Pipeline =>
  pipeline('of-words', { words, one }, ({ words: named, one: events }) => [
    into(
      byUsers,
      events.pipe(
        joinBroadcast('word', named, { key: ['item'], otherKey: ['item'], kind: 'left' }),
        foldByKey('users', {
          key: ({ left }) => [left.user] as const,
          state: Seen,
          fold: (seen, { left, right }) => {
            seen.all += ` ${left.n}:${right?.word ?? '-'}`;
            seen.count += 1;
          },
        }),
        map(({ key: [key], value }) => ({ key, ...value })),
      ) as never,
    ),
  ]);

function pick(streams: number): Record<string, typeof one> {
  return Object.fromEntries(NAMES.slice(0, streams).map((name) => [name, named[name]]));
}
