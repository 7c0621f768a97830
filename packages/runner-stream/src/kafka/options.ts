import type { Partitioner, StockafolioError } from '@stockafolio/core';
import type { ConnectionOptions } from 'node:tls';
import type { Clock } from '@stockafolio/core/ports';
import type { Compression } from './compression/codec.js';

/** How a client proves who it is; the mechanisms that kafkajs knows by a name and a password. */
export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** A topic, and how to get to it. */
export interface KafkaPlace {
  /** Brokers to begin with, `host:port`; the others of the cluster are found through them. */
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly clock: Clock;
  /** TLS: true for the system's own authorities, or what `tls.connect` takes. */
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: KafkaSasl;
  /** The name under which brokers log this client; `stockafolio` unless told. */
  readonly clientId?: string;
  /** Is told what kafkajs logs; it goes nowhere unless told. Never holds a secret. */
  readonly log?: KafkaLog;
  /** How long a broker may take to answer before its connection is given up, in milliseconds; 15,000 unless told. */
  readonly requestTimeout?: number;
  /**
   * How long a cluster that was there may be away before that is an error, in milliseconds; 60,000 unless told. One that
   * was never there is given 5 seconds, or this if it is less; with `Infinity` both are waited for however long.
   */
  readonly patience?: number;
  /** Is told of each attempt that failed and is made again. */
  readonly onRetry?: (error: StockafolioError) => void;
}

export type KafkaLog = (level: 'error' | 'warn' | 'info' | 'debug', message: string, details: unknown) => void;

export interface KafkaSourceOptions extends KafkaPlace {
  /**
   * A process that is not heard of for so long loses its partitions, in milliseconds; 30,000 unless told. Heartbeats go
   * out on their own, however long the runner takes: what ends a session is the end of the process.
   */
  readonly sessionTimeout?: number;
  /** How long the group waits for a process to hand its partitions over, in milliseconds; 60,000 unless told. */
  readonly rebalanceTimeout?: number;
  /** In milliseconds; 3,000 unless told. */
  readonly heartbeatInterval?: number;
  /** Bytes that are fetched ahead, over all partitions; 16 MiB unless told. Bounds memory, with one fetch more. */
  readonly bufferBytes?: number;
  /** Bytes of one batch, about; 1 MiB unless told. A message that is larger still comes. */
  readonly batchBytes?: number;
  /** How long a broker waits for a message before it answers that there is none, in milliseconds; 100 unless told. */
  readonly fetchWait?: number;
}

export interface KafkaProducerOptions extends KafkaPlace {
  /** Partitions of a topic that is made; 4 unless told. A topic that is there must have as many, where told. */
  readonly partitions?: number;
  /** How the partition of a key is chosen, where a message names none; defaults to `murmur2`. */
  readonly partitioner?: Partitioner;
  /** Copies of a topic that is made; what the brokers say unless told. */
  readonly replicationFactor?: number;
  /**
   * Defaults to `none`. Each but `gzip` takes a package: `snappy`, `lz4-napi`; `zstd` needs Node 22.15 or newer instead.
   */
  readonly compression?: Compression;
  /** Bytes of one batch before compression, about; 512 KiB unless told. */
  readonly batchBytes?: number;
}
