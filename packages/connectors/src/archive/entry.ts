import { StockafolioError, type Fields, type RecordSchema } from '@stockafolio/core';
import { snakeCase } from '@stockafolio/core/ports';
import { parquetColumns, type ParquetColumn } from '../parquet/index.js';

/** A message that is a valid record. */
export interface AcceptedEntry<T> {
  readonly offset: number;
  /** When the broker received it, epoch milliseconds. */
  readonly ingested: number;
  readonly record: T;
}

/** A message that is not a valid record: archived as it came, with the reason. */
export interface RejectedEntry {
  readonly offset: number;
  readonly ingested: number;
  readonly raw: Uint8Array;
  readonly cause: string;
  /** When the archiver read it, epoch milliseconds, if `ingested` came from the clock of the producer. */
  readonly seen?: number | undefined;
}

/** One message as it is archived. */
export type ArchiveEntry<T> = AcceptedEntry<T> | RejectedEntry;

export function isRejected<T>(entry: ArchiveEntry<T>): entry is RejectedEntry {
  return 'raw' in entry;
}

export const OFFSET: ParquetColumn = { stored: 'offset', kind: 'int64', optional: false, path: ['offset'] };
export const INGESTED: ParquetColumn = { stored: 'ingested', kind: 'timestamp', optional: false, path: ['ingested'] };
export const PARTITION: ParquetColumn = { stored: 'partition', kind: 'int32', optional: false, path: ['partition'] };
export const REJECTED: ParquetColumn = { stored: 'rejected', kind: 'binary', optional: true, path: ['raw'] };
export const CAUSE: ParquetColumn = { stored: 'rejected_cause', kind: 'text', optional: true, path: ['cause'] };
export const SEEN: ParquetColumn = { stored: 'rejected_seen', kind: 'timestamp', optional: true, path: ['seen'] };

const own = [PARTITION, OFFSET, INGESTED, REJECTED, CAUSE, SEEN];

/**
 * The columns of a record within entries; all optional if some messages are rejected.
 *
 * @throws ERR_SCHEMA_INVALID if a field has the name of one of the archive's own columns
 */
export function recordColumns<F extends Fields>(schema: RecordSchema<F>, hasRejected: boolean): ParquetColumn[] {
  for (const { stored } of own) {
    if (schema.names.some((name) => snakeCase(name) === stored)) {
      throw new StockafolioError(
        'ERR_SCHEMA_INVALID',
        `'${schema.name}' cannot be archived: '${stored}' is the archive's own column`,
      );
    }
  }
  return parquetColumns(schema).map((column) => ({
    ...column,
    optional: column.optional || hasRejected,
    path: ['record', ...column.path],
  }));
}

/** All columns of an archived file. */
export function archiveColumns<F extends Fields>(
  schema: RecordSchema<F>,
  partition: number,
  hasRejected: boolean,
): ParquetColumn[] {
  const base = [{ ...PARTITION, constant: partition }, OFFSET, INGESTED];
  return [...recordColumns(schema, hasRejected), ...base, ...(hasRejected ? [REJECTED, CAUSE, SEEN] : [])];
}
