import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StockafolioError, type Table, type Value } from '@stockafolio/core';
import {
  type Clock,
  type Mutation,
  type ScanAllOptions,
  type ScanOptions,
  type StoredRow,
  type Tables,
  checkRow,
  checkSameShape,
  checkVersion,
  mostBytes,
} from '@stockafolio/core/ports';
import { systemClock } from '../clock-system/index.js';
import { processLock } from '../process-lock/process-lock.js';
import { addTables, findTable, listTables, prefixOf, touch } from './catalogue.js';
import { KeyEncoding, LONGEST_WHOLE_KEY, afterPrefix } from './key-encoding.js';
import { loadLmdb, type Store } from './lmdb.js';
import { KEPT, beginAlike, beginsWith, found, inOrder, storedKey, withWholeKey, type Found } from './long-keys.js';
import { RowEncoding, isExpired, versionOf } from './row-encoding.js';
import { tablesError } from './tables-error.js';

export interface EmbeddedTablesOptions {
  /** Open existing tables for reading only: any number of processes may, while others write. */
  readonly readOnly?: boolean;
  readonly clock?: Pick<Clock, 'now'>;
  /**
   * What a resolved write survives; defaults to `process`. `process`: the death of this process, by `kill -9` too.
   * `power`: also a power cut, at the price of a forced write to disk each time. After a power cut under `process` the
   * store may have to be filled again.
   */
  readonly durability?: 'process' | 'power';
}

/** {@link Tables} that can also be asked what is in them. */
export interface EmbeddedTables extends Tables {
  /** Every table in the store, sorted by name, with all that is needed to read it. */
  listTables(): Promise<readonly Table[]>;
  /**
   * Removes expired rows and the versions kept for deleted ones; until then they only take up space. Call it when no
   * mutation that old can be written again.
   *
   * @returns how many were removed
   */
  sweep(): Promise<number>;
}

/** Rows read in one go. Between two chunks other work gets its turn, and the store may reuse old pages. */
const CHUNK = 1000;

const COMMIT_NOW = 2;
const ABORTABLE = 1;
const NO_FLUSH = 0x10000;

interface Swept {
  readonly removed: number;
  /** Where to continue, if there is more. */
  readonly next: Buffer | undefined;
}

/** The whole keys to read: those with a prefix, beginning at the first one. */
interface Range {
  readonly first: Buffer;
  readonly prefix: Buffer;
}

interface Chunk {
  readonly rows: readonly StoredRow[];
  /** Where to continue, if there is more. */
  readonly next: Buffer | undefined;
}

/** Everything needed to write and read the rows of one table. */
interface Shelf {
  readonly table: Table;
  readonly prefix: Buffer;
  readonly keys: KeyEncoding;
  readonly rows: RowEncoding;
}

/**
 * Tables in a folder, without a server, on LMDB. One process writes at a time (others wait for their turn), any number
 * read at once. A write is one transaction, in which every mutation is compared with the stored version.
 *
 * A scan sees every row that exists throughout the scan. It may see some of the rows that are written while it runs.
 *
 * The first `create` makes the folder: a run that fails before leaves none behind.
 *
 * @throws ERR_TABLES_UNAVAILABLE if it cannot be opened, ERR_PEER_MISSING without the package lmdb
 * @example
 * const tables = embeddedTables('/data/tables');
 * await tables.create([positions]);
 * await tables.write([{ table: positions, values: ['ann', 'IBM', 10, 1_000_000], version: 1 }]);
 */
export function embeddedTables(dir: string, options: EmbeddedTablesOptions = {}): EmbeddedTables {
  const readOnly = options.readOnly ?? false;
  const path = resolve(dir);
  if (readOnly && !isThere(path)) throw noTables(path);
  // Report a missing package here, not at the first call.
  loadLmdb();
  return new LmdbTables(path, isThere(path) ? openStore(path, readOnly) : undefined, options);
}

function isThere(dir: string): boolean {
  return existsSync(join(dir, 'data.mdb'));
}

function noTables(dir: string): StockafolioError {
  return new StockafolioError('ERR_TABLES_UNAVAILABLE', `there are no tables in ${dir}`, {
    hint: 'check the folder, or start their writer first',
  });
}

function openStore(dir: string, readOnly: boolean): Store {
  try {
    return loadLmdb().open({
      path: dir,
      noSubdir: false,
      readOnly,
      encoding: 'binary',
      keyEncoding: 'binary',
      overlappingSync: false,
      // Measured: a quarter more rows a second than with pages of 4 KiB. It applies when a store is created.
      pageSize: 8192,
    });
  } catch (error) {
    throw tablesError(error, dir);
  }
}

class LmdbTables implements EmbeddedTables {
  readonly inKeyOrder = true;
  readonly #dir: string;
  /** Undefined before it is created. */
  #opened: Store | undefined;
  readonly #readOnly: boolean;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #flags: number;
  readonly #shelves = new WeakMap<Table, Shelf>();
  #closed = false;
  #unforced = false;

  constructor(dir: string, store: Store | undefined, options: EmbeddedTablesOptions) {
    this.#dir = dir;
    this.#opened = store;
    this.#readOnly = options.readOnly ?? false;
    this.#clock = options.clock ?? systemClock;
    this.#flags = COMMIT_NOW | ABORTABLE | (options.durability === 'power' ? 0 : NO_FLUSH);
  }

  async lock(pipeline: string): Promise<() => Promise<void>> {
    const dir = this.#dir;
    const held = await processLock({
      ...{ dir, name: `stream-${pipeline}.lock` },
      taken: ({ pid, host }, isElsewhere) =>
        new StockafolioError(
          'ERR_TABLES_TAKEN',
          `process ${pid}${isElsewhere ? ` on ${host}` : ''} streams pipeline '${pipeline}' into the tables in ${dir}`,
          {
            hint: 'embedded tables allow one stream per pipeline at a time: wait for that one to end, or use Cassandra',
          },
        ),
    });
    return () => held.release();
  }

  async create(tables: readonly Table[]): Promise<void> {
    this.#attempt(() => {
      for (const table of tables) checkKeyLength(table);
      this.#opened ??= openStore(this.#dir, false);
      if (this.#readOnly) for (const table of tables) this.#shelfOf(table);
      else this.#store.transactionSync(() => addTables(this.#store, tables), COMMIT_NOW | ABORTABLE);
    });
  }

  async write(mutations: readonly Mutation[]): Promise<void> {
    this.#attempt(() => {
      if (this.#readOnly) {
        throw new StockafolioError('ERR_USAGE', `the tables in ${this.#dir} were opened for reading only`);
      }
      for (const { table, values, version, deleted } of mutations) {
        checkRow(table, values, deleted === true ? table.keyLength : table.columns.length);
        checkVersion(table, version);
        this.#shelfOf(table);
      }
      if (mutations.length === 0) return;
      const now = this.#clock.now();
      this.#store.transactionSync(() => {
        for (const mutation of mutations) this.#put(mutation, now);
      }, this.#flags);
      this.#unforced = (this.#flags & NO_FLUSH) !== 0;
    });
  }

  async get(table: Table, key: readonly Value[]): Promise<StoredRow | undefined> {
    return this.#attempt(() => {
      checkRow(table, key, table.keyLength);
      // Another process may have written since this one last read.
      this.#opened?.resetReadTxn();
      const shelf = this.#shelfOf(table);
      const bytes = this.#store.getBinaryFast(storedKey(shelf.keys.encode(key, table.keyLength)));
      if (bytes === undefined) return undefined;
      const values = [...key];
      return shelf.rows.decodeInto(values, bytes, this.#clock.now())
        ? { values, version: versionOf(bytes) }
        : undefined;
    });
  }

  async *scan(table: Table, prefix: readonly Value[], { limit }: ScanOptions = {}): AsyncIterable<StoredRow> {
    const first = this.#attempt(() => {
      checkRow(table, prefix, Math.min(Math.max(prefix.length, table.partitionLength), table.keyLength));
      return Buffer.from(this.#shelfOf(table).keys.encode(prefix, prefix.length));
    });
    yield* this.#rows(table, { first, prefix: first }, limit ?? Infinity);
  }

  async *scanAll(table: Table, { from = [], limit }: ScanAllOptions = {}): AsyncIterable<StoredRow> {
    const range = this.#attempt(() => {
      if (from.length > 0) checkRow(table, from, Math.min(from.length, table.keyLength));
      const { keys, prefix } = this.#shelfOf(table);
      return { first: Buffer.from(keys.encode(from, from.length)), prefix };
    });
    yield* this.#rows(table, range, limit ?? Infinity);
  }

  async listTables(): Promise<readonly Table[]> {
    return this.#attempt(() => {
      this.#store.resetReadTxn();
      return listTables(this.#store);
    });
  }

  async sweep(): Promise<number> {
    let removed = 0;
    for (const table of await this.listTables()) {
      if (table.ttl === undefined) continue;
      const { prefix } = this.#attempt(() => this.#shelfOf(table));
      for (let start: Buffer | undefined = prefix; start !== undefined;) {
        const from: Buffer = start;
        const swept: Swept = this.#attempt(() =>
          this.#store.transactionSync(() => this.#sweepChunk(from, afterPrefix(prefix)), this.#flags),
        );
        removed += swept.removed;
        start = swept.next;
        // Let other readers and writers of this process take their turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return removed;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    if (this.#unforced) this.#attempt(() => this.#store.transactionSync(() => touch(this.#store), COMMIT_NOW));
    this.#closed = true;
    await this.#opened?.close();
  }

  get #store(): Store {
    const store = this.#found();
    if (store === undefined) throw noTables(this.#dir);
    return store;
  }

  /** The store, if it exists by now: another process may have created it. */
  #found(): Store | undefined {
    if (this.#opened === undefined && isThere(this.#dir)) this.#opened = openStore(this.#dir, false);
    return this.#opened;
  }

  #put({ table, values, version, deleted = false }: Mutation, now: number): void {
    const { keys, rows } = this.#shelfOf(table);
    const whole = keys.encode(values, table.keyLength);
    const key = storedKey(whole);
    const there = this.#store.getBinaryFast(key);
    if (there !== undefined && versionOf(there) >= version) return;
    const expires = table.ttl === undefined ? undefined : now + table.ttl;
    const row = rows.encode(values, version, deleted, expires);
    void this.#store.put(key, key === whole ? row : withWholeKey(row, whole));
  }

  #sweepChunk(start: Buffer, end: Buffer): Swept {
    const now = this.#clock.now();
    const expired: Uint8Array[] = [];
    let read = 0;
    let next: Buffer | undefined;
    for (const { key, value } of this.#store.getRange({ start, end, limit: CHUNK })) {
      read += 1;
      if (read === CHUNK) next = justAfter(key);
      if (isExpired(value, now)) expired.push(key);
    }
    for (const key of expired) void this.#store.remove(key);
    return { removed: expired.length, next };
  }

  async *#rows(table: Table, range: Range, limit: number): AsyncGenerator<StoredRow> {
    let left = limit;
    for (let start: Buffer | undefined = range.first.subarray(0, KEPT); start !== undefined && left > 0;) {
      const from: Buffer = start;
      const most = Math.min(CHUNK, left);
      const chunk: Chunk = this.#attempt(() => this.#chunk(table, from, range, most));
      for (const row of chunk.rows) {
        if (left <= 0) return;
        left -= 1;
        yield row;
      }
      start = chunk.next;
    }
  }

  /** About this many rows from this stored key on, in key order; and where to continue, if there is more. */
  #chunk(table: Table, start: Buffer, { first, prefix }: Range, most: number): Chunk {
    const shelf = this.#shelfOf(table);
    const now = this.#clock.now();
    const rows: StoredRow[] = [];
    const add = (whole: Uint8Array, row: Buffer): void => {
      const values = shelf.keys.decode(whole);
      if (shelf.rows.decodeInto(values, row, now)) rows.push({ values, version: versionOf(row) });
    };
    /** Rows of long keys with the same prefix: sorted once all of them are read. */
    let alike: Found[] = [];
    const addAlike = (): void => {
      for (const { whole, row } of inOrder(alike)) {
        if (Buffer.compare(whole, first) >= 0 && beginsWith(whole, prefix)) add(whole, row);
      }
      alike = [];
    };
    let read = 0;
    let next: Buffer | undefined;
    this.#store.resetReadTxn();
    for (const { key, value } of this.#store.getRange({ start, end: afterPrefix(prefix.subarray(0, KEPT)) })) {
      const last = alike.at(-1);
      if (last !== undefined && !beginAlike(last.stored, key)) addAlike();
      if (read >= most && alike.length === 0) {
        next = Buffer.from(key);
        break;
      }
      read += 1;
      if (key.length < KEPT) add(key, value);
      else alike.push(found(Buffer.from(key), Buffer.from(value)));
    }
    addAlike();
    return { rows, next };
  }

  #shelfOf(table: Table): Shelf {
    const known = this.#shelves.get(table);
    if (known !== undefined) return known;
    const store = this.#found();
    store?.resetReadTxn();
    const found = store && findTable(store, table.name);
    if (found === undefined) {
      throw new StockafolioError('ERR_TABLE_UNKNOWN', `there is no table '${table.name}' in ${this.#dir}`, {
        hint: this.#readOnly ? 'start its writer first: it creates the table' : 'create it first',
      });
    }
    checkSameShape(found.table, table);
    const prefix = prefixOf(found);
    const shelf = { table, prefix, keys: new KeyEncoding(table, prefix), rows: new RowEncoding(table) };
    this.#shelves.set(table, shelf);
    return shelf;
  }

  #attempt<T>(action: () => T): T {
    if (this.#closed) throw new StockafolioError('ERR_INTERNAL', `the tables in ${this.#dir} are closed`);
    try {
      return action();
    } catch (error) {
      throw tablesError(error, this.#dir);
    }
  }
}

/** @throws ERR_SCHEMA_INVALID if the columns allow a key that is longer than a store accepts */
function checkKeyLength(table: Table): void {
  const most = mostBytes(table.columns.slice(0, table.keyLength));
  if (most <= LONGEST_WHOLE_KEY) return;
  throw new StockafolioError(
    'ERR_SCHEMA_INVALID',
    `table '${table.name}': its key may take ${most} bytes, but the embedded tables accept at most ${LONGEST_WHOLE_KEY}`,
    { hint: 'bound its text columns: text({ max: ... })' },
  );
}

/** The first key that can follow this one. */
function justAfter(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.alloc(1)]);
}
