import type { Held } from './naive-joins.js';
import type { Process } from './naive-process.js';
import type { Item } from '@stockafolio/conformance/random';

/** What an operator sees of a record or a final value. */
export interface Seen {
  readonly time: number;
  /** Before it. */
  readonly watermark: number;
}

export interface Totals {
  amount: number;
  count: number;
}

export interface OpenWindow extends Totals {
  readonly start: number;
  readonly end: number;
  readonly key: readonly [string, string];
}

/** An item on its way to another partition. */
export interface Sent {
  /** The name of the repartition. */
  readonly name: string;
  readonly item: Item;
}

/** All that a plan keeps: copied before each record, so that a failing one is undone. */
export interface Memory {
  /** By part and key. */
  readonly sums: Record<string, Totals>;
  /** By part and key, until when a key is remembered. */
  readonly seen: Map<string, number>;
  readonly windows: Map<string, OpenWindow>;
  readonly processes: Map<string, Process>;
  /** By part and key, all amounts so far with their times. */
  readonly moments: Record<string, { readonly time: number; readonly amount: number }[]>;
  /** What left through repartitions, in order. */
  readonly sent: Sent[];
  /** By part and key, all amounts so far. */
  readonly amounts: Record<string, number[]>;
  /** By part, what its joins hold. */
  readonly held: Record<string, Held[]>;
  /** By part and key, the last values of the broadcast stream. */
  readonly rules: Map<string, Item>;
  /** By user and item, what the changelog has now. */
  readonly current: Map<string, Item>;
  /** Rows by table and key, as text. */
  readonly rows: Record<string, string>;
}

export function newMemory(): Memory {
  return {
    ...{ sums: {}, seen: new Map(), windows: new Map(), processes: new Map(), moments: {}, amounts: {}, held: {} },
    ...{ rules: new Map(), current: new Map(), rows: {}, sent: [] },
  };
}
