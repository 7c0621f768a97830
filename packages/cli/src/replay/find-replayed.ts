import type { Source } from '@stockafolio/core/ports';
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
  const ends = new Map((await source.ranges()).map(({ partition, end }) => [partition, end]));
  const positions = [...ends].map(([partition, end]) => ({ partition, offset: from.get(partition) ?? end }));
  const left = new Set(
    positions.filter(({ partition, offset }) => offset < (ends.get(partition) ?? 0)).map(({ partition }) => partition),
  );
  try {
    await source.open('dead-letters-replay', { assigned: async () => positions, revoked: async () => undefined });
    while (left.size > 0) {
      const batch = await source.next(100);
      if (batch === undefined) continue;
      for (const { headers } of batch.messages) {
        const id = headers?.[REPLAYS];
        if (id !== undefined) found.add(id);
      }
      const last = batch.messages.at(-1)?.offset ?? -1;
      if (last + 1 >= (ends.get(batch.partition) ?? 0)) left.delete(batch.partition);
    }
  } finally {
    await source.close();
  }
  return found;
}
