import { StockafolioError } from '@stockafolio/core';
import { METADATA_VERSION, topicMetadataRequest } from './protocol/topic-metadata.js';
import { BrokerError } from './protocol/error-codes.js';
import { brokerOf, type KafkajsClient } from './kafkajs-client.js';

/** The properties of a topic that must not change while it is used. */
export interface TopicFacts {
  readonly id: string;
  readonly partitions: readonly number[];
}

/**
 * Checks that a topic is still the same. Every new connection checks it, because a topic can be deleted and recreated,
 * and then the offsets mean other messages; and because partitions can be added, and then keys move between them.
 */
export class TopicCheck {
  readonly #topic: string;
  #facts: TopicFacts | undefined;

  constructor(topic: string) {
    this.#topic = topic;
  }

  /**
   * @throws ERR_SOURCE_MISMATCH if it is another topic, ERR_PARTITIONS_CHANGED if its partitions were increased; the
   * broker's error if it does not exist
   */
  async check(client: KafkajsClient): Promise<TopicFacts> {
    const now = await topicFacts(client, this.#topic);
    this.#facts ??= now;
    const { id, partitions } = this.#facts;
    if (now.id !== id)
      throw new StockafolioError('ERR_SOURCE_MISMATCH', `topic '${this.#topic}' was deleted and recreated`, {
        hint: 'its messages are different: use new tables, checkpoints and archive for it',
      });
    if (now.partitions.length !== partitions.length)
      throw new StockafolioError(
        'ERR_PARTITIONS_CHANGED',
        `topic '${this.#topic}' had ${partitions.length} partitions and has ${now.partitions.length}: keys have moved between them`,
        {
          hint: 'start it again: producers and archivers continue with the new number, and the stream says what must be rebuilt',
        },
      );
    return now;
  }
}

/**
 * The present properties of a topic. Clusters before Kafka 2.8 give topics no ids: then only the cluster and the name
 * are known.
 */
export async function topicFacts({ cluster }: KafkajsClient, topic: string): Promise<TopicFacts> {
  const [node] = cluster.getNodeIds();
  if (node === undefined) throw new Error('no broker is known');
  const broker = await brokerOf(cluster, node);
  if ((broker.versions[3]?.maxVersion ?? 0) < METADATA_VERSION) {
    const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
    return { id: topic, partitions: partitions.sort((a, b) => a - b) };
  }
  const { error, id, partitions, cluster: name } = await broker.connectionPool.send(topicMetadataRequest(topic));
  if (error !== 0) throw new BrokerError(error, `topic '${topic}'`);
  return { id: id ?? `${name}/${topic}`, partitions };
}
