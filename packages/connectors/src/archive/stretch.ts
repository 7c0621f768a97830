/** A file of the archive, by its name: all messages of one partition with offsets from `firstOffset` to `lastOffset`. */
export interface Stretch {
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
export function archiveName(stretch: Omit<Stretch, 'name'>): string {
  const { stream, day, partition, firstOffset, lastOffset } = stretch;
  const range = `${digits(firstOffset, 20)}-${digits(lastOffset, 20)}`;
  return `${stream}/day=${day}/partition=${digits(partition, 5)}/${range}.parquet`;
}

/** The range that a name stands for; undefined if it is not the name of an archived file. */
export function parseArchiveName(name: string): Stretch | undefined {
  const match = grammar.exec(name);
  if (match === null) return undefined;
  const [, stream = '', day = '', partition, first, last] = match;
  const stretch = {
    name,
    stream,
    day,
    partition: Number(partition),
    firstOffset: Number(first),
    lastOffset: Number(last),
  };
  const isRange = Number.isSafeInteger(stretch.lastOffset) && stretch.firstOffset <= stretch.lastOffset;
  return isRange ? stretch : undefined;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
