import type { Value } from '../schema/index.js';
import type { Table } from '../table/index.js';

/** A row's values in the order of `table.columns`; `undefined` for an absent optional one. */
export type RowValues = readonly Value[];

/**
 * An absolute row under a deterministic key, or the removal of one (then `values` holds the key columns only).
 *
 * `version` is in microseconds. A store keeps, of all mutations of a key, the one of the highest version; a mutation
 * of the same or a lower version than the one that is kept changes nothing. So any replay is harmless.
 */
export interface Mutation {
  readonly table: Table;
  readonly values: RowValues;
  readonly version: number;
  readonly deleted?: boolean;
}

/** A row as it is stored. */
export interface StoredRow {
  readonly values: RowValues;
  readonly version: number;
}

export interface ScanOptions {
  /** At most so many rows. */
  readonly limit?: number;
}

export interface ScanAllOptions extends ScanOptions {
  /** Rows from this key on, or from the first that begins with these columns; for stores in key order only. */
  readonly from?: readonly Value[];
}

/**
 * A store of versioned rows: Cassandra, or the embedded tables.
 *
 * Errors are StockafolioErrors: ERR_TABLES_UNAVAILABLE (retryable), ERR_TABLE_DIFFERS where a table of that name has
 * another shape (with the difference), ERR_TABLE_UNKNOWN where it was never created, ERR_ROW_INVALID where a value
 * does not fit its column.
 */
export interface Tables {
  /**
   * How many rows are best written at once, where that is few: a store that gains nothing by more should not have them
   * wait, and outlive collections of garbage. Whoever writes decides unless told.
   */
  readonly rowsAtOnce?: number;
  /**
   * The right to write these tables as the one stream of a pipeline, where only one process can have it; released by what
   * it resolves to, or by the end of the process.
   *
   * @throws ERR_TABLES_TAKEN where another process has it
   */
  readonly lock?: (pipeline: string) => Promise<() => Promise<void>>;
  /**
   * How often the connection to a server of the store was lost, where there are servers: what such a one had acknowledged
   * it may have lost. A write that was under way then fails, and is not tried again by the store itself.
   */
  readonly outages?: number;
  /** An id of the table itself: one that was dropped and made anew has another. Undefined where the store keeps none. */
  readonly identity?: (table: Table) => Promise<string | undefined>;
  /** Creates what is missing and checks what is there. */
  create(tables: readonly Table[]): Promise<void>;
  /** Resolves when every mutation is durable and readable; on an error any part may have been written: write again. */
  write(mutations: readonly Mutation[]): Promise<void>;
  /** The row of this primary key. */
  get(table: Table, key: readonly Value[]): Promise<StoredRow | undefined>;
  /** The rows whose leading key columns (all partition columns at least) have these values, in clustering order. */
  scan(table: Table, prefix: readonly Value[], options?: ScanOptions): AsyncIterable<StoredRow>;
  /** Whether {@link scanAll} goes in key order. */
  readonly inKeyOrder: boolean;
  /**
   * Every row; in key order where {@link inKeyOrder} says so.
   *
   * @throws ERR_USAGE where a store that has no such order is to begin `from` a key
   */
  scanAll(table: Table, options?: ScanAllOptions): AsyncIterable<StoredRow>;
  close(): Promise<void>;
}
