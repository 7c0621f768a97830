import type { Table } from '@stockafolio/core';
import type { StoredRow } from '@stockafolio/core/ports';

/**
 * A part of a partition by its first clustering column: from `from` (inclusive) to `to` (exclusive), if these are
 * given.
 */
export interface TimeRange {
  readonly from?: number;
  readonly to?: number;
}

export interface NewestFirst {
  readonly table: Table;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Rows of a range, newest first. */
  read(range: TimeRange): AsyncIterable<StoredRow>;
  /** Whether the server refused a range that can be read in smaller ranges. */
  isRefused(error: unknown): boolean;
}

/** After ranges that cover this many lives of a row, the rest is read at once again. */
const LIVES = 64;
/** The latest time that a date has, in milliseconds. */
const LATEST = 8.64e15;

/**
 * Whether the rows of a partition are sorted by time, newest first, and expire. Then the expired rows lie behind the
 * live ones. A server that limits how many it passes can be asked for a part of them at a time.
 */
export function isNewestFirst({ columns, partitionLength, keyLength, ttl }: Table): boolean {
  const first = columns[partitionLength];
  return ttl !== undefined && keyLength > partitionLength && first?.type.kind === 'timestamp' && first.descending;
}

/**
 * The rows of a partition, newest first. A server refuses to pass more than a limit of expired rows at once (100,000 by
 * default). Then the rows younger than the time to live are read first, and the rest in ranges as long as the server
 * accepts. A row may still be older than that, since its life counts from when it was written.
 */
export async function* newestFirst({ table, now, read, isRefused }: NewestFirst): AsyncGenerator<StoredRow> {
  const life = table.ttl ?? 0;
  let to: number | undefined;
  let width = Number.POSITIVE_INFINITY;
  let wasRefused = false;
  /** Rows already returned for the last time. A range that starts with that time returns them again. */
  let given = 0;
  let last: number | undefined;
  for (;;) {
    const from = width > LIVES * life ? undefined : Math.floor((to ?? now) - width);
    let again = given;
    try {
      for await (const row of read({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) })) {
        if (again-- > 0) continue;
        const time = Number(row.values[table.partitionLength]);
        given = time === last ? given + 1 : 1;
        last = time;
        yield row;
      }
      if (from === undefined) return;
      to = from;
      given = 0;
      width = Math.max(1, wasRefused ? width : 2 * width);
      wasRefused = false;
    } catch (error) {
      // The newest range has no end, so only its start can be moved. If it is refused for rows younger than now, the
      // start moves into the future.
      const isSmallest = to === undefined ? width < -LATEST : width < 1;
      if (!isRefused(error) || isSmallest) throw error;
      // The rows before it were returned already. The next range starts with those of the last time.
      if (given > 0 && last !== undefined) to = last + 1;
      width = from === undefined ? life : to === undefined && width < 1 ? Math.min(-1, 2 * width) : width / 2;
      wasRefused = true;
    }
  }
}
