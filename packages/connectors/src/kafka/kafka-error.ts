import { isStockafolioError, messageOf, StockafolioError } from '@stockafolio/core';
import { away, denied, factsByType, type KafkaFacts } from './error-facts.js';
import type { KafkaPlace } from './options.js';

type Named = Pick<KafkaPlace, 'brokers' | 'topic'>;

const untrusted: KafkaFacts = {
  code: 'ERR_ACCESS_DENIED',
  hint: 'the certificate of the broker is not trusted here: set its authority (ssl.ca; STOCKAFOLIO_KAFKA_CA_FILE for the command)',
};

/** kafkajs reports everything that ends a login as a login failure, and keeps only the message of the cause. */
const NOT_REFUSED = /timed? ?out|closed connection|connection error|not connected|given up|ECONN|EPIPE/i;

/** Converts a failure of Kafka to our terms; an error of ours stays unchanged. */
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

/** Kafka's name of an error, if a broker answered with one. */
export function brokerErrorType(error: unknown): string | undefined {
  for (const cause of causesOf(error)) {
    const { type } = cause as { readonly type?: unknown };
    if (typeof type === 'string') return type;
  }
  return undefined;
}

function factsOf(error: Error): KafkaFacts | undefined {
  const { type, code, name } = error as { readonly type?: unknown; readonly code?: unknown; readonly name: string };
  if (name === 'KafkaJSSASLAuthenticationError') return NOT_REFUSED.test(error.message) ? away : denied;
  if (typeof code === 'string' && /^(ERR_TLS|ERR_SSL|DEPTH_|SELF_SIGNED|UNABLE_TO|CERT_)/.test(code)) return untrusted;
  return typeof type === 'string' ? factsByType[type] : undefined;
}

/** kafkajs wraps errors in errors of its own, sometimes several times. */
function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 10; at = at.cause) chain.push(at);
  return chain;
}
