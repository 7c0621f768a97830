import { StockafolioError } from '@stockafolio/core';
import type { Position } from '@stockafolio/core/ports';
import { assignPartitions } from './assign-partitions.js';
import type { Connection } from './connection.js';
import { brokerErrorType } from './kafka-error.js';
import { brokerOf, type KafkaBroker, type KafkajsClient } from './kafkajs-client.js';
import type { KafkaSourceOptions } from './options.js';
import { topicFacts, type TopicLaw } from './topic-law.js';

/** The name of the way in which partitions are shared out; members of another way cannot join. */
const PROTOCOL = 'stockafolio';
const GROUP = 0;
const MOST_ROUNDS = 100;

/** What a member was given, and in which generation of the group. */
export interface Assignment {
  readonly partitions: readonly number[];
  readonly generation: number;
}

/** What a heartbeat says: all is well; the group is sharing out anew; or this member is none any more. */
export type Beat = 'well' | 'moving' | 'lost';

/** One member of a consumer group: what it says to the coordinator, and what that answers. Keeps no time. */
export class GroupMember {
  readonly #options: KafkaSourceOptions;
  readonly #connection: Connection;
  readonly #law: TopicLaw;
  readonly #group: string;
  #memberId = '';
  #coordinator: { readonly client: KafkajsClient; readonly broker: KafkaBroker } | undefined;

  constructor(options: KafkaSourceOptions, connection: Connection, law: TopicLaw, group: string) {
    this.#options = options;
    this.#connection = connection;
    this.#law = law;
    this.#group = group;
  }

  /** Joins, or joins again; resolves when the group has shared out its partitions. */
  async join(): Promise<Assignment> {
    return this.#connection.run(async (client) => {
      for (let round = 0; round < MOST_ROUNDS; round++) {
        try {
          return await this.#joinOnce(client);
        } catch (error) {
          const type = brokerErrorType(error);
          if (type === 'UNKNOWN_MEMBER_ID') this.#memberId = '';
          else if (type !== 'REBALANCE_IN_PROGRESS' && type !== 'ILLEGAL_GENERATION') throw error;
        }
      }
      throw new StockafolioError('ERR_SOURCE_UNAVAILABLE', `group '${this.#group}' does not come to rest`);
    });
  }

  async beat(generation: number): Promise<Beat> {
    const groupId = this.#group;
    try {
      await this.#connection.once(async (client) => {
        const coordinator = await this.#coordinatorOf(client);
        await coordinator.heartbeat({ groupId, groupGenerationId: generation, memberId: this.#memberId });
      });
      return 'well';
    } catch (error) {
      const type = brokerErrorType(error);
      if (type === 'REBALANCE_IN_PROGRESS') return 'moving';
      if (type === 'UNKNOWN_MEMBER_ID') this.#memberId = '';
      else if (type !== 'ILLEGAL_GENERATION') throw error;
      return 'lost';
    }
  }

  /** Remembers how far the group came. What a member may not commit any more is not: nobody reads on from it. */
  async commit(positions: readonly Position[], generation: number): Promise<void> {
    const partitions = positions.map(({ partition, offset }) => ({ partition, offset: String(offset) }));
    try {
      await this.#connection.once(async (client) => {
        const coordinator = await this.#coordinatorOf(client);
        await coordinator.offsetCommit({
          groupId: this.#group,
          groupGenerationId: generation,
          memberId: this.#memberId,
          topics: [{ topic: this.#options.topic, partitions }],
        });
      });
    } catch (error) {
      const type = brokerErrorType(error) ?? '';
      if (!['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'].includes(type)) throw error;
    }
  }

  /** Leaves at once, so that the others need not wait for the session to end. */
  async leave(): Promise<void> {
    const memberId = this.#memberId;
    if (memberId === '') return;
    this.#memberId = '';
    await this.#connection.once(async (client) => {
      const coordinator = await this.#coordinatorOf(client);
      await coordinator.leaveGroup({ groupId: this.#group, memberId });
    });
  }

  async #joinOnce(client: KafkajsClient): Promise<Assignment> {
    const { topic, sessionTimeout = 30_000, rebalanceTimeout = 60_000 } = this.#options;
    const { MemberAssignment, MemberMetadata } = client.protocol;
    const coordinator = await this.#coordinatorOf(client);
    const metadata = MemberMetadata.encode({ version: 0, topics: [topic], userData: Buffer.alloc(0) });
    const joined = await coordinator.joinGroup({
      groupId: this.#group,
      sessionTimeout,
      rebalanceTimeout,
      memberId: this.#memberId,
      groupProtocols: [{ name: PROTOCOL, metadata }],
    });
    this.#memberId = joined.memberId;
    const { memberAssignment } = await coordinator.syncGroup({
      groupId: this.#group,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupAssignment: joined.leaderId === joined.memberId ? await this.#shareOut(client, joined.members) : [],
    });
    const decoded = memberAssignment.length === 0 ? null : MemberAssignment.decode(memberAssignment);
    const partitions = decoded?.assignment[topic] ?? [];
    return { partitions: [...partitions].sort((a, b) => a - b), generation: joined.generationId };
  }

  /** Shares out this topic, and any other that members of the group read, among those who read it. */
  async #shareOut(
    client: KafkajsClient,
    members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[],
  ): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    const { MemberAssignment, MemberMetadata } = client.protocol;
    const readers = new Map<string, string[]>();
    for (const { memberId, memberMetadata } of members) {
      for (const topic of MemberMetadata.decode(memberMetadata)?.topics ?? [])
        readers.set(topic, [...(readers.get(topic) ?? []), memberId]);
    }
    const shares = new Map<string, Record<string, number[]>>(members.map(({ memberId }) => [memberId, {}]));
    for (const [topic, ids] of readers) {
      const { partitions } = await (topic === this.#options.topic
        ? this.#law.check(client)
        : topicFacts(client, topic));
      for (const [memberId, share] of assignPartitions(ids, partitions)) {
        const assignment = shares.get(memberId);
        if (assignment !== undefined) assignment[topic] = [...share];
      }
    }
    return [...shares].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) }),
    }));
  }

  /** Asked for by ourselves: kafkajs's own way to find it keeps the broker's reason, such as a missing right, to itself. */
  async #coordinatorOf(client: KafkajsClient): Promise<KafkaBroker> {
    if (this.#coordinator?.client === client) return this.#coordinator.broker;
    const [node] = client.cluster.getNodeIds();
    if (node === undefined) throw new Error('no broker is known');
    const any = await brokerOf(client.cluster, node);
    const { coordinator } = await any.findGroupCoordinator({ groupId: this.#group, coordinatorType: GROUP });
    const broker = await brokerOf(client.cluster, coordinator.nodeId);
    this.#coordinator = { client, broker };
    return broker;
  }
}
