import type { JoinKind } from '@stockafolio/core';
import type { Difference, Omission } from './reasons.js';

/** What a window keeps of its records, as the text that is compared. */
export type Figure = 'count' | 'count sum' | 'max' | 'min' | 'top2' | 'top2 distinct' | 'values';

interface WindowBase {
  /** How long after its end a window accepts records, in milliseconds. */
  readonly grace: number;
  /** A row for each record, a row when the window closes, or the final row alone. */
  readonly emit: 'each' | 'close' | 'final';
  readonly figure: Figure;
  /** How far the watermark is behind the newest record; defaults to 0. */
  readonly behind?: number;
  /** Only records with the value 1. */
  readonly where?: 'value 1';
  /** The records are not partitioned by the key: each partition has its part of a row. */
  readonly shared?: true;
  /** Messages have no key: records are sent to the partition of what they are grouped by. */
  readonly keyless?: true;
}

/** A windowed figure of each key; durations in milliseconds. */
export type WindowShape = WindowBase &
  (
    | { readonly window: 'tumbling'; readonly size: number }
    | { readonly window: 'hopping'; readonly size: number; readonly step: number }
    | {
        readonly window: 'session';
        readonly gap: number;
        /** Records exactly `gap` apart are in one session, which ends at its last record: `gap + 1` here. */
        readonly closed?: true;
      }
  );

/** A join of two flows; durations in milliseconds. */
export type JoinShape =
  | {
      readonly join: 'within';
      readonly kind: JoinKind;
      readonly before: number;
      readonly after: number;
      readonly grace: number;
    }
  | { readonly join: 'as of'; readonly kind: 'inner' | 'left' }
  | { readonly join: 'latest'; readonly kind: JoinKind };

/** The flow of a record in a join. */
export type Side = 'left' | 'right' | 'third' | 'fourth';

/** The left flow with the right one, what they give with the third, and so on. */
export interface JoinsShape {
  readonly joins: readonly JoinShape[];
  /** How far the watermark is behind the newest record; defaults to 0. */
  readonly behind?: number;
  readonly where?: 'left below 5' | 'right below 5' | 'same text';
  /** The flows whose records are sent to the partition of what they are joined by. */
  readonly rekeyed?: readonly Side[];
  /** Those of them whose messages have no key. */
  readonly keyless?: readonly Side[];
  /** What the joins before the last one give is sent to the partition of what the last one joins by. */
  readonly again?: true;
  /** A window over what comes out. */
  readonly then?: WindowShape;
}

/** A record of a window case. Key `~` stands for the time alone, which moves the watermark. A null value is absent. */
export type WindowInput = readonly [key: string, value: string | null, time: number];
/** A row of a window, in the order in which it is emitted; null removes it. */
export type WindowOutput = readonly [key: string, start: number, end: number, value: string | null];

/**
 * A record of a join case. A null key or value is a message without one. What it is joined by, at first and then again,
 * defaults to the key.
 */
export type JoinInput = readonly [
  ...[side: Side, key: string | null, value: string | null, time: number],
  ...by: readonly string[],
];
/** What a join emits: the index of the record of each flow, in their order, or null, and at last the time. */
export type JoinOutput = readonly (number | null)[];

interface CaseOf<S, I, O> {
  /** The cases of the file that consist of these facts, counted from 0; they differ in columns and names alone. */
  readonly numbers: readonly number[];
  readonly pipeline: S;
  readonly in: readonly I[];
  /** What the case expects. */
  readonly out: readonly O[];
  /** The case states no order of what comes out. */
  readonly unordered?: true;
  /** Records that are dead letters here; the other system drops them in silence. */
  readonly letters?: number;
  /** Why something else comes out here, and what. */
  readonly differs?: Difference;
  readonly here?: readonly O[];
}

export type WindowCase = CaseOf<WindowShape, WindowInput, WindowOutput>;
export type JoinCase = CaseOf<JoinsShape, JoinInput, JoinOutput>;
/** A window over what a join emits. */
export type ChainCase = CaseOf<JoinsShape & { readonly then: WindowShape }, JoinInput, WindowOutput>;

/** One file of public cases. */
export interface CaseFile {
  /** The project and the file. */
  readonly source: string;
  /** How many cases the file has. */
  readonly count: number;
  readonly windows?: readonly WindowCase[];
  readonly joins?: readonly JoinCase[];
  readonly chains?: readonly ChainCase[];
  /** The numbers of the cases that are not expressed, by reason. */
  readonly omitted: Readonly<Partial<Record<Omission, readonly number[]>>>;
}
