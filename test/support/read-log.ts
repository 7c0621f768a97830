import { logSource } from '@stockafolio/connectors/log-local';
import type { Source, SourceMessage } from '@stockafolio/core/ports';

/** A message of a log, and its position. */
export interface LoggedMessage extends SourceMessage {
  readonly partition: number;
}

/** All messages that a log holds, in the order of each partition. */
export function readLog(dir: string): Promise<LoggedMessage[]> {
  return readSource(logSource(dir));
}

/** All messages that a source holds, in the order of each partition; closes it. */
export async function readSource(source: Source): Promise<LoggedMessage[]> {
  const all: LoggedMessage[] = [];
  try {
    const ranges = await source.ranges();
    const left = new Map(
      ranges.filter(({ oldest, end }) => end > oldest).map(({ partition, end }) => [partition, end]),
    );
    await source.open('reading-back', {
      assigned: async () => ranges.map(({ partition, oldest }) => ({ partition, offset: oldest })),
      revoked: async () => undefined,
    });
    while (left.size > 0) {
      const batch = await source.next(100);
      if (batch === undefined) continue;
      for (const message of batch.messages) all.push({ ...message, partition: batch.partition });
      if ((batch.messages.at(-1)?.offset ?? -1) + 1 >= (left.get(batch.partition) ?? 0)) left.delete(batch.partition);
    }
  } finally {
    await source.close();
  }
  return all.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** A message's value as text. */
export function valueOf({ value }: SourceMessage): string {
  return Buffer.from(value ?? []).toString('utf8');
}
