/** The operations on a process. */
export interface Lifecycle {
  /** Starts it again, on the same ports and data, and waits until it answers. */
  start(): Promise<void>;
  /** Ends it as an operator would (SIGTERM), and waits. */
  stop(): Promise<void>;
  /** Ends it with kill -9. */
  kill(): Promise<void>;
  /** Suspends it (SIGSTOP), like a long pause; `resume` continues it. */
  suspend(): void;
  resume(): void;
}

/** A server that this process has started, on free ports of 127.0.0.1, with its own data folder. */
export interface Server extends Lifecycle {
  readonly name: 'kafka' | 'cassandra' | 'hdfs' | 's3';
  /** In the form of the `stockafolio` command, up to the topic, keyspace or path: `kafka://127.0.0.1:41234`. */
  readonly url: string;
  /** The port that clients connect to: of the broker, the CQL port, the namenode's HTTP port, the S3 endpoint. */
  readonly port: number;
  /** The file that its output goes to. */
  readonly log: string;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}
