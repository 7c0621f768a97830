import type { ImportedLine } from './trade-mapper.js';

type Batches = AsyncIterable<readonly ImportedLine[]>;

const AT_A_TIME = 1_000;

/** A file that is merged: its lines come in its own order. */
interface Lane {
  readonly batches: AsyncIterator<readonly ImportedLine[]>;
  lines: readonly ImportedLine[];
  at: number;
  /** The time of its next line; a line without one follows the line before it. */
  time: number;
}

/**
 * The lines of several files as one sequence, by time. The lines of one file keep their order; of lines with equal
 * times, those of the file that is named first come first.
 */
export async function* mergeFiles(files: readonly Batches[]): AsyncGenerator<readonly ImportedLine[], void, undefined> {
  const lanes: Lane[] = [];
  try {
    for (const file of files)
      lanes.push({ batches: file[Symbol.asyncIterator](), lines: [], at: 0, time: Number.NEGATIVE_INFINITY });
    const open = new Set(lanes);
    for (const lane of lanes) if (!(await hasNext(lane))) open.delete(lane);
    let merged: ImportedLine[] = [];
    while (open.size > 0) {
      let first: Lane | undefined;
      for (const lane of open) if (first === undefined || lane.time < first.time) first = lane;
      if (first === undefined) break;
      const line = first.lines[first.at++];
      if (line !== undefined) merged.push(line);
      if (!(await hasNext(first))) open.delete(first);
      if (merged.length < AT_A_TIME) continue;
      yield merged;
      merged = [];
    }
    if (merged.length > 0) yield merged;
  } finally {
    for (const { batches } of lanes) await batches.return?.();
  }
}

async function hasNext(lane: Lane): Promise<boolean> {
  while (lane.at >= lane.lines.length) {
    const { done, value } = await lane.batches.next();
    if (done === true) return false;
    lane.lines = value;
    lane.at = 0;
  }
  lane.time = lane.lines[lane.at]?.time ?? lane.time;
  return true;
}
