import type { Connection } from './connection.js';
import { brokerErrorType } from './kafka-error.js';
import { BrokerError, errorNames } from './protocol/error-codes.js';

/** The kafkajs number for topics among the resources of a cluster. */
const TOPIC = 2;
/** Errors of brokers that hide a topic's settings from this user. */
const untold = new Set(['TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED']);

/**
 * Whether a topic is compacted, so that it keeps only the newest message of each key; false if the brokers do not tell
 * this user.
 */
export async function isCompacted(connection: Connection, topic: string): Promise<boolean> {
  return connection.run(async ({ kafka }) => {
    const admin = kafka.admin();
    await admin.connect();
    try {
      const resources = [{ type: TOPIC, name: topic, configNames: ['cleanup.policy'] }];
      const [answer] = (await admin.describeConfigs({ includeSynonyms: false, resources })).resources;
      if (answer === undefined || untold.has(errorNames[answer.errorCode] ?? '')) return false;
      if (answer.errorCode !== 0) throw new BrokerError(answer.errorCode, `the settings of topic '${topic}'`);
      return answer.configEntries.some(({ configValue }) => configValue.includes('compact'));
    } catch (error) {
      if (untold.has(brokerErrorType(error) ?? '')) return false;
      throw error;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  });
}
