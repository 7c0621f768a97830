import type { Clock } from '@stockafolio/core/ports';
import kafkajs from 'kafkajs';
import { kafkajsClient, type KafkaBroker, type KafkajsClient } from '../../src/kafka/kafkajs-client.js';
import { BrokerError } from '../../src/kafka/protocol/error-codes.js';

const INCONSISTENT_GROUP_PROTOCOL = 23;
const TOPICS_PARTITIONS = 4;

type Joined = Awaited<ReturnType<KafkaBroker['joinGroup']>>;

interface Joining {
  readonly memberId: string;
  readonly memberMetadata: Buffer;
  readonly resolve: (joined: Joined) => void;
}

/**
 * A broker in memory that coordinates one group as Kafka does. It answers joins when the expected number of members has
 * joined, the first of them being the leader, and passes on the assignments of the leader.
 */
export class FakeCoordinator {
  /** How many members must join before the group assigns partitions. */
  expected = 1;
  /** The protocol of other programs in the group, if there are any. */
  foreign: string | undefined;
  /** Metadata of committed offsets, by partition. */
  readonly kept = new Map<number, string>();
  /** How many members joined. */
  joins = 0;
  #generation = 0;
  #ids = 0;
  #joining: Joining[] = [];
  #assigned = new Map<string, Buffer>();
  #waiting: (() => void)[] = [];

  /** A client whose only broker is this one; each member has its own. */
  client(): KafkajsClient {
    const broker = this.#broker();
    const client = kafkajsClient(kafkajs, { brokers: ['127.0.0.1:1'], topic: 'any', clock: stillClock });
    Object.assign(client.cluster, {
      getNodeIds: () => [1],
      findBroker: async () => broker,
      findTopicPartitionMetadata: () =>
        Array.from({ length: TOPICS_PARTITIONS }, (_, partitionId) => ({ partitionId })),
    });
    return client;
  }

  #broker(): KafkaBroker {
    return {
      versions: {},
      connectionPool: { send: async () => Promise.reject(new Error('no such request is known')) },
      findGroupCoordinator: async () => ({ coordinator: { nodeId: 1 } }),
      joinGroup: ({ memberId, groupProtocols }) => this.#join(memberId, groupProtocols),
      syncGroup: async ({ memberId, groupAssignment }) => {
        if (groupAssignment.length > 0) {
          this.#assigned = new Map(groupAssignment.map((each) => [each.memberId, each.memberAssignment]));
          for (const go of this.#waiting.splice(0)) go();
        } else {
          await new Promise<void>((resolve) => this.#waiting.push(resolve));
        }
        return { memberAssignment: this.#assigned.get(memberId) ?? Buffer.alloc(0) };
      },
      heartbeat: async () => undefined,
      leaveGroup: async () => undefined,
      offsetCommit: async ({ topics }) => {
        for (const { partition, metadata = '' } of topics.flatMap(({ partitions }) => partitions))
          this.kept.set(partition, metadata);
      },
      offsetFetch: async ({ topics }) => ({
        responses: topics.map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map(({ partition }) => ({ partition, metadata: this.kept.get(partition) ?? null })),
        })),
      }),
      describeGroups: async () => ({
        groups: [
          { members: [{ clientId: 'their-app', clientHost: '/10.0.0.9', memberAssignment: Buffer.from('anything') }] },
        ],
      }),
      initProducerId: async () => Promise.reject(new Error('it does not produce')),
      addPartitionsToTxn: async () => Promise.reject(new Error('it does not produce')),
      addOffsetsToTxn: async () => Promise.reject(new Error('it does not produce')),
      txnOffsetCommit: async () => Promise.reject(new Error('it does not produce')),
      endTxn: async () => Promise.reject(new Error('it does not produce')),
    };
  }

  #join(memberId: string, protocols: readonly { readonly name: string; readonly metadata: Buffer }[]): Promise<Joined> {
    const [protocol] = protocols;
    if (this.foreign !== undefined || protocol === undefined)
      return Promise.reject(new BrokerError(INCONSISTENT_GROUP_PROTOCOL, 'the group'));
    this.joins++;
    const id = memberId === '' ? `member-${this.#ids++}` : memberId;
    return new Promise((resolve) => {
      this.#joining.push({ memberId: id, memberMetadata: protocol.metadata, resolve });
      if (this.#joining.length === this.expected) this.#answer(this.#joining.splice(0));
    });
  }

  #answer(members: readonly Joining[]): void {
    const generationId = ++this.#generation;
    const leaderId = members[0]?.memberId ?? '';
    for (const { memberId, resolve } of members)
      resolve({ generationId, leaderId, memberId, members: memberId === leaderId ? members : [] });
  }
}

/** A clock that does not move. */
export const stillClock: Clock = { now: () => 1_000, elapsed: () => 0, sleep: async () => undefined };
