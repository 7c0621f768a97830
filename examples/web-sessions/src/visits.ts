import { map } from 'rxjs';
import {
  hours,
  type Infer,
  int64,
  into,
  minutes,
  type Mutable,
  pipeline,
  record,
  sessionWindow,
  shard,
  table,
  text,
  timestamp,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { type Click, clicks } from './clicks.js';

const Visit = record('visit', { pages: int64(), landing: text(), landed: timestamp() });
type Visit = Infer<typeof Visit>;
const Hour = record('hour', { visits: int64(), bounces: int64() });

export const visits = table(
  'visits',
  { partitionBy: ['visitor'], clusterBy: ['start'] },
  { visitor: text(), start: timestamp(), pages: int64(), landing: text() },
);

/** Visits by the hour in which they ended; a bounce is a visit of one page. Each partition has its part. */
export const landings = table(
  'landings',
  { partitionBy: ['hour'], clusterBy: ['landing', 'shard'] },
  { hour: timestamp(), landing: text(), shard: shard(), ...Hour.fields },
);

/** Clicks may arrive in any order: the earliest one has landed. */
function addClick(visit: Mutable<Visit>, { page, time }: Click): void {
  if (visit.pages === 0 || time < visit.landed) {
    visit.landing = page;
    visit.landed = time;
  }
  visit.pages += 1;
}

/** Of two visits that a click has joined, the earlier one keeps its landing page. */
function join(visit: Mutable<Visit>, later: Visit): void {
  visit.pages += later.pages;
}

export const webSessions = pipeline('web-sessions', { clicks }, ({ clicks }) => {
  const sessions = clicks.pipe(
    sessionWindow('visits', {
      ...{ gap: minutes(30), allowedLateness: minutes(10), key: ['visitor'], state: Visit },
      ...{ fold: addClick, merge: join },
    }),
  );
  return [
    into(
      visits,
      sessions.pipe(
        map(({ window: { start }, key: [visitor], value: { pages, landing } }) => ({ visitor, start, pages, landing })),
      ),
    ),
    into(
      landings,
      sessions.pipe(
        whenFinal(),
        tumblingWindow('hours', {
          ...{ size: hours(1), key: ({ value }) => [value.landing] as const, state: Hour },
          fold: (hour, { value }) => {
            hour.visits += 1;
            if (value.pages === 1) hour.bounces += 1;
          },
        }),
        map(({ window, key: [landing], value }) => ({ hour: window.start, landing, ...value })),
      ),
    ),
  ];
});

/** The share of visits that were bounces, by landing page; of rows of one hour or of several, from all partitions. */
export function bounceRates(rows: Iterable<{ landing: string; visits: number; bounces: number }>): Map<string, number> {
  const sums = new Map<string, { visits: number; bounces: number }>();
  for (const { landing, visits, bounces } of rows) {
    const sum = sums.get(landing) ?? { visits: 0, bounces: 0 };
    sums.set(landing, { visits: sum.visits + visits, bounces: sum.bounces + bounces });
  }
  return new Map([...sums].map(([landing, { visits, bounces }]) => [landing, bounces / visits]));
}
