import type { Key } from '@stockafolio/core';

/** A figure of a window or a ranking that failed on its way to its table. */
export interface Refused {
  readonly operator: string;
  readonly error: unknown;
  readonly figure: object;
  /** Which of several figures that fail at one record it is, if each is dead-lettered. */
  readonly of?: string | undefined;
}

/** What operators that receive a final value see of it. */
export interface FinalMoment {
  /** Its event time, in epoch milliseconds. */
  readonly time: number;
  /** The stream's own key; without parts if the value is of several such keys. */
  readonly key: Key;
  /**
   * The event time below which no record is expected, in epoch milliseconds; defaults to its own time, because values
   * that come in order are never older than the one before.
   */
  readonly watermark?: number;
  /** Tells it from other values of the same record: then each of them that fails is dead-lettered. */
  readonly nameOf?: () => string;
}
