import { isStockafolioError, StockafolioError, type ErrorCode } from '@stockafolio/core';
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { createRequire } from 'node:module';
import { kafkaError } from './kafka-error.js';
import { BrokerError, errorNames } from './protocol/error-codes.js';

const place = { brokers: ['a:9092'], topic: 'trades' };

/** kafkajs's own table of the protocol's errors, which it does not export. */
const { errorCodes: protocol } = createRequire(import.meta.url)('kafkajs/src/protocol/error.js') as {
  readonly errorCodes: readonly { readonly type: string; readonly code: number }[];
};

/** What happens to every error of a broker: either retried, or refused with a code and a hint. */
const law: Readonly<Record<string, 'retried' | ErrorCode>> = {
  UNKNOWN: 'retried',
  OFFSET_OUT_OF_RANGE: 'ERR_OFFSET_GONE',
  CORRUPT_MESSAGE: 'retried',
  UNKNOWN_TOPIC_OR_PARTITION: 'ERR_SOURCE_UNKNOWN',
  INVALID_FETCH_SIZE: 'ERR_SOURCE_UNSUPPORTED',
  LEADER_NOT_AVAILABLE: 'retried',
  NOT_LEADER_FOR_PARTITION: 'retried',
  REQUEST_TIMED_OUT: 'retried',
  BROKER_NOT_AVAILABLE: 'retried',
  REPLICA_NOT_AVAILABLE: 'retried',
  MESSAGE_TOO_LARGE: 'ERR_USAGE',
  STALE_CONTROLLER_EPOCH: 'retried',
  OFFSET_METADATA_TOO_LARGE: 'ERR_USAGE',
  NETWORK_EXCEPTION: 'retried',
  GROUP_LOAD_IN_PROGRESS: 'retried',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'retried',
  NOT_COORDINATOR_FOR_GROUP: 'retried',
  INVALID_TOPIC_EXCEPTION: 'ERR_USAGE',
  RECORD_LIST_TOO_LARGE: 'ERR_USAGE',
  NOT_ENOUGH_REPLICAS: 'retried',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'retried',
  INVALID_REQUIRED_ACKS: 'ERR_SOURCE_UNSUPPORTED',
  ILLEGAL_GENERATION: 'retried',
  INCONSISTENT_GROUP_PROTOCOL: 'ERR_GROUP_TAKEN',
  INVALID_GROUP_ID: 'ERR_USAGE',
  UNKNOWN_MEMBER_ID: 'retried',
  INVALID_SESSION_TIMEOUT: 'ERR_USAGE',
  REBALANCE_IN_PROGRESS: 'retried',
  INVALID_COMMIT_OFFSET_SIZE: 'ERR_USAGE',
  TOPIC_AUTHORIZATION_FAILED: 'ERR_ACCESS_DENIED',
  GROUP_AUTHORIZATION_FAILED: 'ERR_ACCESS_DENIED',
  CLUSTER_AUTHORIZATION_FAILED: 'ERR_ACCESS_DENIED',
  INVALID_TIMESTAMP: 'ERR_USAGE',
  UNSUPPORTED_SASL_MECHANISM: 'ERR_ACCESS_DENIED',
  ILLEGAL_SASL_STATE: 'ERR_ACCESS_DENIED',
  UNSUPPORTED_VERSION: 'ERR_SOURCE_UNSUPPORTED',
  TOPIC_ALREADY_EXISTS: 'retried',
  INVALID_PARTITIONS: 'ERR_USAGE',
  INVALID_REPLICATION_FACTOR: 'ERR_USAGE',
  INVALID_REPLICA_ASSIGNMENT: 'ERR_USAGE',
  INVALID_CONFIG: 'ERR_USAGE',
  NOT_CONTROLLER: 'retried',
  INVALID_REQUEST: 'ERR_SOURCE_UNSUPPORTED',
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 'ERR_SOURCE_UNSUPPORTED',
  POLICY_VIOLATION: 'ERR_USAGE',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'retried',
  DUPLICATE_SEQUENCE_NUMBER: 'retried',
  INVALID_PRODUCER_EPOCH: 'retried',
  INVALID_TXN_STATE: 'ERR_SOURCE_UNSUPPORTED',
  INVALID_PRODUCER_ID_MAPPING: 'ERR_SOURCE_UNSUPPORTED',
  INVALID_TRANSACTION_TIMEOUT: 'ERR_USAGE',
  CONCURRENT_TRANSACTIONS: 'retried',
  TRANSACTION_COORDINATOR_FENCED: 'ERR_SOURCE_UNSUPPORTED',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'ERR_ACCESS_DENIED',
  SECURITY_DISABLED: 'ERR_ACCESS_DENIED',
  OPERATION_NOT_ATTEMPTED: 'retried',
  KAFKA_STORAGE_ERROR: 'retried',
  LOG_DIR_NOT_FOUND: 'retried',
  SASL_AUTHENTICATION_FAILED: 'ERR_ACCESS_DENIED',
  UNKNOWN_PRODUCER_ID: 'retried',
  REASSIGNMENT_IN_PROGRESS: 'retried',
  DELEGATION_TOKEN_AUTH_DISABLED: 'ERR_ACCESS_DENIED',
  DELEGATION_TOKEN_NOT_FOUND: 'ERR_ACCESS_DENIED',
  DELEGATION_TOKEN_OWNER_MISMATCH: 'ERR_ACCESS_DENIED',
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: 'ERR_ACCESS_DENIED',
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: 'ERR_ACCESS_DENIED',
  DELEGATION_TOKEN_EXPIRED: 'ERR_ACCESS_DENIED',
  INVALID_PRINCIPAL_TYPE: 'ERR_ACCESS_DENIED',
  NON_EMPTY_GROUP: 'ERR_GROUP_TAKEN',
  GROUP_ID_NOT_FOUND: 'ERR_GROUP_TAKEN',
  FETCH_SESSION_ID_NOT_FOUND: 'retried',
  INVALID_FETCH_SESSION_EPOCH: 'retried',
  LISTENER_NOT_FOUND: 'retried',
  TOPIC_DELETION_DISABLED: 'ERR_USAGE',
  FENCED_LEADER_EPOCH: 'retried',
  UNKNOWN_LEADER_EPOCH: 'retried',
  UNSUPPORTED_COMPRESSION_TYPE: 'ERR_SOURCE_UNSUPPORTED',
  STALE_BROKER_EPOCH: 'retried',
  OFFSET_NOT_AVAILABLE: 'retried',
  MEMBER_ID_REQUIRED: 'retried',
  PREFERRED_LEADER_NOT_AVAILABLE: 'retried',
  GROUP_MAX_SIZE_REACHED: 'ERR_USAGE',
  FENCED_INSTANCE_ID: 'ERR_GROUP_TAKEN',
  ELIGIBLE_LEADERS_NOT_AVAILABLE: 'retried',
  ELECTION_NOT_NEEDED: 'retried',
  NO_REASSIGNMENT_IN_PROGRESS: 'ERR_USAGE',
  GROUP_SUBSCRIBED_TO_TOPIC: 'ERR_GROUP_TAKEN',
  INVALID_RECORD: 'ERR_USAGE',
  UNSTABLE_OFFSET_COMMIT: 'retried',
};

function expectLaw(error: StockafolioError, verdict: 'retried' | ErrorCode, what: string): void {
  expect(error.code, what).to.equal(verdict === 'retried' ? 'ERR_SOURCE_UNAVAILABLE' : verdict);
  expect(error.retryable, what).to.equal(verdict === 'retried');
  expect(error.domain, what).to.not.equal('internal');
  expect(error.hint, what).to.be.a('string').with.length.above(20);
  expect(error.message, what).to.contain("topic 'trades' at a:9092");
}

describe('an error of a broker', () => {
  it('is in the table, for all errors of the protocol', () => {
    expect(Object.keys(law).sort()).to.deep.equal(protocol.map(({ type }) => type).sort());
  });

  for (const { type, code } of protocol) {
    it(`${type} is ${law[type] ?? 'unknown'}, with what to do`, () => {
      const verdict = law[type] ?? 'ERR_INTERNAL';
      const byKafkajs = new kafkajs.KafkaJSProtocolError(Object.assign(new Error(type), { type, code }));
      const nested = new Error('tried', { cause: byKafkajs });
      for (const error of [byKafkajs, nested, new BrokerError(code, 'fetching')]) {
        expectLaw(kafkaError(error, place), verdict, error.name);
      }
    });
  }

  it('from our own requests has the name that kafkajs uses', () => {
    const named = protocol.filter(({ code }) => code > 0).map(({ code, type }) => [String(code), type]);
    expect(Object.entries(errorNames)).to.deep.equal(named);
  });

  it('of a later Kafka is retried, and shown with its number', () => {
    const error = kafkaError(new BrokerError(4_711, 'fetching'), place);
    expectLaw(error, 'retried', 'later');
    expect(error.message).to.contain('4711');
  });
});

describe('the failure of a login', () => {
  /** kafkajs declares no arguments for it. */
  const login = (words: string): StockafolioError =>
    kafkaError(
      Reflect.construct(kafkajs.KafkaJSSASLAuthenticationError, [`SASL PLAIN authentication failed: ${words}`]),
      place,
    );

  it('is a refusal if the broker refused it', () => {
    expectLaw(login('Authentication failed: Invalid username or password'), 'ERR_ACCESS_DENIED', 'refused');
  });

  it('is retried if nobody has answered in time', () => {
    for (const words of [
      'Request SaslAuthenticate(key: 36, version: 1) timed out',
      'Closed connection',
      'Connection error: read ECONNRESET',
      'the connection was given up',
    ])
      expectLaw(login(words), 'retried', words);
  });
});

it('an error of ours stays unchanged, however deep', () => {
  const ours = new StockafolioError('ERR_SOURCE_MISMATCH', 'another topic');
  expect(isStockafolioError(kafkaError(new Error('tried', { cause: ours }), place), 'ERR_SOURCE_MISMATCH')).to.equal(
    true,
  );
});
