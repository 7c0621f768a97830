import type { Value } from '../schema/index.js';
import type { Table } from '../table/index.js';

/** A row's values in the order of `table.columns`; `undefined` for an absent optional one. */
export type RowValues = readonly Value[];

/**
 * An absolute row under a deterministic key, or the removal of one (then `values` holds only the key columns).
 *
 * `version` is in microseconds. Of all mutations of a key, a store keeps the one with the highest version. A mutation
 * whose version is not above that of the kept one changes nothing. So any replay is harmless.
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
  /** The maximum number of rows. */
  readonly limit?: number;
}

export interface ScanAllOptions extends ScanOptions {
  /** Rows from this key on, or from the first that begins with these columns; only for stores in key order. */
  readonly from?: readonly Value[];
}

/**
 * A store of versioned rows: Cassandra, or the embedded tables.
 *
 * Errors are StockafolioErrors: ERR_TABLES_UNAVAILABLE (retryable), ERR_TABLE_DIFFERS if a table of that name has
 * another shape (with the difference), ERR_TABLE_UNKNOWN if it was never created, ERR_ROW_INVALID if a value does not
 * fit its column.
 */
export interface Tables {
  /**
   * The best number of rows per write, if that is small: if a store gains nothing by more, rows should not wait for it
   * and survive garbage collections. Defaults to the writer's choice.
   */
  readonly rowsAtOnce?: number;
  /**
   * The right to write these tables as the only stream of a pipeline, if only one process can have it; released by the
   * returned function, or by the end of the process.
   *
   * @throws ERR_TABLES_TAKEN if another process has it
   */
  readonly lock?: (pipeline: string) => Promise<() => Promise<void>>;
  /**
   * How often the connection to a server of the store was lost, if there are servers: such a server may have lost what
   * it had acknowledged. A write in progress then fails, and the store itself does not retry it.
   */
  readonly outages?: number;
  /**
   * An id of the table itself: a table that was dropped and created again has another. Undefined if the store has none.
   */
  readonly identity?: (table: Table) => Promise<string | undefined>;
  /** Creates missing tables and checks existing ones. */
  create(tables: readonly Table[]): Promise<void>;
  /**
   * Resolves when every mutation is durable and readable. After an error any part may have been written: write again.
   */
  write(mutations: readonly Mutation[]): Promise<void>;
  /** The row of this primary key. */
  get(table: Table, key: readonly Value[]): Promise<StoredRow | undefined>;
  /** The rows whose leading key columns (at least all partition columns) have these values, in clustering order. */
  scan(table: Table, prefix: readonly Value[], options?: ScanOptions): AsyncIterable<StoredRow>;
  /** Whether {@link scanAll} is in key order. */
  readonly inKeyOrder: boolean;
  /**
   * Every row; in key order if {@link inKeyOrder} is set.
   *
   * @throws ERR_USAGE if a store without such an order is to begin `from` a key
   */
  scanAll(table: Table, options?: ScanAllOptions): AsyncIterable<StoredRow>;
  close(): Promise<void>;
}
