import {
  type Branch,
  days,
  foldByKey,
  hoppingWindow,
  type Infer,
  int32,
  into,
  joinAsOf,
  joinLatest,
  joinWithin,
  oneOf,
  optional,
  type Pipeline,
  pipeline,
  record,
  sessionWindow,
  shard,
  stream,
  type Table,
  table,
  text,
  timestamp,
  tumblingWindow,
  type WindowEmission,
} from '@stockafolio/core';
import { filter, map, type Observable } from 'rxjs';
import type { Figure, JoinShape, WindowShape } from './case.js';

/** A record of a case: its side of a join, its index, and its text. A tick has nothing but a time. */
export const Event = record('event', {
  side: oneOf('left', 'right', 'tick'),
  key: text(),
  n: int32(),
  value: optional(text()),
  time: timestamp(),
});
export type Event = Infer<typeof Event>;

/** All records of a case in the order of the case. */
export const events = stream('events', Event, { key: 'key', time: (e) => e.time });
const unkeyed = stream('unkeyed', Event, { keyedBy: 'nothing', time: (e) => e.time });
/** The same as two streams. */
export const lefts = stream('lefts', Event, { key: 'key', time: (e) => e.time });
export const rights = stream('rights', Event, { key: 'key', time: (e) => e.time });

const windowRow = { key: text(), start: timestamp(), end: timestamp(), value: text() };
const windows = table('windows', { partitionBy: ['key'], clusterBy: ['start'] }, windowRow);
const parts = table('parts', { partitionBy: ['key'], clusterBy: ['start', 'shard'] }, { ...windowRow, shard: shard() });
const pairRow = { key: text(), left: int32(), right: int32(), time: timestamp() };
const pairs = table('pairs', { partitionBy: ['key'], clusterBy: ['left', 'right'] }, pairRow);
const latest = table('latest', { partitionBy: ['key'] }, pairRow);

/** A pipeline, and the table that is compared. */
export interface Built {
  readonly pipeline: Pipeline;
  readonly table: Table;
}

const Values = record('values', { values: text() });
const Newest = record('newest', { n: int32(), time: timestamp() });
const Part = record('part', { n: int32(), value: optional(text()) });
type Part = Infer<typeof Part>;
const part = { state: Part, select: ({ n, value }: Event): Part => ({ n, ...(value === undefined ? {} : { value }) }) };

interface Keyed {
  readonly key: string;
  readonly value?: string | undefined;
}

export function windowPipeline(shape: WindowShape): Built {
  if (shape.shared) {
    const sharing = pipeline('window', { unkeyed }, ({ unkeyed }) => [into(parts, windowed(ofSide(unkeyed), shape))]);
    return { pipeline: sharing, table: parts };
  }
  const made = pipeline('window', { events }, ({ events }) => [into(windows, windowed(ofSide(events), shape))]);
  return { pipeline: made, table: windows };
}

/** A join of both sides of one stream, or of two streams. */
export function joinPipeline(shape: JoinShape, streams: 'one' | 'two'): Built {
  const made =
    streams === 'one'
      ? pipeline('join', { events }, ({ events }) => [joined(ofSide(events), ofSide(events, 'right'), shape)])
      : pipeline('join', { lefts, rights }, ({ lefts, rights }) => [joined(ofSide(lefts), rights, shape)]);
  const [written = pairs] = made.plan.tables;
  return { pipeline: made, table: written };
}

function ofSide(all: Observable<Event>, side: Event['side'] = 'left'): Observable<Event> {
  return all.pipe(filter((event) => event.side === side));
}

type Policies = Readonly<Record<WindowShape['emit'], WindowEmission>>;

/** The rows of a window over records. */
function windowed(records: Observable<Keyed>, shape: WindowShape) {
  const { grace: allowedLateness, figure } = shape;
  const emit = { each: { everyMs: 1 }, close: 'at close', final: 'final only' } as const satisfies Policies;
  const options = {
    ...{ allowedLateness, emit: emit[shape.emit], key: ['key'] as const, state: Values },
    // Values end with a comma each, so that a text of none differs from a text of an empty one.
    fold: (state: { values: string }, { value }: Keyed) => void (state.values += `${value ?? ABSENT},`),
  };
  const input = shape.where === undefined ? records : records.pipe(filter(({ value }) => value === '1'));
  switch (shape.window) {
    case 'tumbling':
      return input.pipe(
        tumblingWindow('window', { ...options, size: shape.size }),
        map(({ window: { start, end }, key: [key], value: { values } }) => ({
          ...{ key, start, end, value: figureOf(figure, values) },
        })),
      );
    case 'hopping':
      return input.pipe(
        hoppingWindow('window', { ...options, size: shape.size, step: shape.step }),
        map(({ window: { start, end }, key: [key], value: { values } }) => ({
          ...{ key, start, end, value: figureOf(figure, values) },
        })),
      );
    case 'session': {
      const gap = shape.closed ? shape.gap + 1 : shape.gap;
      return input.pipe(
        sessionWindow('window', {
          ...{ ...options, gap },
          merge: (state, later) => void (state.values += later.values),
        }),
        map(({ window: { start, end }, key: [key], value: { values } }) => ({
          ...{ key, start, end: shape.closed ? end - gap : end, value: figureOf(figure, values) },
        })),
      );
    }
  }
}

const ABSENT = '-';

function figureOf(figure: Figure, values: string): string {
  const present = values.split(',').filter((value, n, { length }) => n < length - 1 && value !== ABSENT);
  const numbers = present.map(Number).sort((a, b) => b - a);
  switch (figure) {
    case 'count':
      return String(present.length);
    case 'max':
      return String(numbers[0]);
    case 'min':
      return String(numbers.at(-1));
    case 'top2':
      return numbers.slice(0, 2).join(' ');
    case 'top2 distinct':
      return [...new Set(numbers)].slice(0, 2).join(' ');
    case 'values':
      return numbers.reverse().join(' ');
  }
}

interface Pair {
  readonly key: readonly [string];
  readonly left: Part | undefined;
  readonly right: Part | undefined;
  readonly time: number;
}

const toRow = ({ key: [key], left, right, time }: Pair) => ({ key, left: left?.n ?? -1, right: right?.n ?? -1, time });

function joined(lefts: Observable<Event>, rights: Observable<Event>, shape: JoinShape): Branch {
  const keys = { key: ['key'], otherKey: ['key'] } as const;
  switch (shape.join) {
    case 'within': {
      const { kind, before, after, grace: allowedLateness, where, then } = shape;
      const met: Observable<Pair> = lefts.pipe(
        joinWithin('join', rights, { ...keys, kind, before, after, allowedLateness, left: part, right: part }),
      );
      const wanted = met.pipe(filter(({ left, right }) => isWanted(where, left?.value, right?.value)));
      if (then === undefined) return into(pairs, wanted.pipe(map(toRow)));
      return into(windows, windowed(wanted.pipe(map(({ key: [key] }) => ({ key, value: '' }))), then));
    }
    case 'as of':
      return into(
        pairs,
        lefts.pipe(
          joinAsOf('join', rights, { ...keys, kind: shape.kind, keep: days(1), right: part }),
          map(({ key, left, right, time }) => toRow({ key, left, right, time })),
        ),
      );
    case 'latest': {
      const newest = (name: string, flow: Observable<Event>) =>
        flow.pipe(
          foldByKey(name, {
            ...{ key: ['key'] as const, state: Newest },
            fold: (state, { n, time }) => void Object.assign(state, { n, time }),
          }),
        );
      const hasBoth = {
        inner: [true, true],
        left: [true, false],
        right: [false, true],
        outer: [false, false],
      } as const;
      const [needsLeft, needsRight] = hasBoth[shape.kind];
      return into(
        latest,
        newest('newest-left', lefts).pipe(
          joinLatest('join', newest('newest-right', rights), { kind: 'outer' }),
          filter(({ value: { left, right } }) => !(needsLeft && !left) && !(needsRight && !right)),
          map(({ key, value: { left, right } }) =>
            toRow({ key, left, right, time: Math.max(left?.time ?? 0, right?.time ?? 0) }),
          ),
        ),
      );
    }
  }
}

function isWanted(where: string | undefined, left: string | undefined, right: string | undefined): boolean {
  if (where === undefined) return true;
  // The first column of the text.
  return where === 'same text'
    ? left?.split(' ').at(-1) === right?.split(' ').at(-1)
    : Number(right?.split(' ')[0]) < 5;
}
