import { randomUUID } from 'node:crypto';
import type { PartitionRange, Source } from '@stockafolio/core/ports';
import { REPLAYS } from './replay-letters.js';

/** Ids of the letters whose messages are in the source already, at or after the places at which a replay had begun. */
export async function findReplayed(
  source: Source,
  places: readonly { readonly partition: number; readonly offset: number }[],
): Promise<Set<string>> {
  const found = new Set<string>();
  if (places.length === 0) {
    await source.close();
    return found;
  }
  const from = new Map<number, number>();
  for (const { partition, offset } of places) from.set(partition, Math.min(offset, from.get(partition) ?? offset));
  try {
    const ends = endsOf(await source.ranges());
    const reached = new Map([...ends].map(([partition, end]) => [partition, from.get(partition) ?? end]));
    const positions = [...reached].map(([partition, offset]) => ({ partition, offset }));
    // A group of its own, so that no other replay shares the partitions with this one.
    const group = `dead-letters-replay-${randomUUID()}`;
    await source.open(group, { assigned: async () => positions, revoked: async () => undefined });
    while ([...reached].some(([partition, offset]) => offset < (ends.get(partition) ?? 0))) {
      const batch = await source.next(100);
      if (batch === undefined) {
        // What a source keeps for itself after the last message is known once it was passed: then the end comes nearer.
        for (const [partition, end] of endsOf(await source.ranges()))
          ends.set(partition, Math.min(end, ends.get(partition) ?? end));
        continue;
      }
      for (const { headers } of batch.messages) {
        const id = headers?.[REPLAYS];
        if (id !== undefined) found.add(id);
      }
      reached.set(batch.partition, (batch.messages.at(-1)?.offset ?? -1) + 1);
    }
  } finally {
    await source.close();
  }
  return found;
}

function endsOf(ranges: readonly PartitionRange[]): Map<number, number> {
  return new Map(ranges.map(({ partition, end }) => [partition, end]));
}
