import {
  type Branch,
  type JoinKind,
  days,
  foldByKey,
  into,
  joinAsOf,
  joinLatest,
  joinWithin,
  type Pipeline,
  pipeline,
  record,
  repartition,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { filter, map, type Observable } from 'rxjs';
import type { JoinShape, JoinsShape, Side } from './case.js';
import { type Built, type Event, eventsOf, ofSide, unkeyedOf } from './events.js';
import { windowed, windows } from './windows.js';

const sides = ['left', 'right', 'third', 'fourth'] as const;

const row = { key: text(), ids: text(), time: timestamp() };
const met = table('met', { partitionBy: ['key'], clusterBy: ['ids'] }, row);
const latest = table('latest', { partitionBy: ['key'] }, row);

/** The indexes of the records that have met, in the order of the flows; `-` if there is none. */
const Ids = record('ids', { ids: text(), value: text(), time: timestamp() });

/** What flows from join to join. */
interface Met {
  readonly key: readonly [string];
  /** What it is joined by again. */
  readonly then?: string | undefined;
  readonly ids: string;
  readonly value: string;
  readonly time: number;
}

/** The same as it is sent to another partition. */
const Sent = record('sent', { by: text(), ids: text(), value: text(), time: timestamp() });

interface Part {
  readonly ids: string;
  readonly value: string;
  readonly time: number;
}

const part = { state: Ids, select: ({ ids, value, time }: Met): Part => ({ ids, value, time }) };

/** A join of the sides of one stream, or of a stream for each side. */
export function joinPipeline(shape: JoinsShape, form: 'one stream' | 'a stream each'): Built {
  const made = form === 'one stream' ? ofOne(shape) : ofEach(shape);
  const [written = met] = made.plan.tables;
  return { pipeline: made, table: written };
}

function ofOne(shape: JoinsShape): Pipeline {
  const { behind, rekeyed, keyless, again } = shape;
  const records = keyless === undefined ? eventsOf('events', behind) : unkeyedOf('events', behind);
  return pipeline('join', { events: records }, ({ events }) => {
    const all = rekeyed === undefined ? events : events.pipe(repartition('rekeyed', 'by'));
    // What is sent on again meets records that are sent from their stream, behind the same repartitions.
    const last = again ? events.pipe(repartition('met-again', 'by')) : all;
    const flowOf = (side: Side, n: number) => ofSide(n === shape.joins.length ? last : all, side);
    return [joined(sides.slice(0, shape.joins.length + 1).map(flowOf), shape)];
  });
}

function ofEach(shape: JoinsShape): Pipeline {
  const { behind, rekeyed, keyless } = shape;
  const [left, right, third, fourth] = sides.map((side) =>
    keyless?.includes(side) ? unkeyedOf(side, behind) : eventsOf(side, behind),
  );
  if (!left || !right || !third || !fourth) throw new Error('four sides have four streams');
  const joinedOf = (...flows: readonly Observable<Event>[]): Branch[] => [
    joined(
      flows.map((flow, n) => {
        const side = sides[n] ?? 'left';
        const here = rekeyed?.includes(side) ? flow.pipe(repartition(`${side}-rekeyed`, 'by')) : flow;
        // Ticks are among the records of the left side.
        return side === 'left' ? ofSide(here, side) : here;
      }),
      shape,
    ),
  ];
  switch (shape.joins.length) {
    case 1:
      return pipeline('join', { left, right }, ({ left, right }) => joinedOf(left, right));
    case 2:
      return pipeline('join', { left, right, third }, ({ left, right, third }) => joinedOf(left, right, third));
    default:
      return pipeline('join', { left, right, third, fourth }, ({ left, right, third, fourth }) =>
        joinedOf(left, right, third, fourth),
      );
  }
}

/** The first flow with the second, what they give with the third, and so on. */
function joined(flows: readonly Observable<Event>[], { joins, then, where, again }: JoinsShape): Branch {
  const [first, ...others] = flows.map((flow) => flow.pipe(map(toMet)));
  if (first === undefined) throw new Error('a join without flows');
  const of = joins[0]?.join === 'latest' ? newest('newest-0', first) : first;
  const all = others.reduce((left, right, n) => {
    const shape = joins[n];
    if (shape === undefined) throw new Error('a flow without a join');
    return meeting(again && n === joins.length - 1 ? sentAgain(left) : left, right, shape, n + 1);
  }, of);
  const wanted = all.pipe(filter(({ value }) => isWanted(where, value)));
  if (then) return into(windows, windowed(wanted.pipe(map(({ key: [key] }) => ({ key, value: '' }))), then));
  const rows = wanted.pipe(map(({ key: [key], ids, time }) => ({ key, ids, time })));
  return into(joins.at(-1)?.join === 'latest' ? latest : met, rows);
}

const toMet = ({ by, then, n, value, time }: Event): Met => ({
  ...{ key: [by], then, ids: String(n), value: value ?? '', time },
});

/** To the partition of what is joined by next. */
function sentAgain(met: Observable<Met>): Observable<Met> {
  return met.pipe(
    map(({ key: [key], then, ids, value, time }) => ({ by: then ?? key, ids, value, time })),
    repartition('again', { key: 'by', schema: Sent, time: ({ time }) => time }),
    map(({ by, ids, value, time }): Met => ({ key: [by], ids, value, time })),
  );
}

function meeting(left: Observable<Met>, right: Observable<Met>, shape: JoinShape, n: number): Observable<Met> {
  const name = `join-${n}`;
  const nobody = Array<string>(n).fill('-').join(' ');
  const both = (key: readonly [string], a: Part | undefined, b: Part | undefined, time: number): Met => ({
    ...{ key, ids: `${a?.ids ?? nobody} ${b?.ids ?? '-'}`, value: `${a?.value ?? ''},${b?.value ?? ''}`, time },
  });
  const keys = { key: ({ key }: Met) => key, otherKey: ({ key }: Met) => key };
  switch (shape.join) {
    case 'within': {
      const { kind, before, after, grace: allowedLateness } = shape;
      return left.pipe(
        joinWithin(name, right, { ...keys, kind, before, after, allowedLateness, left: part, right: part }),
        map(({ key, left, right, time }) => both(key, left, right, time)),
      );
    }
    case 'as of':
      return left.pipe(
        joinAsOf(name, right, { ...keys, kind: shape.kind, keep: days(1), right: part }),
        map(({ key, left, right, time }) => ({ ...both(key, part.select(left), right, time), then: left.then })),
      );
    case 'latest': {
      const { kind } = shape;
      return left.pipe(
        joinLatest(name, newest(`newest-${n}`, right), { kind: 'outer', left: part, right: part }),
        filter(({ value: { left, right } }) => {
          const isMissing = { left: left === undefined, right: right === undefined };
          return !needed[kind].some((side) => isMissing[side]);
        }),
        map(({ key, value: { left, right } }) => both(key, left, right, Math.max(left?.time ?? 0, right?.time ?? 0))),
      );
    }
  }
}

/** The sides without which nothing is emitted. */
const needed: Readonly<Record<JoinKind, readonly ('left' | 'right')[]>> = {
  inner: ['left', 'right'],
  left: ['left'],
  right: ['right'],
  outer: [],
};

/** A table: the newest record of each key. */
function newest(name: string, flow: Observable<Met>): Observable<Met> {
  return flow.pipe(
    foldByKey(name, {
      key: ({ key }) => key,
      state: Ids,
      fold: (state, { ids, time }) => {
        state.ids = ids;
        state.time = time;
      },
    }),
    map(({ key, value: { ids, time } }) => ({ key, ids, value: '', time })),
  );
}

function isWanted(where: JoinsShape['where'], value: string): boolean {
  if (where === undefined) return true;
  const [left = '', right = ''] = value.split(',');
  switch (where) {
    case 'same text':
      return left.split(' ').at(-1) === right.split(' ').at(-1);
    case 'left below 5':
      return Number(left) < 5;
    case 'right below 5':
      return Number(right.split(' ')[0]) < 5;
  }
}
