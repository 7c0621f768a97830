import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Position } from '@stockafolio/core/ports';
import { unfinishedName } from '../files-local/file-name.js';
import { absent, corrupt } from './log-error.js';

function pathOf(dir: string, group: string): string {
  return join(dir, 'consumers', `${encodeURIComponent(group)}.json`);
}

/** The position of a group, by partition, as it was last committed. For lag tools only. */
export async function committedPositions(dir: string, group: string): Promise<readonly Position[]> {
  const path = pathOf(dir, group);
  const text = await readFile(path, 'utf8').catch(absent);
  if (text === undefined) return [];
  try {
    return Object.entries(JSON.parse(text) as Record<string, number>).map(([partition, offset]) => ({
      partition: Number(partition),
      offset,
    }));
  } catch {
    throw corrupt(path, 0, 'it does not hold the positions of a group');
  }
}

/**
 * Replaces the positions of these partitions. If two processes of one group commit at the same instant, one commit may
 * be overwritten until the next: no run depends on these figures.
 */
export async function commitPositions(dir: string, group: string, positions: readonly Position[]): Promise<void> {
  const all = new Map((await committedPositions(dir, group)).map(({ partition, offset }) => [partition, offset]));
  for (const { partition, offset } of positions) all.set(partition, offset);
  const sorted = Object.fromEntries([...all].sort(([a], [b]) => a - b));
  const hidden = join(dir, 'consumers', unfinishedName());
  await mkdir(join(dir, 'consumers'), { recursive: true });
  await writeFile(hidden, `${JSON.stringify(sorted)}\n`);
  await rename(hidden, pathOf(dir, group));
}
