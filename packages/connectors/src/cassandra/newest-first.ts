import type { Table } from '@stockafolio/core';
import type { StoredRow } from '@stockafolio/core/ports';

/** A part of a partition by its first clustering column: from `from` (inclusive) to `to` (exclusive), where these are given. */
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
  /** Whether the server refused a range that may be read in smaller ones. */
  isRefused(error: unknown): boolean;
}

/** Past so many lives of a row, what is left is asked for at once again. */
const LIVES = 64;
/** The longest time that a date has, in milliseconds. */
const LATEST = 8.64e15;

/**
 * Whether the rows of a partition go by time, newest first, and expire: then the expired ones lie behind those that are
 * there, and a server that counts how many it comes by can be asked for a part of them at a time.
 */
export function isNewestFirst({ columns, partitionLength, keyLength, ttl }: Table): boolean {
  const first = columns[partitionLength];
  return ttl !== undefined && keyLength > partitionLength && first?.type.kind === 'timestamp' && first.descending;
}

/**
 * The rows of a partition, newest first. A server refuses to pass more than so many expired rows at once (100,000, as it
 * comes): then it is asked for what is younger than the life of a row, and for the rest in ranges that are as long as it
 * takes them. A row may be older than that all the same, since its life is counted from when it was written.
 */
export async function* newestFirst({ table, now, read, isRefused }: NewestFirst): AsyncGenerator<StoredRow> {
  const life = table.ttl ?? 0;
  let to: number | undefined;
  let width = Number.POSITIVE_INFINITY;
  let wasRefused = false;
  /** Rows of the last time that was given, which a range that begins with them gives again. */
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
      // Of the newest range only the beginning can be moved: where it is refused for what is younger than now, into the future.
      const isSmallest = to === undefined ? width < -LATEST : width < 1;
      if (!isRefused(error) || isSmallest) throw error;
      // The rows before it were given: it goes on with those of the last time among them.
      if (given > 0 && last !== undefined) to = last + 1;
      width = from === undefined ? life : to === undefined && width < 1 ? Math.min(-1, 2 * width) : width / 2;
      wasRefused = true;
    }
  }
}
