import { randomUUID } from 'node:crypto';
import type { PartitionRange, Source } from '@stockafolio/core/ports';
import type { Letter } from './letters.js';

/** The header that names the letter which a message replays, as `partition-offset`. */
export const REPLAYS = 'replays';

/**
 * How far the clocks of brokers, and of those who replay, may differ, in milliseconds. A search begins so much before the
 * time of the first letter.
 */
const CLOCKS_DIFFER = 3_600_000;

/** What a source says of earlier replays. */
export interface Replayed {
  /** Ids of the letters whose messages are in the source. */
  readonly found: ReadonlySet<string>;
  /** Those of which that cannot be told: messages that may have replayed them are in the source no more. */
  readonly inDoubt: readonly Letter[];
}

export interface Search {
  readonly source: Source;
  readonly letters: readonly Letter[];
  /** Called again and again while it reads. @throws whatever is to end the search */
  readonly onMessages?: (count: number) => Promise<void>;
}

/**
 * Looks in a source for the messages that replay letters. It reads every partition to the end as of now, from the time at
 * which the first of the letters was taken in: nobody replays a letter before that, nor under an earlier time.
 */
export async function findReplayed({ source, letters, onMessages }: Search): Promise<Replayed> {
  const wanted = new Set(letters.map(({ id }) => id));
  const found = new Set<string>();
  const since = letters.reduce((least, { ingested }) => Math.min(least, ingested), Number.MAX_SAFE_INTEGER);
  const ranges = await source.ranges();
  const from = await startsOf(source, ranges, since - CLOCKS_DIFFER);
  const ends = new Map(ranges.map(({ partition, end }) => [partition, end]));
  const reached = new Map(from);
  /** By partition that has lost its oldest messages: the time of the first that it still has. */
  const firstKept = new Map<number, number>();
  for (const { partition, oldest } of ranges)
    if (oldest > 0 && from.get(partition) === oldest) firstKept.set(partition, Number.POSITIVE_INFINITY);
  const positions = [...reached].map(([partition, offset]) => ({ partition, offset }));
  // A group of its own, so that nobody shares the partitions with this search.
  const group = `dead-letters-search-${randomUUID()}`;
  await source.open(group, { assigned: async () => positions, revoked: async () => undefined });
  while ([...reached].some(([partition, offset]) => offset < (ends.get(partition) ?? 0))) {
    const batch = await source.next(100);
    if (batch === undefined) {
      // What a source keeps for itself after the last message is known once it was passed: then the end comes nearer.
      for (const { partition, end } of await source.ranges())
        ends.set(partition, Math.min(end, ends.get(partition) ?? end));
      await onMessages?.(0);
      continue;
    }
    const { partition, messages } = batch;
    if (firstKept.get(partition) === Number.POSITIVE_INFINITY) firstKept.set(partition, messages[0]?.timestamp ?? 0);
    for (const { headers } of messages) {
      const id = headers?.[REPLAYS];
      if (id !== undefined && wanted.has(id)) found.add(id);
    }
    reached.set(partition, (messages.at(-1)?.offset ?? -1) + 1);
    await onMessages?.(messages.length);
  }
  const oldest = new Map(ranges.map((range) => [range.partition, range.oldest]));
  const compacted = (await source.compacted?.()) === true;
  const inDoubt = letters.filter((letter) => {
    if (found.has(letter.id)) return false;
    const isGone = letter.offset < (oldest.get(letter.partition) ?? 0);
    return compacted || isGone || [...firstKept.values()].some((time) => time > letter.ingested - CLOCKS_DIFFER);
  });
  return { found, inDoubt };
}

/** From where each partition is read, so that no message of this time or a later one is left out. */
async function startsOf(source: Source, ranges: readonly PartitionRange[], time: number): Promise<Map<number, number>> {
  const at = new Map((await source.positionsAt?.(time))?.map(({ partition, offset }) => [partition, offset]));
  return new Map(ranges.map(({ partition, oldest }) => [partition, Math.max(oldest, at.get(partition) ?? oldest)]));
}
