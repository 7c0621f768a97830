import { isStockafolioError, messageOf, StockafolioError, type ErrorCode } from '@stockafolio/core';

/** Codes of the native protocol, as the driver's ResponseError has them. */
const READ_FAILURE = 0x1300;
const READ_TIMEOUT = 0x1200;
interface CassandraFacts {
  readonly code: ErrorCode;
  readonly hint: string;
}

const away: CassandraFacts = {
  code: 'ERR_TABLES_UNAVAILABLE',
  hint: 'check that the nodes are up and reachable, then try again',
};
const waits = (hint: string): CassandraFacts => ({ code: 'ERR_TABLES_UNAVAILABLE', hint });
const refused = (hint: string): CassandraFacts => ({ code: 'ERR_TABLES_REFUSED', hint });
const denied: CassandraFacts = {
  code: 'ERR_ACCESS_DENIED',
  hint: 'check STOCKAFOLIO_CASSANDRA_USERNAME and STOCKAFOLIO_CASSANDRA_PASSWORD (or _PASSWORD_FILE), and what that role may do',
};
const replicas = waits('check that enough replicas are up for the consistency level');
const overloaded = waits('the nodes are overloaded: add nodes, or write less at once');
const failing = waits('check the logs of the nodes: a replica failed (a full disk, too many tombstones)');
const statement = refused('the message says what the server rejects; check that it is Cassandra 4 or newer');

const UNPREPARED = 0x2500;

/**
 * Errors of the native protocol (version 5, section 8), by their numbers; `cassandra-error.spec.ts` covers all of them.
 */
const byNumber: Readonly<Record<number, CassandraFacts>> = {
  0x0000: waits('check the logs of the nodes: the server itself has failed'),
  0x000a: refused('check that Cassandra 4 or newer listens there, at its native_transport_port'),
  0x0100: denied,
  0x1000: replicas,
  0x1001: overloaded,
  0x1002: waits('the node is joining the ring: wait until it is up'),
  0x1003: failing,
  0x1100: replicas,
  0x1200: replicas,
  0x1300: failing,
  0x1400: statement,
  0x1500: failing,
  0x1600: waits('the space for CDC logs is full: let their consumer remove them'),
  0x1700: replicas,
  0x2000: statement,
  0x2100: denied,
  0x2200: statement,
  0x2300: refused("check dc= and replication= of the URL: the keyspace needs the server's own names of data centres"),
  0x2400: waits('another process is creating the same at this moment'),
  [UNPREPARED]: away,
};

/** The hint for a missing table. */
export const CREATE_IT =
  'create it first: stockafolio tables create, or start its writer; if it was dropped, rebuild its rows from the archive (batch --from-start)';

const gone: CassandraFacts = {
  code: 'ERR_TABLE_UNKNOWN',
  hint: CREATE_IT,
};

/** Cases that share one number and differ only by their message. */
const byWords: readonly (readonly [RegExp, CassandraFacts])[] = [
  // Permissions and passwords are tables too, whose replicas may be down.
  [/unable to perform (authentication|authorization)/i, replicas],
  [/unconfigured table|table .*does not exist|keyspace .*does not exist|unknown keyspace|no keyspace/i, gone],
  [
    /undefined column name|unknown identifier/i,
    {
      code: 'ERR_TABLE_DIFFERS',
      hint: 'the table was altered since: use another keyspace, or restore its columns',
    },
  ],
  [/batch too large/i, refused('set batch_size_fail_threshold of the nodes to 50 KiB or more')],
  [/guardrail/i, refused('the limit is a guardrail in cassandra.yaml: raise it, or use a cluster without it')],
];

/** Converts a failure of the driver or the server; retryable if the same request may succeed later. */
export function cassandraError(error: unknown, location: string): StockafolioError {
  if (isStockafolioError(error)) return error;
  const cause = deepest(error);
  const { code, hint } = factsOf(cause);
  return new StockafolioError(code, `${location}: ${messageOf(cause)}`, { cause: error, hint });
}

/**
 * Whether nodes refused to read because there are too many expired or deleted rows on the way
 * (`tombstone_failure_threshold`).
 */
export function isReadRefused(error: unknown): boolean {
  return codeOf(deepest(isStockafolioError(error) ? error.cause : error)) === READ_FAILURE;
}

/** Whether nodes took too long to read, which happens if they pass many expired rows. */
export function isReadTimeout(error: unknown): boolean {
  return codeOf(deepest(isStockafolioError(error) ? error.cause : error)) === READ_TIMEOUT;
}

function factsOf(error: unknown): CassandraFacts {
  const number = codeOf(error);
  const said = byWords.find(([words]) => words.test(messageOf(error)));
  if (said !== undefined && (number !== undefined || nameOf(error) === 'AuthenticationError')) return said[1];
  if (number !== undefined) return byNumber[number] ?? away;
  if (nameOf(error) === 'AuthenticationError') return denied;
  if (nameOf(error) === 'ArgumentError') {
    return { code: 'ERR_USAGE', hint: 'check the contact points and the name of the local data centre (dc=NAME)' };
  }
  return away;
}

/** Whether a statement is no longer known: the server forgot it, or its table was dropped. */
export function isUnprepared(error: unknown): boolean {
  return codeOf(deepest(error)) === UNPREPARED;
}

/**
 * NoHostAvailableError holds in `innerErrors` the error of each host. An error that a host answered says more than one
 * from an unreachable host.
 */
function deepest(error: unknown): unknown {
  const inner = Object.values((error as { innerErrors?: Record<string, unknown> } | undefined)?.innerErrors ?? {});
  const told = inner.find((each) => codeOf(each) !== undefined || nameOf(each) === 'AuthenticationError') ?? inner[0];
  return told === undefined ? error : deepest(told);
}

function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
