import { type Fields, type ObjectOf, type RecordSchema, StockafolioError } from '@stockafolio/core';
import { type ArchiveFacts, type Files, schemaText } from '@stockafolio/core/ports';
import { parquetEncoder, type ParquetEncoder } from '../parquet/index.js';
import { archiveColumns, isRejected, recordColumns, type ArchiveEntry } from './entry.js';
import { growthFacts } from './growth-facts.js';
import { historyFacts } from './history-facts.js';
import { archiveName, type FileRange } from './file-range.js';

export interface ArchiveWriterOptions {
  /** The stream's name; every file name begins with it. */
  readonly stream: string;
  /** The facts about the source that are stored in every file. */
  readonly facts: ArchiveFacts;
  readonly partition: number;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** The offset from which the file is complete, if it is less than the first message's offset. */
  readonly firstOffset?: number;
  /** The first offset that was ever archived for the partition; defaults to that of this writer's first file. */
  readonly began?: number;
  /** Rows of a row group, which is what is held in memory uncompressed; defaults to 65,536. */
  readonly rowGroupRows?: number;
}

/**
 * Archives a range of one partition. After an error the writer is unusable: create a new one that continues after the
 * last written file.
 */
export interface ArchiveWriter<T> {
  /** Messages appended but not yet in a written file. */
  readonly rows: number;
  /** Bytes of the file so far, without the incomplete row group. */
  readonly bytes: number;
  /**
   * Takes the next messages, in offset order. Messages before the first rejected one get a file of their own, because
   * only files with rejected messages have columns for them.
   */
  append(entries: readonly ArchiveEntry<T>[]): Promise<void>;
  /**
   * Writes the remaining messages and returns all files that were written, oldest first.
   * @param lastOffset the offset up to which the file is complete, if it is greater than the last message's offset
   */
  finish(lastOffset?: number): Promise<readonly FileRange[]>;
}

interface Open<T> {
  readonly hasRejected: boolean;
  readonly firstOffset: number;
  readonly encoder: ParquetEncoder<ArchiveEntry<T>>;
  /** Compressed row groups, held because the file's name needs its last offset. */
  readonly parts: Uint8Array[];
}

const ROW_GROUP_ROWS = 65_536;

/**
 * A writer of archived files. Nothing is visible in the store before a file is complete.
 *
 * @throws ERR_SCHEMA_INVALID if a field has the name of one of the archive's own columns
 */
export function archiveWriter<F extends Fields>(
  files: Files,
  schema: RecordSchema<F>,
  options: ArchiveWriterOptions,
): ArchiveWriter<ObjectOf<F>> {
  type T = ObjectOf<F>;
  const { stream, facts, partition, day, rowGroupRows = ROW_GROUP_ROWS } = options;
  const accepted = schemaText(schema);
  // Check first that this schema can be archived at all.
  recordColumns(schema, false);
  const written: FileRange[] = [];
  let open: Open<T> | undefined;
  let pending: ArchiveEntry<T>[] = [];
  let pendingRejected = false;
  let nextOffset = options.firstOffset;
  let { began } = options;
  let lastSeen = -1;

  const flushGroup = async (): Promise<void> => {
    if (pending.length === 0) return;
    open ??= {
      hasRejected: pendingRejected,
      firstOffset: nextOffset ?? pending[0]?.offset ?? 0,
      encoder: await parquetEncoder(archiveColumns(schema, partition, pendingRejected)),
      parts: [],
    };
    open.parts.push(open.encoder.encodeGroup(pending));
    pending = [];
    pendingRejected = open.hasRejected;
  };

  /** @param isLast whether it is the last file of this writer, so that it ends where the whole range ends */
  const writeFile = async (lastOffset: number, isLast: boolean): Promise<void> => {
    if (open === undefined) return;
    const { encoder, parts, firstOffset } = open;
    began ??= firstOffset;
    const described = { stream, day, partition, firstOffset, lastOffset };
    const range: FileRange = { name: archiveName(described), ...described };
    parts.push(
      encoder.finish({
        'stockafolio.source': facts.source,
        ...(facts.partitions === undefined ? {} : { 'stockafolio.partitions': String(facts.partitions) }),
        ...growthFacts(facts),
        ...(facts.partitioner === undefined ? {} : { 'stockafolio.partitioner': facts.partitioner }),
        ...(facts.form === undefined ? {} : { 'stockafolio.form': facts.form }),
        ...(facts.writers === undefined ? {} : { 'stockafolio.writers': JSON.stringify(facts.writers) }),
        ...historyFacts(facts.history, written.length === 0, isLast),
        'stockafolio.schema': accepted,
        'stockafolio.stream': stream,
        'stockafolio.day': day,
        'stockafolio.began_offset': String(began),
        'stockafolio.first_offset': String(firstOffset),
        'stockafolio.last_offset': String(lastOffset),
      }),
    );
    open = undefined;
    pendingRejected = false;
    nextOffset = lastOffset + 1;
    await files.write(range.name, inOrder(parts));
    written.push(range);
  };

  return {
    get rows() {
      return pending.length + (open?.encoder.rows ?? 0);
    },
    get bytes() {
      return open?.encoder.bytes ?? 0;
    },
    async append(entries) {
      for (const entry of entries) {
        if (!(entry.offset > lastSeen)) {
          throw new StockafolioError(
            'ERR_INTERNAL',
            `offset ${entry.offset} comes after ${lastSeen} in partition ${partition}`,
          );
        }
        if (isRejected(entry) && open !== undefined && !open.hasRejected) {
          await flushGroup();
          await writeFile(lastSeen, false);
        }
        lastSeen = entry.offset;
        pendingRejected ||= isRejected(entry);
        pending.push(entry);
        if (pending.length === rowGroupRows) await flushGroup();
      }
    },
    async finish(lastOffset = lastSeen) {
      await flushGroup();
      await writeFile(Math.max(lastOffset, lastSeen), true);
      return written;
    },
  };
}

async function* inOrder(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
