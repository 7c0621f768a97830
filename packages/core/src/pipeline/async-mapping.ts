import type { AbortSignalLike } from '../ports/clock.js';
import type { Stream } from '../stream/index.js';

/** An asynchronous function that is called between two stages, for each record that passes. */
export interface AsyncMapping {
  /** The stream of the records that it is given; they go to the partition of their key there. */
  readonly from: Stream<unknown>;
  readonly map: (record: unknown, call: AsyncCall) => PromiseLike<unknown>;
  /** How many calls are pending at once. */
  readonly concurrency: number;
  /** How long a call may take, in milliseconds. */
  readonly timeout: number;
  /** How often it is called for a record at most; may be infinite. */
  readonly attempts: number;
  /** The delay before the second attempt, in milliseconds; it doubles for each further one. */
  readonly retryAfter: number;
}

/** What a call of an asynchronous function is told. */
export interface AsyncCall {
  /** Is aborted when the call takes too long, or the run ends. */
  readonly signal: CallSignal;
  /** From 1 on. */
  readonly attempt: number;
}

/** The platform's AbortSignal where there is one, so that it can be passed to `fetch`. */
export type CallSignal = typeof globalThis extends { readonly AbortSignal: { readonly prototype: infer Signal } }
  ? Signal
  : AbortSignalLike;
