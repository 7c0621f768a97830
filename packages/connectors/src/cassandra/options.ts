import type { ConnectionOptions } from 'node:tls';

export interface CassandraOptions {
  /** Nodes to contact first, `HOST:PORT` each; the others are found through them. */
  readonly contactPoints: readonly string[];
  readonly keyspace: string;
  /** The data centre to write to and read from; the others replicate from it. */
  readonly localDataCenter: string;
  /**
   * Of writes and reads; defaults to LOCAL_QUORUM. With less than a quorum a read may miss a row that was just written.
   */
  readonly consistency?: Consistency;
  /** Replicas in the local data centre, for a keyspace that is created here; defaults to 1. */
  readonly replication?: number;
  readonly login?: { readonly username: string; readonly password: string };
  /** TLS settings of Node; no TLS if absent. */
  readonly tls?: ConnectionOptions;
  /**
   * CQL properties of a table that is created here, by its name: `{ positions: "compression = {'enabled': false}" }`.
   */
  readonly properties?: Readonly<Record<string, string>>;
  /**
   * Only for reading: `create` creates nothing and only checks the existing tables. It needs no permission to change a
   * schema.
   */
  readonly readOnly?: boolean;
  /**
   * What to do with a value written by hand that its column does not allow: null in a required column, or a number
   * outside the column's range. The default is `refused`: the row is an error. With `absent` the row is read without
   * that value.
   */
  readonly unreadable?: 'refused' | 'absent';
  /** Batches in flight at once; defaults to 24. */
  readonly inFlight?: number;
  /** Longest time to wait for an answer, in milliseconds; defaults to 10,000. */
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
