import type { ConnectionOptions } from 'node:tls';

export interface CassandraOptions {
  /** Nodes to begin with, `HOST:PORT` each; the others are found through them. */
  readonly contactPoints: readonly string[];
  readonly keyspace: string;
  /** The data centre that is written to and read from; the others get it from there. */
  readonly localDataCenter: string;
  /** Of writes and reads; LOCAL_QUORUM unless told. With less than a quorum a read may miss what was just written. */
  readonly consistency?: Consistency;
  /** Replicas in the local data centre, for a keyspace that is made here; 1 unless told. */
  readonly replication?: number;
  readonly login?: { readonly username: string; readonly password: string };
  /** TLS settings of Node; no TLS where absent. */
  readonly tls?: ConnectionOptions;
  /** CQL properties of a table that is made here, by its name: `{ positions: "compression = {'enabled': false}" }`. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Only for reading: `create` makes nothing, it only checks what is there. No rights to change a schema are needed. */
  readonly readOnly?: boolean;
  /**
   * What is read where someone has written by hand what is no value of its column: null though it is required, or a number
   * past what the column holds. The row is `refused` unless told; with `absent` it is read without that value.
   */
  readonly unreadable?: 'refused' | 'absent';
  /** Batches under way at once; 24 unless told. */
  readonly inFlight?: number;
  /** Longest time to wait for an answer, in milliseconds; 10,000 unless told. */
  readonly timeout?: number;
}

export const consistencies = [
  'ONE',
  'TWO',
  'THREE',
  'QUORUM',
  'ALL',
  'LOCAL_QUORUM',
  'EACH_QUORUM',
  'LOCAL_ONE',
] as const;
export type Consistency = (typeof consistencies)[number];
