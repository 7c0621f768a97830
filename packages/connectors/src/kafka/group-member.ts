import { StockafolioError } from '@stockafolio/core';
import type { GroupTarget, Position } from '@stockafolio/core/ports';
import { assignPartitions } from './assign-partitions.js';
import type { Connection } from './connection.js';
import { coordinatorOf, membersOf, modernMembersOf } from './group-members.js';
import { boundToAnother, usedByOthers } from './group-taken.js';
import { admit, goesOnWith, isSameTarget, type GroupBinding } from './group-target.js';
import { decodeTarget, decodeWord, encodeBinding, encodeTarget, encodeWord, latestBinding } from './group-words.js';
import { brokerErrorType } from './kafka-error.js';
import type { KafkaBroker, KafkajsClient } from './kafkajs-client.js';
import type { KafkaSourceOptions } from './options.js';
import { topicFacts, type TopicCheck } from './topic-check.js';

/** The name of the assignment protocol; members with another one cannot join. */
const PROTOCOL = 'stockafolio';
const MOST_ROUNDS = 100;

/**
 * A version that no broker can parse. Otherwise a broker could convert the group when a consumer of KIP-848 joins, and
 * assign partitions itself; now that consumer is refused instead. Our own members ignore the version.
 */
const UNREADABLE = -1;

/** The partitions of a member, and the generation of the group in which it got them. */
export interface Assignment {
  readonly partitions: readonly number[];
  readonly generation: number;
}

/** The result of a heartbeat: all is well; the group is rebalancing; or this member was removed. */
export type Beat = 'well' | 'moving' | 'lost';

/** One member of a consumer group: its requests to the coordinator, and the answers. It keeps no time. */
export class GroupMember {
  readonly #options: KafkaSourceOptions;
  readonly #connection: Pick<Connection, 'run' | 'once'>;
  readonly #topicCheck: TopicCheck;
  readonly #group: string;
  readonly #target: GroupTarget | undefined;
  #memberId = '';
  /** The binding of the group by this member. */
  #binding: GroupBinding | undefined;
  #coordinator: { readonly client: KafkajsClient; readonly broker: KafkaBroker } | undefined;

  /** @param target what the group is bound to; if absent, any member is accepted */
  constructor(
    options: KafkaSourceOptions,
    connection: Pick<Connection, 'run' | 'once'>,
    topicCheck: TopicCheck,
    group: string,
    target?: GroupTarget,
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#topicCheck = topicCheck;
    this.#group = group;
    this.#target = target;
  }

  /**
   * Joins, or joins again; resolves when the group has assigned its partitions.
   *
   * @throws ERR_GROUP_TAKEN if the group is bound to another target, or members of other programs are in it
   */
  async join(): Promise<Assignment> {
    return this.#connection.run(async (client) => {
      for (let round = 0; round < MOST_ROUNDS; round++) {
        try {
          // Before it joins: a member that is refused then does not make the others rebalance.
          if (this.#memberId === '') await this.#lookFirst(client);
          return await this.#joinOnce(client);
        } catch (error) {
          const type = brokerErrorType(error);
          if (type === 'INCONSISTENT_GROUP_PROTOCOL') throw await this.#usedByOthers(client, error);
          if (type === 'UNKNOWN_MEMBER_ID') this.#memberId = '';
          else if (type !== 'REBALANCE_IN_PROGRESS' && type !== 'ILLEGAL_GENERATION') throw error;
        }
      }
      throw new StockafolioError('ERR_SOURCE_UNAVAILABLE', `group '${this.#group}' keeps rebalancing`);
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

  /**
   * Commits positions of the group. A member that may no longer commit is ignored: nobody reads from these positions.
   */
  async commit(positions: readonly Position[], generation: number): Promise<void> {
    const kept = this.#binding === undefined ? undefined : encodeBinding(this.#binding);
    const metadata = kept === undefined ? {} : { metadata: kept };
    const partitions = positions.map(({ partition, offset }) => ({ partition, offset: String(offset), ...metadata }));
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
    const userData = encodeTarget(this.#target);
    const metadata = MemberMetadata.encode({ version: UNREADABLE, topics: [topic], userData });
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
    const word = decodeWord(decoded?.userData);
    if (word?.refusedFor !== undefined && this.#target !== undefined)
      throw boundToAnother(this.#group, word.refusedFor, this.#target);
    const partitions = decoded?.assignment[topic] ?? [];
    return { partitions: [...partitions].sort((a, b) => a - b), generation: joined.generationId };
  }

  /**
   * Assigns the partitions of this topic, and of any other that members of the group read, to the members whose target
   * the group is bound to; the others are told why they get none.
   */
  async #shareOut(
    client: KafkajsClient,
    members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[],
  ): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    const { MemberAssignment, MemberMetadata } = client.protocol;
    const readers = new Map<string, { member: string; target: GroupTarget | undefined }[]>();
    for (const { memberId: member, memberMetadata } of members) {
      const { topics = [], userData } = MemberMetadata.decode(memberMetadata) ?? {};
      const target = decodeTarget(userData);
      for (const topic of topics) readers.set(topic, [...(readers.get(topic) ?? []), { member, target }]);
    }
    const shares = new Map<string, Record<string, number[]>>(members.map(({ memberId }) => [memberId, {}]));
    const refused = new Map<string, GroupTarget>();
    for (const [topic, candidates] of readers) {
      const { partitions } = await (topic === this.#options.topic
        ? this.#topicCheck.check(client)
        : topicFacts(client, topic));
      const bound = await this.#bindingOf(client, topic, partitions);
      const { admitted, owner } = admit(candidates, bound, this.#memberId);
      for (const { member, target } of candidates)
        if (target !== undefined && owner !== undefined && !admitted.includes(member)) refused.set(member, owner);
      if (admitted.length === 0) continue;
      for (const [memberId, share] of assignPartitions(admitted, partitions)) {
        const assignment = shares.get(memberId);
        if (assignment !== undefined) assignment[topic] = [...share];
      }
    }
    return [...shares].map(([memberId, assignment]) => {
      const refusedFor = refused.get(memberId);
      const userData = encodeWord(refusedFor === undefined ? {} : { refusedFor });
      return { memberId, memberAssignment: MemberAssignment.encode({ version: 0, assignment, userData }) };
    });
  }

  /** @throws ERR_GROUP_TAKEN if this member would be refused anyway */
  async #lookFirst(client: KafkajsClient): Promise<void> {
    const modern = await modernMembersOf(await this.#coordinatorOf(client), this.#group);
    if (modern.length > 0) throw usedByOthers(this.#group, modern);
    const target = this.#target;
    if (target === undefined) return;
    const { partitions } = await this.#topicCheck.check(client);
    const bound = await this.#bindingOf(client, this.#options.topic, partitions);
    const goesOn = bound === undefined || goesOnWith(bound.target, target);
    if (!goesOn && target.takeGroup !== true) throw boundToAnother(this.#group, bound.target, target);
    if (target.endsByItself === true && target.takeGroup !== true) {
      this.#binding = bound;
      return;
    }
    const now = this.#options.clock.now();
    const isKnown = bound !== undefined && isSameTarget(bound.target, target);
    this.#binding = { target, at: isKnown ? bound.at : Math.max(now, (bound?.at ?? 0) + 1) };
  }

  async #bindingOf(
    client: KafkajsClient,
    topic: string,
    partitions: readonly number[],
  ): Promise<GroupBinding | undefined> {
    const coordinator = await this.#coordinatorOf(client);
    const asked = partitions.map((partition) => ({ partition }));
    const { responses } = await coordinator.offsetFetch({
      groupId: this.#group,
      topics: [{ topic, partitions: asked }],
    });
    return latestBinding(responses.flatMap((response) => response.partitions.map(({ metadata }) => metadata)));
  }

  async #usedByOthers(client: KafkajsClient, cause: unknown): Promise<StockafolioError> {
    const members = await membersOf(client, await this.#coordinatorOf(client), this.#group).catch(() => []);
    return usedByOthers(this.#group, members, cause);
  }

  async #coordinatorOf(client: KafkajsClient): Promise<KafkaBroker> {
    if (this.#coordinator?.client === client) return this.#coordinator.broker;
    const broker = await coordinatorOf(client, this.#group);
    this.#coordinator = { client, broker };
    return broker;
  }
}
