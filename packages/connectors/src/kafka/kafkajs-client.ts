import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { StockafolioError } from '@stockafolio/core';
import type { Cluster, ISocketFactoryArgs, Kafka, LogEntry, SASLOptions } from 'kafkajs';
import type { Kafkajs } from './load-kafkajs.js';
import type { KafkaLog, KafkaPlace, KafkaSasl } from './options.js';
import type { RawRequest } from './protocol/raw-request.js';

/** The transaction that a request is part of. */
interface InTransaction {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** The parts in use of a kafkajs broker; its own types omit most of them. */
export interface KafkaBroker {
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number } | undefined>>;
  readonly connectionPool: { send<T>(request: RawRequest<T>): Promise<T> };
  findGroupCoordinator(ask: { groupId: string; coordinatorType: number }): Promise<{ coordinator: { nodeId: number } }>;
  joinGroup(ask: {
    groupId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    memberId: string;
    groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<{
    generationId: number;
    leaderId: string;
    memberId: string;
    members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
  }>;
  syncGroup(ask: {
    groupId: string;
    generationId: number;
    memberId: string;
    groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  }): Promise<{ memberAssignment: Buffer }>;
  heartbeat(ask: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  leaveGroup(ask: { groupId: string; memberId: string }): Promise<unknown>;
  offsetCommit(ask: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly offset: string;
        readonly metadata?: string;
      }[];
    }[];
  }): Promise<unknown>;
  offsetFetch(ask: {
    groupId: string;
    topics: readonly { readonly topic: string; readonly partitions: readonly { readonly partition: number }[] }[];
  }): Promise<{
    responses: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly metadata: string | null }[];
    }[];
  }>;
  describeGroups(ask: { groupIds: readonly string[] }): Promise<{
    groups: readonly {
      readonly members: readonly {
        readonly clientId: string;
        readonly clientHost: string;
        readonly memberAssignment: Buffer;
      }[];
    }[];
  }>;
  initProducerId(ask: { transactionTimeout: number }): Promise<{ producerId: string; producerEpoch: number }>;
  addPartitionsToTxn(
    ask: InTransaction & {
      topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
    },
  ): Promise<unknown>;
  addOffsetsToTxn(ask: InTransaction & { groupId: string }): Promise<unknown>;
  txnOffsetCommit(
    ask: InTransaction & {
      groupId: string;
      topics: readonly {
        readonly topic: string;
        readonly partitions: readonly {
          readonly partition: number;
          readonly offset: string;
          readonly metadata: string;
        }[];
      }[];
    },
  ): Promise<unknown>;
  endTxn(ask: InTransaction & { transactionResult: boolean }): Promise<unknown>;
}

/** One client of kafkajs, and all its sockets. */
export interface KafkajsClient {
  readonly kafka: Kafka;
  readonly cluster: Cluster;
  /** How members of a group encode and decode their data. */
  readonly protocol: Kafkajs['AssignerProtocol'];
  /** Ends its connections at once; pending requests fail. */
  destroy(): void;
}

const CONNECT_WITHIN = 3_000;
const KEEP_ALIVE = 10_000;

/**
 * A kafkajs client that makes no decisions: at most one retry, and no topics created by asking for them.
 *
 * The public interface of kafkajs passes its cluster, the part that knows brokers and connections, to partition
 * assigners; so an assigner that assigns nothing gives access to it.
 */
export function kafkajsClient({ AssignerProtocol, Kafka, logLevel }: Kafkajs, place: KafkaPlace): KafkajsClient {
  const sockets = new Set<Socket>();
  let destroyed = false;
  const kafka = new Kafka({
    brokers: [...place.brokers],
    clientId: place.clientId ?? 'stockafolio',
    connectionTimeout: CONNECT_WITHIN,
    requestTimeout: place.requestTimeout ?? 15_000,
    retry: { retries: 1, initialRetryTime: 100 },
    logLevel: place.log === undefined ? logLevel.NOTHING : logLevel.INFO,
    logCreator: () => (entry) => destroyed || logEntry(place.log, entry),
    socketFactory: (args) => {
      const socket = openSocket(args);
      sockets.add(socket.once('close', () => sockets.delete(socket)));
      // kafkajs may be about to connect once more.
      if (destroyed) setImmediate(() => socket.destroy(new Error('the connection was given up')));
      return socket;
    },
    ...(place.ssl === undefined ? {} : { ssl: place.ssl }),
    ...(place.sasl === undefined ? {} : { sasl: saslOf(place.sasl) }),
  });
  let cluster: Cluster | undefined;
  kafka.consumer({
    groupId: 'none',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      (given) => {
        ({ cluster } = given);
        return {
          name: 'none',
          version: 0,
          assign: async () => [],
          protocol: () => ({ name: 'none', metadata: EMPTY }),
        };
      },
    ],
  });
  if (cluster === undefined)
    throw new StockafolioError('ERR_INTERNAL', 'this version of kafkajs does not expose its cluster');
  return {
    kafka,
    cluster,
    protocol: AssignerProtocol,
    destroy: () => {
      destroyed = true;
      // With an error, because kafkajs fails pending requests on 'error' and does not listen to 'close'.
      for (const socket of sockets) socket.destroy(new Error('the connection was given up'));
    },
  };
}

const EMPTY = Buffer.alloc(0);

/** The broker of a cluster, with the members that kafkajs does not declare. @throws ERR_INTERNAL if they are missing */
export async function brokerOf(cluster: Cluster, nodeId: string | number): Promise<KafkaBroker> {
  const broker: unknown = await cluster.findBroker({ nodeId: String(nodeId) });
  if (isKafkaBroker(broker)) return broker;
  throw new StockafolioError('ERR_INTERNAL', 'this version of kafkajs is not supported: use 2.2.4');
}

function isKafkaBroker(broker: unknown): broker is KafkaBroker {
  const { versions, connectionPool, joinGroup } = broker as Partial<KafkaBroker>;
  return typeof versions === 'object' && typeof connectionPool?.send === 'function' && typeof joinGroup === 'function';
}

function saslOf({ mechanism, username, password }: KafkaSasl): SASLOptions {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}

/** As kafkajs opens them, but small requests are not delayed, and a dead peer is detected sooner. */
function openSocket({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
  const asked: unknown = ssl;
  const secured = asked !== undefined && asked !== null && asked !== false;
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket = secured
    ? connectTls({ host, port, ...name, ...(typeof ssl === 'object' ? ssl : {}) }, onConnect)
    : connectTcp({ host, port }, onConnect);
  return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE);
}

function logEntry(log: KafkaLog | undefined, { level, namespace, log: { message, ...details } }: LogEntry): void {
  const names = { 0: undefined, 1: 'error', 2: 'warn', 4: 'info', 5: 'debug' } as const;
  const name = names[level];
  if (name !== undefined) log?.(name, `[${namespace}] ${message}`, details);
}
