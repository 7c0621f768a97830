import {
  distinctByKey,
  foldByKey,
  type Infer,
  int64,
  into,
  joinAsOf,
  joinWithin,
  type Mutable,
  pipeline,
  type Pipeline,
  processByKey,
  record,
  sessionWindow,
  stream,
  table,
  text,
  timestamp,
  tumblingWindow,
} from '@stockafolio/core';
import { map } from 'rxjs';

/** A visit of a key that comes twice, and never again. */
export const Visit = record('visit', { user: text(), page: text(), count: int64(), time: timestamp() });
export type Visit = Infer<typeof Visit>;

/** A key's second visit is this much later; one key comes each millisecond. */
export const AGAIN = 500;
const WINDOW = 5_000;
const OUT_OF_ORDER = 1_000;

const settings = { key: 'user', time: (visit: Visit) => visit.time, outOfOrderness: OUT_OF_ORDER } as const;
const visits = stream('visits', Visit, settings);
const others = stream('others', Visit, settings);

const Count = record('count', { count: int64(), page: text() });
const counts = table('counts', { partitionBy: ['user'] }, { user: text(), count: int64(), page: text() });
const add = (state: Mutable<Infer<typeof Count>>, { page }: Visit): void => {
  state.count += 1;
  state.page = page;
};
const merge = (state: Mutable<Infer<typeof Count>>, { count }: Infer<typeof Count>): void =>
  void (state.count += count);
const row = ({ key: [user], value }: { readonly key: readonly [string]; readonly value: Infer<typeof Count> }) => ({
  user,
  ...value,
});
const key = ['user'] as const;

/** A pipeline through which keys pass, and what its windows hold. */
export interface Passing {
  readonly name: string;
  readonly make: () => Pipeline;
  /** The most entries of its state, keys and what is below them, between two records. */
  readonly holds: number;
  /** Texts of an entry at most. */
  readonly textsOfKey: number;
}

/** The most texts: those that are not used are forgotten once they are half of all, and at least this many. */
export const mostTexts = ({ holds, textsOfKey }: Passing): number => 2 * Math.max(holds * textsOfKey, 2 ** 16);

/** @param time for how long after its last visit a key is held, behind the watermark */
const keyed = (name: string, make: () => Pipeline, time: number, entriesOfKey: number): Passing => ({
  ...{ name, make, textsOfKey: 3 },
  // One key begins each millisecond.
  holds: (time + OUT_OF_ORDER + AGAIN) * entriesOfKey,
});

export const passing: readonly Passing[] = [
  keyed(
    'sessionWindow',
    () =>
      pipeline('p', { visits }, ({ visits }) => [
        into(
          counts,
          visits.pipe(sessionWindow('sessions', { gap: WINDOW, key, state: Count, fold: add, merge }), map(row)),
        ),
      ]),
    WINDOW,
    2,
  ),
  ...(['inner', 'left'] as const).map((kind) =>
    keyed(
      `joinWithin ${kind}`,
      () =>
        pipeline('p', { visits, others }, ({ visits, others }) => [
          into(
            counts,
            visits.pipe(
              joinWithin('pairs', others, { before: 0, after: WINDOW, kind, key, otherKey: key }),
              map(({ left: { user, page } }) => ({ user, count: 1, page })),
            ),
          ),
        ]),
      WINDOW,
      3,
    ),
  ),
  keyed(
    'joinAsOf validFor',
    () =>
      pipeline('p', { visits, others }, ({ visits, others }) => [
        into(
          counts,
          visits.pipe(
            joinAsOf('valid', others, { keep: 1_000, validFor: WINDOW, kind: 'left', key, otherKey: key }),
            map(({ left: { user, page } }) => ({ user, count: 1, page })),
          ),
        ),
      ]),
    WINDOW + 1_000,
    2,
  ),
  keyed(
    'distinctByKey',
    () =>
      pipeline('p', { visits }, ({ visits }) => [
        into(
          counts,
          visits.pipe(
            distinctByKey('first', { key, within: WINDOW }),
            map(({ user, page }) => ({ user, count: 1, page })),
          ),
        ),
      ]),
    WINDOW,
    1,
  ),
  keyed(
    'processByKey',
    () =>
      pipeline('p', { visits }, ({ visits }) => {
        const { ended } = processByKey('processed', visits, {
          ...{ key: ({ user }: Visit): readonly [string] => [user], state: Count, lists: { pages: Count } },
          ...{ timers: ['quiet'], outputs: { ended: record('ended', { user: text(), ...Count.fields }) } },
          onRecord: (state, visit, { time, timers, lists: { pages } }) => {
            add(state, visit);
            pages.append({ count: 1, page: visit.page });
            timers.quiet.set(time + WINDOW);
          },
          onTimer: ({ count, page }, _, { key: [user], emit, remove }) => {
            emit.ended({ user, count, page });
            remove();
          },
        });
        return [into(counts, ended)];
      }),
    WINDOW,
    3,
  ),
  keyed(
    'tumblingWindow',
    () =>
      pipeline('p', { visits }, ({ visits }) => [
        into(counts, visits.pipe(tumblingWindow('windows', { size: WINDOW, key, state: Count, fold: add }), map(row))),
      ]),
    2 * WINDOW,
    1,
  ),
  keyed(
    'foldByKey expiresAfter',
    () =>
      pipeline('p', { visits }, ({ visits }) => [
        into(counts, visits.pipe(foldByKey('counts', { key, state: Count, fold: add, expiresAfter: WINDOW }))),
      ]),
    WINDOW,
    1,
  ),
];
