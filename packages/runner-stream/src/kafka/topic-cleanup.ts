import type { Connection } from './connection.js';
import { brokerErrorType } from './kafka-error.js';
import { BrokerError, errorNames } from './protocol/error-codes.js';

/** What kafkajs calls a topic among the resources of a cluster. */
const TOPIC = 2;
/** Brokers that say nothing of a topic's settings to this user. */
const untold = new Set(['TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED']);

/** Whether a topic keeps, of the messages of one key, the newest; not where the brokers do not tell this user. */
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
