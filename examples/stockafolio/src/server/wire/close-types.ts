/* The comparison of stream and batch, and the figures of the close beside the live ones, as the API gives them. */
import type { Shares, Whole } from './types.js';

/** What the last comparison has found in one table, in rows. */
export interface WireComparedTable {
  readonly table: string;
  /** Rows that both sides have. */
  readonly compared: number;
  /** Rows of later messages than the expected ones: not judged. */
  readonly newer: number;
  readonly changed: number;
  readonly missing: number;
  readonly extra: number;
  readonly stale: number;
}

export interface WireComparedPartition {
  readonly partition: number;
  /** The next offset of the expected rows, and of the live ones at the time of the comparison. */
  readonly expected: number;
  readonly found: number;
  /** The next offset of the live tables now; null if they have none. */
  readonly now: number | null;
}

export interface WireDifference {
  readonly table: string;
  readonly kind: 'changed' | 'missing' | 'extra' | 'stale';
  readonly key: string;
  readonly columns: readonly {
    readonly column: string;
    readonly expected: string | null;
    readonly found: string | null;
  }[];
}

export interface WireComparison {
  readonly comparedAt: string;
  /** With what the live tables were compared: recomputed from the archive, or the tables of the batch. */
  readonly against: 'archive' | 'batch';
  /** Up to the end of this day; null if up to the end of the archive. */
  readonly day: string | null;
  /** False if files of the archive were missing. */
  readonly isWhole: boolean;
  readonly compared: number;
  readonly newer: number;
  readonly differences: number;
  readonly repaired: number;
  /** Messages that the live tables have taken since: the result says nothing about them. */
  readonly since: number;
  /** Whether the tables were made anew since: then the result says nothing about them at all. */
  readonly isOther: boolean;
  readonly partitions: readonly WireComparedPartition[];
  readonly tables: readonly WireComparedTable[];
  readonly first: readonly WireDifference[];
}

/** The last comparison; null if none was kept. */
export interface WireLastComparison {
  readonly comparison: WireComparison | null;
}

/** Sums of trades, and of both sides the live ones minus those of the close. */
export interface WireTwin {
  readonly name: string;
  readonly live: WireSums;
  readonly close: WireSums;
  readonly difference: WireSums;
}

export interface WireSums {
  readonly trades: Whole;
  readonly volume: Shares;
  readonly value: string;
  readonly buyValue: string;
}

/** The figures of a day beside their twins. */
export interface WireTwins {
  readonly day: string;
  readonly newestDay: string;
  /** Whether the server has the tables of the batch, and these have reached the day. */
  readonly hasClose: boolean;
  readonly isClosed: boolean;
  readonly of: 'sectors' | 'symbols';
  readonly total: WireTwin;
  readonly twins: readonly WireTwin[];
}

/** A row that a figure is made of. */
export interface WireTwinRow {
  /** The next offset of its partition in these tables: all messages before it are in the row. */
  readonly offset: number | null;
  /** The clock of the row, in market time: that of the newest message that has changed it. */
  readonly version: string;
  readonly sums: WireSums;
}

/** Where a figure comes from: a row of each shard, in both tables. */
export interface WireTwinRows {
  readonly table: string;
  readonly rows: readonly {
    readonly key: string;
    readonly shard: number;
    readonly live: WireTwinRow | null;
    readonly close: WireTwinRow | null;
  }[];
}
