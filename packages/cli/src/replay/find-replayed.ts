import { randomUUID } from 'node:crypto';
import type { PartitionRange, Source } from '@stockafolio/core/ports';
import type { DeadLetter } from './dead-letters.js';

/** The header that names the dead letter which a message replays, as `partition-offset`. */
export const REPLAYS = 'replays';

/**
 * The largest difference between the clocks of brokers and replaying processes, in milliseconds. A search begins this
 * long before the time of the first dead letter.
 */
const CLOCKS_DIFFER = 3_600_000;

/** What a source shows about earlier replays. */
export interface Replayed {
  /** Ids of the dead letters whose messages are in the source. */
  readonly found: ReadonlySet<string>;
  /** Those for which that is unknown: messages that may have replayed them are no longer in the source. */
  readonly inDoubt: readonly DeadLetter[];
}

export interface Search {
  readonly source: Source;
  readonly letters: readonly DeadLetter[];
  /** Called repeatedly during the search. @throws any error, to end the search */
  readonly onMessages?: (count: number) => Promise<void>;
}

/**
 * Searches a source for the messages that replay dead letters. It reads every partition up to its present end, from the
 * time when the source received the first of them: nobody replays a dead letter before that, nor under an earlier time.
 */
export async function findReplayed({ source, letters, onMessages }: Search): Promise<Replayed> {
  const wanted = new Set(letters.map(({ id }) => id));
  const found = new Set<string>();
  const since = letters.reduce((least, { ingested }) => Math.min(least, ingested), Number.MAX_SAFE_INTEGER);
  const ranges = await source.ranges();
  const from = await startsOf(source, ranges, since - CLOCKS_DIFFER);
  const ends = new Map(ranges.map(({ partition, end }) => [partition, end]));
  const reached = new Map(from);
  /** For each partition that has lost its oldest messages: the time of the first that it still has. */
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
      // A source may keep offsets without messages after the last message. They are known only once they were passed:
      // then the end moves closer.
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

/** The start offset of each partition, so that no message of this time or later is left out. */
async function startsOf(source: Source, ranges: readonly PartitionRange[], time: number): Promise<Map<number, number>> {
  const at = new Map((await source.positionsAt?.(time))?.map(({ partition, offset }) => [partition, offset]));
  return new Map(ranges.map(({ partition, oldest }) => [partition, Math.max(oldest, at.get(partition) ?? oldest)]));
}
