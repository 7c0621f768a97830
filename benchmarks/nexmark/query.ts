import type { Pipeline, RowOf, Table } from '@stockafolio/core';
import type { Event, Side } from './events.js';

/** A row of an answer. */
export type Row = Readonly<Record<string, string | number>>;
export type Answer = readonly Row[];

/** Reads the rows of a table of a pipeline. */
export type ReadTable = <T extends Table>(table: T) => Promise<readonly RowOf<T>[]>;

/** A query as a pipeline of this library. */
export interface Query {
  readonly pipeline: Pipeline;
  /** The answer, as a reader of the tables gets it. */
  readonly answer: (read: ReadTable) => Promise<Answer>;
}

/** What an independent program is given: the events in the order of their sending. */
export interface Asked {
  readonly events: readonly Event[];
  /** The side input of q13. */
  readonly side: readonly Side[];
  /** A window or an auction that ends after this time is still open: the last watermark. */
  readonly watermark: number;
}

/** An answer that does not use this library. */
export type Naive = (asked: Asked) => Answer;
