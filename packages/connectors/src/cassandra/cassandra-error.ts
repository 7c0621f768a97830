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
  hint: 'look whether the nodes are up and reachable, then try again',
};
const waits = (hint: string): CassandraFacts => ({ code: 'ERR_TABLES_UNAVAILABLE', hint });
const refused = (hint: string): CassandraFacts => ({ code: 'ERR_TABLES_REFUSED', hint });
const denied: CassandraFacts = {
  code: 'ERR_ACCESS_DENIED',
  hint: 'check STOCKAFOLIO_CASSANDRA_USERNAME and STOCKAFOLIO_CASSANDRA_PASSWORD (or _PASSWORD_FILE), and what that role may do',
};
const replicas = waits('look whether as many replicas are up as the consistency asks for');
const overloaded = waits('the nodes have too much to do: add some, or write less at once');
const failing = waits('look at the logs of the nodes: a replica could not do it (a full disk, too many tombstones)');
const statement = refused('the message says what the server does not take; look whether it is Cassandra 4 or newer');

const UNPREPARED = 0x2500;

/** Errors of the native protocol (version 5, section 8), by their numbers; `cassandra-error.spec.ts` goes through all. */
const byNumber: Readonly<Record<number, CassandraFacts>> = {
  0x0000: waits('look at the logs of the nodes: the server itself has failed'),
  0x000a: refused('look whether Cassandra 4 or newer listens there, at its native_transport_port'),
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
  0x1600: waits('the space for CDC logs is full: have what reads them remove them'),
  0x1700: replicas,
  0x2000: statement,
  0x2100: denied,
  0x2200: statement,
  0x2300: refused("check dc= and replication= of the URL: the keyspace takes the server's own names of data centres"),
  0x2400: waits('another process is making the same at this moment'),
  [UNPREPARED]: away,
};

/** What to do where a table is not there. */
export const CREATE_IT =
  'create it first: stockafolio tables create, or start what writes it; where it was dropped, make its rows anew from the archive (batch --from-start)';

const gone: CassandraFacts = {
  code: 'ERR_TABLE_UNKNOWN',
  hint: CREATE_IT,
};

/** What one number stands for is told apart by words only. */
const byWords: readonly (readonly [RegExp, CassandraFacts])[] = [
  // Rights and passwords are tables too, whose replicas may be away.
  [/unable to perform (authentication|authorization)/i, replicas],
  [/unconfigured table|table .*does not exist|keyspace .*does not exist|unknown keyspace|no keyspace/i, gone],
  [
    /undefined column name|unknown identifier/i,
    {
      code: 'ERR_TABLE_DIFFERS',
      hint: 'the table was changed meanwhile: take another keyspace, or give it its columns back',
    },
  ],
  [/batch too large/i, refused('set batch_size_fail_threshold of the nodes to 50 KiB or more')],
  [/guardrail/i, refused('the limit is a guardrail in cassandra.yaml: raise it, or take a cluster without it')],
];

/** A failure of the driver or the server as one of ours; retryable where the same request may pass later. */
export function cassandraError(error: unknown, place: string): StockafolioError {
  if (isStockafolioError(error)) return error;
  const cause = deepest(error);
  const { code, hint } = factsOf(cause);
  return new StockafolioError(code, `${place}: ${messageOf(cause)}`, { cause: error, hint });
}

/**
 * Whether nodes refused to read, as they do where there are too many expired or removed rows on the way
 * (`tombstone_failure_threshold`).
 */
export function isReadRefused(error: unknown): boolean {
  return codeOf(deepest(isStockafolioError(error) ? error.cause : error)) === READ_FAILURE;
}

/** Whether nodes took too long to read, as they may where they pass many expired rows. */
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

/** Whether a statement is not known any more: it was forgotten by the server, or its table was dropped. */
export function isUnprepared(error: unknown): boolean {
  return codeOf(deepest(error)) === UNPREPARED;
}

/** NoHostAvailableError hides in `innerErrors` what each host has said. One that answered says more than one that is away. */
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
