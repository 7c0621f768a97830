import type { ErrorCode } from '@stockafolio/core';

/** The meaning of a Kafka error in our terms, and what to do about it. */
export interface KafkaFacts {
  readonly code: ErrorCode;
  readonly hint: string;
}

const heals = (hint: string): KafkaFacts => ({ code: 'ERR_SOURCE_UNAVAILABLE', hint });
const usage = (hint: string): KafkaFacts => ({ code: 'ERR_USAGE', hint });

/** Refused because of a missing login or right. */
export const denied: KafkaFacts = {
  code: 'ERR_ACCESS_DENIED',
  hint: 'check mechanism, user and password, and the rights of that user on the topic and the group; the command reads them from STOCKAFOLIO_KAFKA_*',
};

/** No broker has answered. */
export const away: KafkaFacts = heals('check that a broker listens there, and whether it requires TLS or a login');

const changing = heals(
  'the cluster is choosing leaders or coordinators; if that does not end, check that all brokers run',
);
const disk = heals('check the disk and the log of the broker');
const replicas = heals(
  'restart the brokers that hold replicas of the partition, or lower min.insync.replicas of the topic',
);
const wrong = usage('the cause says what the brokers reject');
const group: KafkaFacts = {
  code: 'ERR_GROUP_TAKEN',
  hint: 'the group is used by other programs: choose another with --group',
};
const unknownTopic: KafkaFacts = {
  code: 'ERR_SOURCE_UNKNOWN',
  hint: 'check its name; its first writer creates it (stockafolio generate, import), or kafka-topics --create',
};
const foreign: KafkaFacts = {
  code: 'ERR_SOURCE_UNSUPPORTED',
  hint: 'check that a broker of Kafka 2.3 or newer listens there, and not a controller, a proxy or another service',
};

/**
 * Kafka's errors by the names that kafkajs gives them. An error that is not listed, or comes with a later Kafka, counts
 * as temporary; `kafka-error.spec.ts` covers all of them.
 */
export const factsByType: Readonly<Record<string, KafkaFacts>> = {
  ...all(changing, [
    ...['UNKNOWN', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION', 'REQUEST_TIMED_OUT', 'BROKER_NOT_AVAILABLE'],
    ...['REPLICA_NOT_AVAILABLE', 'STALE_CONTROLLER_EPOCH', 'NETWORK_EXCEPTION', 'GROUP_LOAD_IN_PROGRESS'],
    ...['GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'],
    ...[
      'REBALANCE_IN_PROGRESS',
      'MEMBER_ID_REQUIRED',
      'TOPIC_ALREADY_EXISTS',
      'NOT_CONTROLLER',
      'OPERATION_NOT_ATTEMPTED',
    ],
    ...['OUT_OF_ORDER_SEQUENCE_NUMBER', 'DUPLICATE_SEQUENCE_NUMBER', 'INVALID_PRODUCER_EPOCH', 'UNKNOWN_PRODUCER_ID'],
    ...['CONCURRENT_TRANSACTIONS', 'REASSIGNMENT_IN_PROGRESS', 'FETCH_SESSION_ID_NOT_FOUND', 'STALE_BROKER_EPOCH'],
    ...['INVALID_FETCH_SESSION_EPOCH', 'LISTENER_NOT_FOUND', 'FENCED_LEADER_EPOCH', 'UNKNOWN_LEADER_EPOCH'],
    ...['OFFSET_NOT_AVAILABLE', 'PREFERRED_LEADER_NOT_AVAILABLE', 'ELIGIBLE_LEADERS_NOT_AVAILABLE'],
    ...['ELECTION_NOT_NEEDED', 'UNSTABLE_OFFSET_COMMIT', 'KAFKAJS_UNKNOWN_ERROR_CODE'],
  ]),
  ...all(disk, ['CORRUPT_MESSAGE', 'KAFKA_STORAGE_ERROR', 'LOG_DIR_NOT_FOUND']),
  ...all(replicas, ['NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND']),
  ...all(denied, [
    ...['SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_SASL_MECHANISM', 'TOPIC_AUTHORIZATION_FAILED'],
    ...['GROUP_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'],
    ...['SECURITY_DISABLED', 'ILLEGAL_SASL_STATE', 'INVALID_PRINCIPAL_TYPE', 'DELEGATION_TOKEN_AUTH_DISABLED'],
    ...['DELEGATION_TOKEN_NOT_FOUND', 'DELEGATION_TOKEN_OWNER_MISMATCH', 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED'],
    ...['DELEGATION_TOKEN_AUTHORIZATION_FAILED', 'DELEGATION_TOKEN_EXPIRED'],
  ]),
  ...all(foreign, [
    ...['UNSUPPORTED_VERSION', 'UNSUPPORTED_FOR_MESSAGE_FORMAT', 'INVALID_REQUEST', 'INVALID_REQUIRED_ACKS'],
    ...['INVALID_FETCH_SIZE', 'UNSUPPORTED_COMPRESSION_TYPE', 'INVALID_TXN_STATE', 'INVALID_PRODUCER_ID_MAPPING'],
    ...['TRANSACTION_COORDINATOR_FENCED'],
  ]),
  ...all(wrong, [
    ...['INVALID_TOPIC_EXCEPTION', 'INVALID_PARTITIONS', 'INVALID_REPLICATION_FACTOR', 'INVALID_REPLICA_ASSIGNMENT'],
    ...['INVALID_CONFIG', 'INVALID_SESSION_TIMEOUT', 'INVALID_GROUP_ID', 'POLICY_VIOLATION', 'INVALID_RECORD'],
    ...['INVALID_COMMIT_OFFSET_SIZE', 'OFFSET_METADATA_TOO_LARGE', 'INVALID_TRANSACTION_TIMEOUT'],
    ...['TOPIC_DELETION_DISABLED', 'NO_REASSIGNMENT_IN_PROGRESS'],
  ]),
  ...all(group, [
    ...['INCONSISTENT_GROUP_PROTOCOL', 'FENCED_INSTANCE_ID', 'NON_EMPTY_GROUP', 'GROUP_ID_NOT_FOUND'],
    ...['GROUP_SUBSCRIBED_TO_TOPIC'],
  ]),
  UNKNOWN_TOPIC_OR_PARTITION: unknownTopic,
  OFFSET_OUT_OF_RANGE: {
    code: 'ERR_OFFSET_GONE',
    hint: 'keep messages for longer (retention.ms); lost messages may still be in the archive',
  },
  GROUP_MAX_SIZE_REACHED: usage('the group has as many members as group.max.size of the brokers allows: start fewer'),
  MESSAGE_TOO_LARGE: usage('send smaller messages, or allow larger ones: max.message.bytes of the topic'),
  RECORD_LIST_TOO_LARGE: usage(
    'write in smaller batches (batchBytes), or in larger segments: segment.bytes of the topic',
  ),
  INVALID_TIMESTAMP: usage(
    'the topic rejects times so far from now: set its message.timestamp.before.max.ms and message.timestamp.after.max.ms',
  ),
};

function all(facts: KafkaFacts, types: readonly string[]): Record<string, KafkaFacts> {
  return Object.fromEntries(types.map((type) => [type, facts]));
}
