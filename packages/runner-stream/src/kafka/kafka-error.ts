import { isStockafolioError, messageOf, StockafolioError, type ErrorCode } from '@stockafolio/core';
import type { KafkaPlace } from './options.js';

type Named = Pick<KafkaPlace, 'brokers' | 'topic'>;

interface KafkaFacts {
  readonly code: ErrorCode;
  readonly hint: string;
}

const denied: KafkaFacts = {
  code: 'ERR_ACCESS_DENIED',
  hint: 'check mechanism, user and password, and what that user may do with the topic and the group; the command takes them from STOCKAFOLIO_KAFKA_*',
};
const wrong: KafkaFacts = { code: 'ERR_USAGE', hint: 'the cause says what the brokers do not take' };

const byType: Readonly<Record<string, KafkaFacts>> = {
  SASL_AUTHENTICATION_FAILED: denied,
  UNSUPPORTED_SASL_MECHANISM: denied,
  TOPIC_AUTHORIZATION_FAILED: denied,
  GROUP_AUTHORIZATION_FAILED: denied,
  CLUSTER_AUTHORIZATION_FAILED: denied,
  UNKNOWN_TOPIC_OR_PARTITION: {
    code: 'ERR_SOURCE_UNKNOWN',
    hint: 'check its name; whoever writes to it first makes it (stockafolio generate, import), or kafka-topics --create',
  },
  INCONSISTENT_GROUP_PROTOCOL: {
    code: 'ERR_USAGE',
    hint: 'the group is used by programs of another kind: name another with --group',
  },
  INVALID_TOPIC_EXCEPTION: wrong,
  INVALID_PARTITIONS: wrong,
  INVALID_REPLICATION_FACTOR: wrong,
  INVALID_SESSION_TIMEOUT: wrong,
  INVALID_GROUP_ID: wrong,
  POLICY_VIOLATION: wrong,
  MESSAGE_TOO_LARGE: {
    code: 'ERR_USAGE',
    hint: 'send smaller messages, or allow larger ones: max.message.bytes of the topic',
  },
  RECORD_LIST_TOO_LARGE: { code: 'ERR_USAGE', hint: 'write in smaller batches (batchBytes)' },
  INVALID_TIMESTAMP: {
    code: 'ERR_USAGE',
    hint: 'the topic does not take times so far from now: set its message.timestamp.before.max.ms and message.timestamp.after.max.ms',
  },
  INVALID_RECORD: wrong,
};

const untrusted: KafkaFacts = {
  code: 'ERR_ACCESS_DENIED',
  hint: 'the certificate of the broker is not trusted here: name its authority (ssl.ca; STOCKAFOLIO_KAFKA_CA_FILE for the command)',
};
const away: KafkaFacts = {
  code: 'ERR_SOURCE_UNAVAILABLE',
  hint: 'check that a broker listens there, and whether it wants TLS or a login',
};

/** Tells in our terms what went wrong with Kafka; what is an error of ours already stays as it is. */
export function kafkaError(error: unknown, { brokers, topic }: Named): StockafolioError {
  const chain = causesOf(error);
  const ours = chain.find((cause) => isStockafolioError(cause));
  if (isStockafolioError(ours)) return ours;
  const { code, hint } = chain.map(factsOf).find((facts) => facts !== undefined) ?? away;
  const deepest = chain.at(-1) ?? error;
  return new StockafolioError(code, `topic '${topic}' at ${brokers.join(',')}: ${messageOf(deepest)}`, {
    cause: error,
    hint,
  });
}

/** The name that Kafka has for an error, where a broker answered with one. */
export function brokerErrorType(error: unknown): string | undefined {
  for (const cause of causesOf(error)) {
    const { type } = cause as { readonly type?: unknown };
    if (typeof type === 'string') return type;
  }
  return undefined;
}

function factsOf(error: Error): KafkaFacts | undefined {
  const { type, code, name } = error as { readonly type?: unknown; readonly code?: unknown; readonly name: string };
  if (name === 'KafkaJSSASLAuthenticationError') return denied;
  if (typeof code === 'string' && /^(ERR_TLS|ERR_SSL|DEPTH_|SELF_SIGNED|UNABLE_TO|CERT_)/.test(code)) return untrusted;
  return typeof type === 'string' ? byType[type] : undefined;
}

/** kafkajs wraps errors in errors of its own, some of them several times. */
function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 10; at = at.cause) chain.push(at);
  return chain;
}
