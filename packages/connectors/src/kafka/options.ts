import type { Partitioner, StockafolioError } from '@stockafolio/core';
import type { ConnectionOptions } from 'node:tls';
import type { Clock } from '@stockafolio/core/ports';
import type { Compression } from './compression/codec.js';

/** The login of a client: the kafkajs mechanisms that use a name and a password. */
export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** A topic, and how to connect to it. */
export interface KafkaPlace {
  /** Brokers to contact first, `host:port`; the others of the cluster are found through them. */
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly clock: Clock;
  /** TLS: true for the system's own authorities, or the options of `tls.connect`. */
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: KafkaSasl;
  /** The name under which brokers log this client; defaults to `stockafolio`. */
  readonly clientId?: string;
  /** Receives the log of kafkajs; by default it is discarded. Never contains a secret. */
  readonly log?: KafkaLog;
  /** How long a broker may take to answer before its connection is closed, in milliseconds; defaults to 15,000. */
  readonly requestTimeout?: number;
  /**
   * How long a cluster that has answered before may be unavailable before that is an error, in milliseconds; defaults
   * to 60,000. One that has never answered gets 5 seconds, or this if it is less; with `Infinity` the wait has no limit
   * in either case.
   */
  readonly patience?: number;
  /** Receives the error of each failed attempt that is retried. */
  readonly onRetry?: (error: StockafolioError) => void;
}

export type KafkaLog = (level: 'error' | 'warn' | 'info' | 'debug', message: string, details: unknown) => void;

export interface KafkaSourceOptions extends KafkaPlace {
  /**
   * A process without a heartbeat for this long loses its partitions, in milliseconds; defaults to 30,000. Heartbeats
   * are sent independently, however long the runner takes: only the end of the process ends a session.
   */
  readonly sessionTimeout?: number;
  /** How long the group waits for a process to hand its partitions over, in milliseconds; defaults to 60,000. */
  readonly rebalanceTimeout?: number;
  /** In milliseconds; defaults to 3,000. */
  readonly heartbeatInterval?: number;
  /** Bytes that are fetched ahead, over all partitions; defaults to 16 MiB. Bounds memory, plus one fetch. */
  readonly bufferBytes?: number;
  /** Approximate bytes of one batch; defaults to 1 MiB. A larger message is still read. */
  readonly batchBytes?: number;
  /** How long a broker waits for a message before it answers that there is none, in milliseconds; defaults to 100. */
  readonly fetchWait?: number;
}

export interface KafkaProducerOptions extends KafkaPlace {
  /** Partitions of a topic that is created; defaults to 4. If given, an existing topic must have as many. */
  readonly partitions?: number;
  /** How the partition of a key is chosen if a message names none; defaults to `murmur2`. */
  readonly partitioner?: Partitioner;
  /** Whether Kafka keeps only the newest message of each key in a topic that is created; defaults to false. */
  readonly isCompacted?: boolean;
  /** Replicas of a topic that is created; defaults to the brokers' setting. */
  readonly replicationFactor?: number;
  /**
   * Defaults to `none`. Except for `gzip`, each needs a package: `snappy`, `lz4-napi`; `zstd` needs Node 22.15 or newer
   * instead.
   */
  readonly compression?: Compression;
  /** Approximate bytes of one batch before compression; defaults to 512 KiB. */
  readonly batchBytes?: number;
}
