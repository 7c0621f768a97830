/** What can be done to a process. */
export interface Lifecycle {
  /** Starts it again, on the same ports and data, and waits until it answers. */
  start(): Promise<void>;
  /** Ends it as an operator would (SIGTERM), and waits. */
  stop(): Promise<void>;
  /** Ends it with kill -9. */
  kill(): Promise<void>;
  /** Stops it in place (SIGSTOP), as a long pause does; `resume` lets it go on. */
  suspend(): void;
  resume(): void;
}

/** A server that this process has started, on free ports of 127.0.0.1, with its data in a folder of its own. */
export interface Server extends Lifecycle {
  readonly name: 'kafka' | 'cassandra' | 'hdfs' | 's3';
  /** As the `stockafolio` command takes it, up to the topic, keyspace or path: `kafka://127.0.0.1:41234`. */
  readonly url: string;
  /** The port that clients connect to: of the broker, the CQL port, the namenode's HTTP port, the S3 endpoint. */
  readonly port: number;
  /** The file that its output goes to. */
  readonly log: string;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}
