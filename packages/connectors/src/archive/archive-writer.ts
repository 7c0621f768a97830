import { StockafolioError, type Fields, type ObjectOf, type RecordSchema } from '@stockafolio/core';
import { schemaText } from '@stockafolio/core/engine';
import type { ArchiveFacts, Files } from '@stockafolio/core/ports';
import { parquetEncoder, type ParquetEncoder } from '../parquet/index.js';
import { archiveColumns, isRejected, recordColumns, type ArchiveEntry } from './entry.js';
import { growthFacts } from './growth-facts.js';
import { historyFacts } from './history-facts.js';
import { archiveName, type Stretch } from './stretch.js';

export interface ArchiveWriterOptions {
  /** The stream's name, first part of every file's. */
  readonly stream: string;
  /** What is kept of the source in every file. */
  readonly facts: ArchiveFacts;
  readonly partition: number;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** The offset from which on everything is in the file, should that be less than its first message's. */
  readonly firstOffset?: number;
  /** The first offset that was ever archived of the partition; that of this writer's first file unless told. */
  readonly began?: number;
  /** Rows of a row group, which is what is held in memory uncompressed; 65,536 unless told. */
  readonly rowGroupRows?: number;
}

/** Archives a stretch of one partition. After an error it is spent: begin anew behind the last file that is there. */
export interface ArchiveWriter<T> {
  /** Messages taken that are in no written file yet. */
  readonly rows: number;
  /** Bytes of the file so far, without the row group that is not full. */
  readonly bytes: number;
  /**
   * Takes the next messages, in order of offset. Writes a file of its own of those before the first rejected message,
   * as only files with rejected messages have columns for them.
   */
  append(entries: readonly ArchiveEntry<T>[]): Promise<void>;
  /**
   * Writes what is left and answers every file that was written, oldest first.
   * @param lastOffset up to where everything is in the file, should that be more than its last message's
   */
  finish(lastOffset?: number): Promise<readonly Stretch[]>;
}

interface Open<T> {
  readonly hasRejected: boolean;
  readonly firstOffset: number;
  readonly encoder: ParquetEncoder<ArchiveEntry<T>>;
  /** Compressed row groups: a file has no name before its last offset is known. */
  readonly parts: Uint8Array[];
}

const ROW_GROUP_ROWS = 65_536;

/**
 * A writer of archived files. Nothing is visible in the store before a file is whole.
 *
 * @throws ERR_SCHEMA_INVALID where a field has the name of one of the archive's own columns
 */
export function archiveWriter<F extends Fields>(
  files: Files,
  schema: RecordSchema<F>,
  options: ArchiveWriterOptions,
): ArchiveWriter<ObjectOf<F>> {
  type T = ObjectOf<F>;
  const { stream, facts, partition, day, rowGroupRows = ROW_GROUP_ROWS } = options;
  const accepted = schemaText(schema);
  // Before anything is taken, whether this schema can be archived at all.
  recordColumns(schema, false);
  const written: Stretch[] = [];
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

  /** @param isLast whether it is the last file of this writer, whose end is that of the whole range */
  const writeFile = async (lastOffset: number, isLast: boolean): Promise<void> => {
    if (open === undefined) return;
    const { encoder, parts, firstOffset } = open;
    began ??= firstOffset;
    const place = { stream, day, partition, firstOffset, lastOffset };
    const stretch: Stretch = { name: archiveName(place), ...place };
    parts.push(
      encoder.finish({
        'stockafolio.source': facts.source,
        ...(facts.partitions === undefined ? {} : { 'stockafolio.partitions': String(facts.partitions) }),
        ...growthFacts(facts),
        ...(facts.partitioner === undefined ? {} : { 'stockafolio.partitioner': facts.partitioner }),
        ...(facts.form === undefined ? {} : { 'stockafolio.form': facts.form }),
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
    await files.write(stretch.name, inOrder(parts));
    written.push(stretch);
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
