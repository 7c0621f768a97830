import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { absent } from './log-error.js';

/** A file with the messages from `first` up to the first of the next segment. */
export interface Segment {
  readonly first: number;
  readonly path: string;
}

export function partitionFolder(dir: string, partition: number): string {
  return join(dir, `partition-${String(partition).padStart(5, '0')}`);
}

export function segmentAt(folder: string, first: number): Segment {
  return { first, path: join(folder, `${String(first).padStart(20, '0')}.log`) };
}

/** The segments of a partition, oldest first. */
export async function listSegments(folder: string): Promise<readonly Segment[]> {
  const names = (await readdir(folder).catch(absent)) ?? [];
  return names
    .filter((name) => /^\d{20}\.log$/.test(name))
    .sort()
    .map((name) => ({ first: Number(name.slice(0, 20)), path: join(folder, name) }));
}

/**
 * Removes the segments that hold only messages before this offset, but never the newest segment.
 *
 * @returns the oldest offset that exists now
 */
export async function trimLog(dir: string, partition: number, beforeOffset: number): Promise<number> {
  const segments = await listSegments(partitionFolder(dir, partition));
  let oldest = segments[0]?.first ?? 0;
  for (const [i, segment] of segments.entries()) {
    const next = segments[i + 1];
    if (next === undefined || next.first > beforeOffset) break;
    await unlink(segment.path).catch(absent);
    oldest = next.first;
  }
  return oldest;
}
