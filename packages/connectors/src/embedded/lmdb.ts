import { createRequire } from 'node:module';
import { requirePeer, type Peer } from '@stockafolio/core/ports';

/*
 * The parts of lmdb in use. Its own declarations for ES modules do not compile (`export =` in a module), and it is an
 * optional peer, so it is described and loaded here.
 */

export interface Range {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
  readonly limit?: number;
}

/** A database with binary keys and values. */
export interface Store {
  get(key: Uint8Array): Buffer | undefined;
  /** Like `get`, but the next call reuses the memory. */
  getBinaryFast(key: Uint8Array): Buffer | undefined;
  /** Synchronous within a transaction. */
  put(key: Uint8Array, value: Uint8Array): unknown;
  /** Synchronous within a transaction. */
  remove(key: Uint8Array): unknown;
  /** A start is required: without one lmdb leaves out keys whose first byte is small. */
  getRange(range: Range): Iterable<{ readonly key: Uint8Array; readonly value: Buffer }>;
  transactionSync<T>(action: () => T, flags: number): T;
  /** Read the newest state from now on. */
  resetReadTxn(): void;
  close(): Promise<void>;
}

interface Lmdb {
  open(options: {
    readonly path: string;
    readonly noSubdir: boolean;
    readonly readOnly: boolean;
    readonly encoding: 'binary';
    readonly keyEncoding: 'binary';
    readonly overlappingSync: boolean;
    readonly pageSize: number;
  }): Store;
}

const LMDB: Peer = { neededBy: 'embedded tables', packages: ['lmdb@3'] };

/** @throws ERR_PEER_MISSING */
export function loadLmdb(): Lmdb {
  return requirePeer(LMDB, () => createRequire(import.meta.url)('lmdb') as Lmdb);
}
