import { StockafolioError } from '@stockafolio/core';
import { instantiate } from '@stockafolio/core/compile';
import type { Moments } from '../flow/moments.js';
import type { BatchPosition } from '@stockafolio/core/ports';
import { BATCH_SIZE } from '../state/batch-size.js';
import type { OperatorHost } from './operator-host.js';

/** When the keys of a batch expire, by index. */
export interface Expiry<T> {
  /** In epoch milliseconds. */
  readonly untils: Float64Array;
  /**
   * Computes it for the keys of some records, as `BatchLoader` loads them. A record whose key has expired is
   * rejected.
   *
   * @returns whether all keys are still held
   */
  load(records: readonly T[], from: number, count: number, at: number, moments: Moments): boolean;
}

/** @param expires the operator's option: when the key of a record expires, in epoch milliseconds */
export function expiryOf<T>(host: OperatorHost, expires: (record: T) => number): Expiry<T> {
  const untils = new Float64Array(BATCH_SIZE);
  const { name } = host.node;
  const load = instantiate(`operator '${name}', expiry`, expiryLoader<T>, {
    ...{ expires, untils, position: host.context.states.position, late: host.late },
    checked: (until: unknown) => checkedUntil(name, until),
  });
  return { untils, load };
}

/** @param after how long after its latest record a key expires, in milliseconds */
export function slidingExpiry<T>(host: OperatorHost, after: number): Expiry<T> {
  const untils = new Float64Array(BATCH_SIZE);
  const load = instantiate(`operator '${host.node.name}', sliding expiry`, slidingLoader<T>, {
    ...{ after, untils, position: host.context.states.position, late: host.late },
  });
  return { untils, load };
}

/** Names nothing from outside: see `instantiate`. */
function slidingLoader<T>(scope: {
  readonly after: number;
  readonly untils: Float64Array;
  readonly position: BatchPosition;
  readonly late: (until: number) => void;
}): Expiry<T>['load'] {
  const { after, untils, position, late } = scope;
  return function loadSliding(_records, _from, count, at, { times, watermarks }) {
    for (let i = at; i < at + count; i++) {
      position.batchIndex = i;
      const until = (times[i] as number) + after;
      untils[i] = until;
      if (until <= (watermarks[i] as number)) {
        late(until);
        return false;
      }
    }
    return true;
  };
}

/** Names nothing from outside: see `instantiate`. */
function expiryLoader<T>(scope: {
  readonly expires: (record: T) => number;
  readonly untils: Float64Array;
  readonly position: BatchPosition;
  readonly checked: (until: unknown) => number;
  readonly late: (until: number) => void;
}): Expiry<T>['load'] {
  const { expires, untils, position, checked, late } = scope;
  return function loadExpiry(records, from, count, at, { times, watermarks }) {
    for (let n = 0; n < count; n++) {
      const i = at + n;
      position.batchIndex = i;
      let until = expires(records[from + n] as T);
      if (!Number.isSafeInteger(until)) until = checked(until);
      untils[i] = until;
      if (until <= (watermarks[i] as number) || until <= (times[i] as number)) {
        late(until);
        return false;
      }
    }
    return true;
  };
}

/**
 * Checks an expiry that is not a whole number of epoch milliseconds, and rounds it down. @throws ERR_BAD_RECORD if it
 * is no time
 */
export function checkedUntil(operator: string, until: unknown): number {
  if (until === Number.POSITIVE_INFINITY) return Number.MAX_SAFE_INTEGER;
  const whole = typeof until === 'number' ? Math.floor(until) : Number.NaN;
  if (Number.isSafeInteger(whole)) return whole;
  throw new StockafolioError(
    'ERR_BAD_RECORD',
    `operator '${operator}': expires returned ${String(until)}, which is not a time`,
    {
      hint: 'expires returns epoch milliseconds; omit it if keys are kept forever',
    },
  );
}

/** The error if a record states another expiry for a key, or for a group, than an earlier record did. */
export function expiresDiffers(operator: string, what: 'key' | 'group', known: number, until: number): never {
  throw new StockafolioError(
    'ERR_BAD_RECORD',
    `operator '${operator}': expires returned ${until}, and ${known} for an earlier record of the same ${what}`,
    { hint: `compute the time from the ${what} alone, such as the end of the day that is a part of it` },
  );
}
