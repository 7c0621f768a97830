import {
  int32,
  oneOf,
  optional,
  record,
  type Infer,
  type Pipeline,
  stream,
  type Stream,
  type Table,
  text,
  timestamp,
} from '@stockafolio/core';
import { filter, type Observable } from 'rxjs';
import type { Side } from './case.js';

/**
 * A record of a case: its side of a join, the key of its message, what it is joined or grouped by, its index, and its text.
 * A tick has nothing but a time.
 */
export const Event = record('event', {
  side: oneOf('left', 'right', 'third', 'fourth', 'tick'),
  key: text(),
  by: text(),
  /** What it is joined by again. */
  then: optional(text()),
  n: int32(),
  value: optional(text()),
  time: timestamp(),
});
export type Event = Infer<typeof Event>;

/** A pipeline, and the table that is compared. */
export interface Built {
  readonly pipeline: Pipeline;
  readonly table: Table;
}

/** All records of a case in the order of the case; the watermark is so far behind the newest. */
export const eventsOf = (name: string, behind = 0): Stream<Event> =>
  stream(name, Event, { key: 'key', time: (e) => e.time, outOfOrderness: behind });

/** The same in any partition. */
export const unkeyedOf = (name: string, behind = 0): Stream<Event> =>
  stream(name, Event, { keyedBy: 'nothing', time: (e) => e.time, outOfOrderness: behind });

export function ofSide(all: Observable<Event>, side: Side): Observable<Event> {
  return all.pipe(filter((event) => event.side === side));
}
