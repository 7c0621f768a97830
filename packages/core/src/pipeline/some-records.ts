import type { Observable } from 'rxjs';
import type { Stream } from '../stream/index.js';
import { Flow } from './flow.js';

/**
 * Those of the records of a stream for which a function is true, as a flow that the plan knows: what is behind it still
 * takes them in batches. Undefined if the input is not known to be records of a stream, each of them by itself.
 *
 * @param stream whose records the input is, as far as that is known
 */
export function someRecords<T>(
  input: Observable<unknown>,
  stream: Stream<unknown> | undefined,
  isIn: (record: unknown) => boolean,
): Flow<T> | undefined {
  if (!(input instanceof Flow) || stream === undefined || stream.isBroadcast || stream.changes) return undefined;
  const { origin, passes } = input as Flow<unknown>;
  return new Flow<T>(origin, passes === undefined ? isIn : (record) => passes(record) && isIn(record));
}

/** Whether these are some of the records of a stream: then they may all have a field that is optional. */
export function isSome(input: Observable<unknown>): boolean {
  return input instanceof Flow && input.passes !== undefined;
}
