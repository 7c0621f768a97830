import { isStockafolioError, StockafolioError } from '@stockafolio/core';
import { type Files, keptId, type PartitionRange, type SourceExtent } from '@stockafolio/core/ports';

/** Metadata that an archive keeps beside its data files. Spark, Hive and pyarrow skip names with this prefix. */
const ID = '_archive.id';
const EXTENT = '_source.json';

/** Whether an archiver overwrites this file. It never overwrites any other file of an archive. */
export function isWrittenOver(name: string): boolean {
  return name.endsWith(`/${EXTENT}`);
}

/** The id of the archive of a stream, created if there is none; undefined if no other process can open the archive. */
export async function archiveId(files: Files, stream: string, now: number): Promise<string | undefined> {
  return files.location === undefined ? undefined : keptId(files, files.location, `${stream}/${ID}`, now);
}

/**
 * What the source held when the archive was last written.
 *
 * @throws ERR_PARQUET_CORRUPT where the file is damaged
 */
export async function readExtent(files: Files, stream: string): Promise<SourceExtent | undefined> {
  const name = `${stream}/${EXTENT}`;
  let bytes: Uint8Array;
  try {
    bytes = await files.read(name);
  } catch (error) {
    if (isStockafolioError(error, 'ERR_FILE_NOT_FOUND')) return undefined;
    throw error;
  }
  const extent = parsed(new TextDecoder().decode(bytes));
  if (isExtent(extent)) return extent;
  throw new StockafolioError('ERR_PARQUET_CORRUPT', `'${name}' does not say what the source of the archive held`, {
    hint: 'remove it: stockafolio archive writes it again',
  });
}

export async function writeExtent(files: Files, stream: string, extent: SourceExtent): Promise<void> {
  await files.write(`${stream}/${EXTENT}`, new TextEncoder().encode(JSON.stringify(extent)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isExtent(value: unknown): value is SourceExtent {
  if (typeof value !== 'object' || value === null) return false;
  const { source, at, ranges } = value as Partial<Record<keyof SourceExtent, unknown>>;
  return typeof source === 'string' && Number.isSafeInteger(at) && Array.isArray(ranges) && ranges.every(isRange);
}

function isRange(value: unknown): value is PartitionRange {
  if (typeof value !== 'object' || value === null) return false;
  const { partition, oldest, end } = value as Partial<Record<keyof PartitionRange, unknown>>;
  return [partition, oldest, end].every((each) => Number.isSafeInteger(each));
}
