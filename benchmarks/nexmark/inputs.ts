/** The events over which every query is checked: in order, out of order, over several days, with many equal times
 * and prices, and partly late. */
import { days, seconds } from '@stockafolio/core';
import { type Database, databaseOf } from './duckdb/load.js';
import { closing } from './generator/closing.js';
import { generate } from './generator/generate.js';
import { sideOf } from './generator/side.js';
import { defaults, type Settings } from './generator/settings.js';
import { withTies } from './generator/ties.js';
import type { Asked } from './query.js';

export const PARTITIONS = 4;

export interface Input extends Asked {
  readonly name: Kind;
  /**
   * Whether messages are so late that windows have been closed before them. These are dead letters, which independent programs do
   * not model: only queries to which it does not matter are then compared with them.
   */
  readonly isLate: boolean;
  readonly seed: number;
  /** Undefined if DuckDB is not installed. */
  readonly database: Database | undefined;
}

export type Kind = 'in order' | 'out of order' | 'over days' | 'ties' | 'late';

export interface InputOptions {
  readonly events?: number;
  readonly seed?: number;
  readonly rate?: number;
  /** Rows of the side input; defaults to Nexmark's. */
  readonly sideRows?: number;
  /** Which kinds of input; all by default. */
  readonly only?: readonly Kind[];
}

/** How far the watermark is behind, in each of the feeds. */
const BEHIND = seconds(4);

const kinds: Readonly<Record<Kind, (settings: Settings) => Settings>> = {
  'in order': (settings) => settings,
  'out of order': (settings) => ({ ...settings, outOfOrderGroup: 50, delay: seconds(3) }),
  'over days': (settings) => {
    const events = Math.ceil(settings.events / 8);
    return { ...settings, events, rate: (events * 1_000) / days(3) };
  },
  ties: (settings) => ({ ...settings, events: Math.ceil(settings.events / 4), rate: settings.rate / 100 }),
  late: (settings) => ({
    ...settings,
    events: Math.ceil(settings.events / 4),
    outOfOrderGroup: 50,
    delay: seconds(20),
  }),
};

export async function inputsOf({ only, sideRows, ...options }: InputOptions = {}): Promise<Input[]> {
  const settings = { ...defaults, ...options };
  const names = only ?? (Object.keys(kinds) as Kind[]);
  return Promise.all(
    names.map(async (name) => {
      const { seed } = settings;
      const generated = generate(kinds[name](settings));
      const made = name === 'ties' ? withTies(generated) : generated;
      const events = [...made, ...closing(made, PARTITIONS)];
      const last = events.reduce((latest, { record }) => Math.max(latest, record.dateTime), 0);
      const isLate = name === 'late';
      const side = sideOf(events, sideRows);
      const database = isLate ? undefined : await databaseOf(events, side);
      return { name, events, side, watermark: last - BEHIND, isLate, seed, database };
    }),
  );
}
