/** A file of the archive, by its name: all messages of one partition with offsets from `firstOffset` to `lastOffset`. */
export interface FileRange {
  /** The file's name. */
  readonly name: string;
  readonly stream: string;
  /** `YYYY-MM-DD`, the New York day of the watermark at its first record. */
  readonly day: string;
  readonly partition: number;
  readonly firstOffset: number;
  /** Inclusive. */
  readonly lastOffset: number;
}

const grammar = /^([a-z][a-z0-9_-]*)\/day=(\d{4}-\d\d-\d\d)\/partition=(\d{5,})\/(\d{20})-(\d{20})\.parquet$/;

/** The name under which a range is archived. Offsets have twenty digits, so names sort in offset order. */
export function archiveName(range: Omit<FileRange, 'name'>): string {
  const { stream, day, partition, firstOffset, lastOffset } = range;
  const offsets = `${digits(firstOffset, 20)}-${digits(lastOffset, 20)}`;
  return `${stream}/day=${day}/partition=${digits(partition, 5)}/${offsets}.parquet`;
}

/** The range that a name stands for; undefined if it is not the name of an archived file. */
export function parseArchiveName(name: string): FileRange | undefined {
  const match = grammar.exec(name);
  if (match === null) return undefined;
  const [, stream = '', day = '', partition, first, last] = match;
  const range = {
    name,
    stream,
    day,
    partition: Number(partition),
    firstOffset: Number(first),
    lastOffset: Number(last),
  };
  const isRange = Number.isSafeInteger(range.lastOffset) && range.firstOffset <= range.lastOffset;
  return isRange ? range : undefined;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
