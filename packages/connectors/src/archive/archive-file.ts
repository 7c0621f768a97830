import {
  StockafolioError,
  fieldOf,
  partialRecord,
  snakeCase,
  type Fields,
  type PartialRecord,
  type ObjectOf,
  type RecordSchema,
} from '@stockafolio/core';
import { recordCheck, schemaText } from '@stockafolio/core/engine';
import type { ArchiveFacts, ArchivePart, Files, ReadEntry } from '@stockafolio/core/ports';
import { openParquet, type ColumnValues, type ParquetColumn } from '../parquet/index.js';
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
import { parseArchiveName, type Stretch } from './stretch.js';

export interface ReadArchiveOptions {
  /** First offset to be read; the file's own unless told. */
  readonly from?: number;
  /** Last offset to be read; the file's own unless told. */
  readonly through?: number;
  /** The record's fields to be read; to touch another is ERR_FIELD_NOT_READ. Defaults to all. */
  readonly fields?: readonly string[];
  /** Values of fields that the file may lack, as it was written before there was such a field. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/** An archived file that was opened. */
export interface ArchiveFile<T> {
  readonly stretch: Stretch;
  readonly facts: ArchiveFacts;
  /** The first offset that was ever archived of its partition, where the file tells. */
  readonly began: number | undefined;
  readonly rows: number;
  readonly hasRejected: boolean;
  /**
   * The entries in order of offset, a row group a part; row groups and columns that are not wanted are not read.
   * @throws ERR_PARQUET_CORRUPT, ERR_PARQUET_UNSUPPORTED
   */
  read(options?: ReadArchiveOptions): AsyncIterable<ArchivePart<T>>;
}

/**
 * Opens an archived file.
 *
 * @throws ERR_FILE_NOT_FOUND; ERR_PARQUET_CORRUPT where it is not whole or says that it is another file
 */
export async function openArchiveFile<F extends Fields>(
  files: Files,
  schema: RecordSchema<F>,
  name: string,
): Promise<ArchiveFile<ObjectOf<F>>> {
  const stretch = parseArchiveName(name);
  if (stretch === undefined) throw corrupt(name, 'it has no name of an archived file');
  const file = await openParquet(files, name);
  const fact = (key: string): string => file.metadata.get(`stockafolio.${key}`) ?? '';
  const said = [fact('stream'), fact('day'), Number(fact('first_offset')), Number(fact('last_offset'))];
  const named = [stretch.stream, stretch.day, stretch.firstOffset, stretch.lastOffset];
  if (said.join() !== named.join()) throw corrupt(name, `it was written as ${said.join(' ')}`);
  for (const group of file.rowGroups.keys()) {
    const partitions = file.bounds(group, PARTITION.stored);
    if (partitions === undefined) continue;
    const { min, max } = partitions;
    if (min !== stretch.partition || max !== stretch.partition) {
      throw corrupt(name, `it was written as one of partition ${min === max ? min : `${min} to ${max}`}`);
    }
  }
  const hasRejected = file.columns.includes(REJECTED.stored);
  // Records of another schema may be none of this one.
  const check = fact('schema') === schemaText(schema) ? undefined : recordCheck(schema);
  const asWritten = check === undefined ? schema : schemaAsWritten(schema, fact('schema'));
  const optionalFact = (key: string): string | undefined => file.metadata.get(`stockafolio.${key}`);
  const partitions = optionalFact('partitions');
  const history = readHistory(optionalFact, stretch.firstOffset);

  return {
    stretch,
    facts: {
      source: fact('source'),
      partitions: partitions === undefined ? undefined : Number(partitions),
      ...readGrowth(optionalFact),
      partitioner: optionalFact('partitioner'),
      form: optionalFact('form'),
      ...(history === undefined ? {} : { history }),
    },
    began: fact('began_offset') === '' ? undefined : Number(fact('began_offset')),
    rows: file.rows,
    hasRejected,
    async *read({
      from = stretch.firstOffset,
      through = stretch.lastOffset,
      fields = schema.names,
      defaults = {},
    } = {}) {
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
      const build = entryBuilder<ObjectOf<F>>(schema.names, read, columns, defaults);
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

/** Holds a record that was archived under another schema against this one, and cuts it down to the fields asked for. */
function judged<T>(
  names: readonly string[],
  fields: readonly string[],
  check: ReturnType<typeof recordCheck>,
  retyped: (record: Readonly<Record<string, unknown>>) => object,
): (entry: ArchiveEntry<T>) => ReadEntry<T> {
  const Partial = names.every((name) => fields.includes(name)) ? undefined : partialRecord(names, fields);
  const read = names.filter((name) => fields.includes(name));
  return (entry) => {
    if (isRejected(entry)) return entry;
    const { offset, ingested } = entry;
    const record = retyped(entry.record as Readonly<Record<string, unknown>>) as T;
    const values = record as Readonly<Record<string, unknown>>;
    const cause = check(values);
    if (cause !== undefined) return { offset, ingested, unfit: record, cause };
    return Partial === undefined
      ? { offset, ingested, record }
      : { offset, ingested, record: new Partial(...read.map((name) => values[name])) as T };
  };
}

/** Entries of so many rows are made at once: few enough to be gone again before anyone looks for garbage. */
const AT_ONCE = 1_024;

function* partOf<T>(build: (first: number, end: number) => readonly ReadEntry<T>[], rows: number): ArchivePart<T> {
  for (let first = 0; first < rows; first += AT_ONCE) {
    const entries = build(first, Math.min(rows, first + AT_ONCE));
    if (entries.length > 0) yield entries;
  }
}

/** Makes entries of so many rows, of offsets from `from` to `through`. */
type EntryBuilder<T> = (
  columns: readonly ColumnValues[],
  rows: number,
  from: number,
  through: number,
) => ArchiveEntry<T>[];

/** Generated, so that all records share one hidden class: that of the codec's where all fields are read. */
function entryBuilder<T>(
  names: readonly string[],
  fields: readonly string[],
  columns: readonly ParquetColumn[],
  defaults: Readonly<Record<string, unknown>>,
): EntryBuilder<T> {
  const local = new Map(columns.map(({ path }, c) => [path.join('.'), `c${c}`]));
  const at = (path: string): string => {
    const name = local.get(path);
    return name === undefined ? 'undefined' : `${name}[i]`;
  };
  const member = (name: string): string => {
    const value = at(`record.${name}`);
    if (defaults[name] === undefined) return value;
    // An absent value has the default, as in a message.
    const otherwise = `defaults[${JSON.stringify(name)}]`;
    return value === 'undefined' ? otherwise : `(${value}===undefined?${otherwise}:${value})`;
  };
  const isWhole = names.every((name) => fields.includes(name));
  const members = names
    .filter((name) => fields.includes(name))
    .map((name) => (isWhole ? `${name}:${member(name)}` : member(name)));
  const record = isWhole ? `{${members.join()}}` : `new Partial(${members.join()})`;
  const place = `offset:${at('offset')},ingested:${at('ingested')}`;
  const accepted = `entries.push({${place},record:${record}});`;
  const seen = local.has('seen') ? `...(${at('seen')}===undefined?{}:{seen:${at('seen')}})` : '';
  const rejected = `{${place},raw:${at('raw')},cause:${at('cause')},${seen}}`;
  const body = local.has('raw') ? `if(${at('raw')}!==undefined)entries.push(${rejected});else ${accepted}` : accepted;
  const make = new Function(
    'Partial',
    'defaults',
    `return (columns,rows,from,through)=>{const ${columns.map((_, c) => `c${c}=columns[${c}]`).join()},entries=[];` +
      `for(let i=0;i<rows;i++){const offset=${at('offset')};if(offset<from||offset>through)continue;${body}}return entries;}`,
  ) as (Partial: PartialRecord, defaults: Readonly<Record<string, unknown>>) => EntryBuilder<T>;
  return make(partialRecord(names, fields), defaults);
}

function corrupt(name: string, what: string): StockafolioError {
  return new StockafolioError('ERR_PARQUET_CORRUPT', `'${name}' is no file of an archive: ${what}`);
}
