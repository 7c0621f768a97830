import { type Fields, type ObjectOf, type RecordSchema, StockafolioError } from '@stockafolio/core';
import {
  type ArchiveFacts,
  type ArchivePart,
  fieldOf,
  type Files,
  partialRecordMaker,
  type ReadEntry,
  recordCheck,
  schemaText,
  snakeCase,
} from '@stockafolio/core/ports';
import { openParquet, type ColumnValues, type ParquetColumn } from '../parquet/index.js';
import { rowMaker } from '../parquet/row-maker.js';
import {
  CAUSE,
  INGESTED,
  OFFSET,
  PARTITION,
  REJECTED,
  SEEN,
  isRejected,
  recordColumns,
  type ArchiveEntry,
} from './entry.js';
import { readGrowth } from './growth-facts.js';
import { readHistory } from './history-facts.js';
import { retyping, schemaAsWritten } from './schema-as-written.js';
import { parseArchiveName, type FileRange } from './file-range.js';

export interface ReadArchiveOptions {
  /** First offset to read; defaults to the file's first offset. */
  readonly from?: number;
  /** Last offset to read; defaults to the file's last offset. */
  readonly through?: number;
  /** The record fields to read; touching another field throws ERR_FIELD_NOT_READ. Defaults to all. */
  readonly fields?: readonly string[];
  /** Values for fields that the file may lack because it was written before the fields existed. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/** An open archived file. */
export interface ArchiveFile<T> {
  readonly range: FileRange;
  readonly facts: ArchiveFacts;
  /** The first offset that was ever archived for its partition, if the file states it. */
  readonly began: number | undefined;
  readonly rows: number;
  readonly hasRejected: boolean;
  /**
   * The entries in offset order, one row group per part. Unneeded row groups and columns are not read.
   * @throws ERR_PARQUET_CORRUPT, ERR_PARQUET_UNSUPPORTED
   */
  read(options?: ReadArchiveOptions): AsyncIterable<ArchivePart<T>>;
}

/**
 * Opens an archived file.
 *
 * @throws ERR_FILE_NOT_FOUND; ERR_PARQUET_CORRUPT if the file is incomplete or its metadata names another file
 */
export async function openArchiveFile<F extends Fields>(
  files: Files,
  schema: RecordSchema<F>,
  name: string,
): Promise<ArchiveFile<ObjectOf<F>>> {
  const range = parseArchiveName(name);
  if (range === undefined) throw corrupt(name, 'its name is not that of an archived file');
  const file = await openParquet(files, name);
  const fact = (key: string): string => file.metadata.get(`stockafolio.${key}`) ?? '';
  const said = [fact('stream'), fact('day'), Number(fact('first_offset')), Number(fact('last_offset'))];
  const named = [range.stream, range.day, range.firstOffset, range.lastOffset];
  if (said.join() !== named.join()) throw corrupt(name, `it was written as ${said.join(' ')}`);
  for (const group of file.rowGroups.keys()) {
    const partitions = file.bounds(group, PARTITION.stored);
    if (partitions === undefined) continue;
    const { min, max } = partitions;
    if (min !== range.partition || max !== range.partition) {
      throw corrupt(name, `it was written as one of partition ${min === max ? min : `${min} to ${max}`}`);
    }
  }
  const hasRejected = file.columns.includes(REJECTED.stored);
  // The file may hold records that are not valid under today's schema.
  const check = fact('schema') === schemaText(schema) ? undefined : recordCheck(schema);
  const asWritten = check === undefined ? schema : schemaAsWritten(schema, fact('schema'));
  const optionalFact = (key: string): string | undefined => file.metadata.get(`stockafolio.${key}`);
  const partitions = optionalFact('partitions');
  const history = readHistory(optionalFact, range.firstOffset);
  const writers = optionalFact('writers');

  return {
    range,
    facts: {
      source: fact('source'),
      partitions: partitions === undefined ? undefined : Number(partitions),
      ...readGrowth(optionalFact),
      partitioner: optionalFact('partitioner'),
      form: optionalFact('form'),
      ...(history === undefined ? {} : { history }),
      ...(writers === undefined ? {} : { writers: JSON.parse(writers) as Readonly<Record<string, number>> }),
    },
    began: fact('began_offset') === '' ? undefined : Number(fact('began_offset')),
    rows: file.rows,
    hasRejected,
    async *read({ from = range.firstOffset, through = range.lastOffset, fields = schema.names, defaults = {} } = {}) {
      for (const field of fields) fieldOf(schema.fields, field);
      const read = check === undefined ? fields : schema.names;
      const known = schema.names.filter(
        (name) => read.includes(name) && (defaults[name] === undefined || file.columns.includes(snakeCase(name))),
      );
      const wanted = recordColumns(asWritten, hasRejected || check !== undefined).filter((_, c) =>
        known.includes(schema.names[c] ?? ''),
      );
      const ofRejected = [REJECTED, CAUSE, ...(file.columns.includes(SEEN.stored) ? [SEEN] : [])];
      const columns = [OFFSET, INGESTED, ...(hasRejected ? ofRejected : []), ...wanted];
      const build = entryBuilder<ObjectOf<F>>(schema, read, columns, defaults);
      const judge =
        check === undefined ? undefined : judged<ObjectOf<F>>(schema.names, fields, check, retyping(schema, asWritten));
      for (const [group, rows] of file.rowGroups.entries()) {
        const bounds = file.bounds(group, OFFSET.stored);
        if (bounds !== undefined && (bounds.max < from || bounds.min > through)) continue;
        const values = await file.readGroup(group, columns);
        yield partOf((first, end) => {
          const entries = build(values(first, end), end - first, from, through);
          return judge === undefined ? entries : entries.map(judge);
        }, rows);
      }
    },
  };
}

/** Checks a record that was archived under another schema, and reduces it to the requested fields. */
function judged<T extends object>(
  names: readonly string[],
  fields: readonly string[],
  check: ReturnType<typeof recordCheck>,
  retyped: (record: Readonly<Record<string, unknown>>) => object,
): (entry: ArchiveEntry<T>) => ReadEntry<T> {
  const isWhole = names.every((name) => fields.includes(name));
  const make = partialRecordMaker<T>(names, fields);
  const read = names.filter((name) => fields.includes(name));
  return (entry) => {
    if (isRejected(entry)) return entry;
    const { offset, ingested } = entry;
    const record = retyped(entry.record as Readonly<Record<string, unknown>>) as T;
    const values = record as Readonly<Record<string, unknown>>;
    const cause = check(values);
    if (cause !== undefined) return { offset, ingested, unfit: record, cause };
    return { offset, ingested, record: isWhole ? record : make(read.map((name) => values[name])) };
  };
}

/** Entries are made in chunks of this many rows: small enough to be freed before the next garbage collection looks. */
const AT_ONCE = 1_024;

function* partOf<T>(build: (first: number, end: number) => readonly ReadEntry<T>[], rows: number): ArchivePart<T> {
  for (let first = 0; first < rows; first += AT_ONCE) {
    const entries = build(first, Math.min(rows, first + AT_ONCE));
    if (entries.length > 0) yield entries;
  }
}

/** Makes entries from this many rows, for offsets from `from` to `through`. */
type EntryBuilder<T> = (
  columns: readonly ColumnValues[],
  rows: number,
  from: number,
  through: number,
) => ArchiveEntry<T>[];

function entryBuilder<T extends object>(
  { name, names }: RecordSchema,
  fields: readonly string[],
  columns: readonly ParquetColumn[],
  defaults: Readonly<Record<string, unknown>>,
): EntryBuilder<T> {
  const indexes = new Map(columns.map(({ path }, c) => [path.join('.'), c]));
  // An absent value gets the default, as in a message.
  const sources = names
    .filter((field) => fields.includes(field))
    .map((field) => ({ name: field, column: indexes.get(`record.${field}`), absent: defaults[field] }));
  const maker = rowMaker<T>(`archived '${name}': ${sources.map((source) => source.name).join(' ')}`, names, sources);
  const at = (path: string): number => indexes.get(path) ?? -1;
  const columnOf = {
    offset: at('offset'),
    ingested: at('ingested'),
    raw: at('raw'),
    cause: at('cause'),
    seen: at('seen'),
  };
  return (values, rows, from, through) => {
    const make = maker(values);
    const entries: ArchiveEntry<T>[] = [];
    const offsets = values[columnOf.offset];
    const times = values[columnOf.ingested];
    const raws = values[columnOf.raw];
    for (let i = 0; i < rows; i++) {
      const offset = offsets?.[i] as number;
      if (offset < from || offset > through) continue;
      const ingested = times?.[i] as number;
      const raw = raws?.[i] as Uint8Array | undefined;
      if (raw === undefined) {
        entries.push({ offset, ingested, record: make(i) });
        continue;
      }
      const cause = values[columnOf.cause]?.[i] as string;
      const seen = values[columnOf.seen]?.[i] as number | undefined;
      entries.push({ offset, ingested, raw, cause, ...(seen === undefined ? {} : { seen }) });
    }
    return entries;
  };
}

function corrupt(name: string, what: string): StockafolioError {
  return new StockafolioError('ERR_PARQUET_CORRUPT', `'${name}' is not a file of an archive: ${what}`);
}
