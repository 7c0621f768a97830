import {
  type Branch,
  hoppingWindow,
  into,
  pipeline,
  record,
  repartition,
  sessionWindow,
  shard,
  table,
  text,
  timestamp,
  tumblingWindow,
  type WindowEmission,
} from '@stockafolio/core';
import { filter, map, type Observable } from 'rxjs';
import type { Figure, WindowShape } from './case.js';
import { type Built, type Event, eventsOf, ofSide, unkeyedOf } from './events.js';

const windowRow = { key: text(), start: timestamp(), end: timestamp(), value: text() };
export const windows = table('windows', { partitionBy: ['key'], clusterBy: ['start'] }, windowRow);
const parts = table('parts', { partitionBy: ['key'], clusterBy: ['start', 'shard'] }, { ...windowRow, shard: shard() });

const Values = record('values', { values: text() });

/** What a window folds. */
export interface Keyed {
  readonly key: string;
  readonly value?: string | undefined;
}

export function windowPipeline(shape: WindowShape): Built {
  if (shape.shared || shape.keyless) {
    const unkeyed = unkeyedOf('unkeyed', shape.behind);
    const made = pipeline('window', { unkeyed }, ({ unkeyed }) =>
      rowsOf(shape.shared ? unkeyed : unkeyed.pipe(repartition('rekeyed', 'by')), shape),
    );
    return { pipeline: made, table: shape.shared ? parts : windows };
  }
  const records = eventsOf('events', shape.behind);
  const made = pipeline('window', { events: records }, ({ events }) => rowsOf(events, shape));
  return { pipeline: made, table: windows };
}

function rowsOf(events: Observable<Event>, shape: WindowShape): Branch[] {
  const rows = windowed(ofSide(events, 'left').pipe(map(toKeyed)), shape);
  return [into(shape.shared ? parts : windows, rows)];
}

const toKeyed = ({ by, value }: Event): Keyed => ({ key: by, value });

type Policies = Readonly<Record<WindowShape['emit'], WindowEmission>>;

/** The rows of a window over records. */
export function windowed(records: Observable<Keyed>, shape: WindowShape) {
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
    case 'count sum':
      return `${present.length} ${numbers.reduce((sum, each) => sum + each, 0)}`;
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
