import { loadPeer, type Peer } from '@stockafolio/core/ports';
import type * as driverTypes from 'cassandra-driver';
import type { Client } from 'cassandra-driver';
import { cassandraError } from './cassandra-error.js';
import type { CassandraOptions } from './options.js';
import { quoted } from './table-plan.js';

/** The driver's profile for statements that write. */
export const WRITING = 'writing';

const FIRST_RETRY = 250;
const LONGEST_RETRY = 5_000;

type Driver = typeof driverTypes.default;

const DRIVER: Peer = { neededBy: 'tables in Cassandra', packages: ['cassandra-driver@4'] };

/** The location of the tables, for error messages. */
export function locationOf({ contactPoints, keyspace }: CassandraOptions): string {
  return `Cassandra at ${contactPoints.join(', ')}, keyspace ${keyspace}`;
}

/**
 * A connected client, which reports when it has lost a node. A client whose first connection failed is unusable, so
 * each attempt creates a new one.
 *
 * @throws ERR_TABLES_UNAVAILABLE, ERR_ACCESS_DENIED, ERR_USAGE, ERR_PEER_MISSING
 */
export async function connect(options: CassandraOptions, onOutage: () => void): Promise<Client> {
  const driver = await loadDriver();
  const client = new driver.Client(settings(driver, options));
  client.on('hostDown', onOutage);
  client.on('hostRemove', closeConnections);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.shutdown().catch(() => undefined);
    throw cassandraError(error, locationOf(options));
  }
}

/**
 * Closes the connections to a node that the driver has forgotten. After an outage it replaces its entry of a node by a new one, and
 * the connections of the first would stay for good: they connect again whenever the node comes back, also after the client is closed.
 */
function closeConnections(host: { shutdown?(drain: boolean): Promise<void> }): void {
  // Not declared in the driver's types.
  void host.shutdown?.(false).catch(() => undefined);
}

/** Creates the keyspace if there is none, with this many replicas in the local data centre. */
export async function createKeyspace(client: Client, options: CassandraOptions): Promise<void> {
  const { keyspace, localDataCenter, replication = 1 } = options;
  const found = await client.execute(
    'SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?',
    [keyspace],
    { prepare: true },
  );
  if (found.rowLength > 0) return;
  const strategy = `{'class': 'NetworkTopologyStrategy', '${localDataCenter.replaceAll("'", "''")}': ${replication}}`;
  await client.execute(`CREATE KEYSPACE IF NOT EXISTS ${quoted(keyspace)} WITH replication = ${strategy}`);
}

function settings(driver: Driver, options: CassandraOptions): ConstructorParameters<Driver['Client']>[0] {
  const { contactPoints, localDataCenter, consistency = 'LOCAL_QUORUM', login, tls, timeout = 10_000 } = options;
  return {
    contactPoints: [...contactPoints],
    localDataCenter,
    ...(login === undefined ? {} : { credentials: login }),
    ...(tls === undefined ? {} : { sslOptions: tls }),
    queryOptions: {
      consistency: driver.types.consistencies[lowerCamel(consistency)],
      prepare: true,
      // Every statement is an absolute row under a version, or a read.
      isIdempotent: true,
    },
    policies: {
      // The driver's own policy ends at ten minutes, long after a node is back.
      reconnection: new driver.policies.reconnection.ExponentialReconnectionPolicy(FIRST_RETRY, LONGEST_RETRY, false),
    },
    // A failed read goes to another node. A failed write is reported, because what that node acknowledged before may be
    // lost.
    profiles: [new driver.ExecutionProfile(WRITING, { retry: new driver.policies.retry.FallthroughRetryPolicy() })],
    encoding: { useBigIntAsLong: true },
    socketOptions: { readTimeout: timeout, connectTimeout: Math.min(5_000, timeout) },
  };
}

function lowerCamel(consistency: string): 'localQuorum' {
  const name = consistency.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return name as 'localQuorum';
}

async function loadDriver(): Promise<Driver> {
  return (await loadPeer(DRIVER, () => import('cassandra-driver'))).default;
}
