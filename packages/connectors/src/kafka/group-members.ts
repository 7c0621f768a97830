import { brokerOf, type KafkaBroker, type KafkajsClient } from './kafkajs-client.js';
import { BrokerError } from './protocol/error-codes.js';
import { CONSUMER_GROUP_DESCRIBE, consumerGroupDescribeRequest } from './protocol/consumer-group-describe.js';

/** What a coordinator is of. */
export const GROUP = 0;
export const TRANSACTION = 1;

/** GROUP_ID_NOT_FOUND, and UNSUPPORTED_VERSION if the cluster has that protocol turned off. */
const NO_SUCH_GROUP = [69, 35];

/** A member of a group, as its coordinator knows it. */
export interface KnownMember {
  /** Its client and its host, in words. */
  readonly name: string;
  /** Its partitions by topic, if that is known. */
  readonly assignment: Readonly<Record<string, readonly number[]>>;
}

/** Our own request: the method of kafkajs hides the broker's reason, such as a missing right. */
export async function coordinatorOf(
  client: KafkajsClient,
  groupId: string,
  coordinatorType = GROUP,
): Promise<KafkaBroker> {
  const [node] = client.cluster.getNodeIds();
  if (node === undefined) throw new Error('no broker is known');
  const any = await brokerOf(client.cluster, node);
  const { coordinator } = await any.findGroupCoordinator({ groupId, coordinatorType });
  return brokerOf(client.cluster, coordinator.nodeId);
}

/** The members of a group, whatever program they run. */
export async function membersOf(client: KafkajsClient, broker: KafkaBroker, group: string): Promise<KnownMember[]> {
  const modern = await modernMembersOf(broker, group);
  if (modern.length > 0) return modern;
  const { groups } = await broker.describeGroups({ groupIds: [group] });
  return groups.flatMap(({ members }) =>
    members.map(({ clientId, clientHost, memberAssignment }) => ({
      name: nameOf(clientId, clientHost),
      assignment: assignmentOf(client, memberAssignment),
    })),
  );
}

/**
 * Those of the protocol of KIP-848, in which the broker itself assigns partitions; none if the group uses the other
 * protocol.
 */
export async function modernMembersOf(broker: KafkaBroker, group: string): Promise<KnownMember[]> {
  if (broker.versions[CONSUMER_GROUP_DESCRIBE] === undefined) return [];
  const { error, members } = await broker.connectionPool.send(consumerGroupDescribeRequest(group));
  if (error !== 0 && !NO_SUCH_GROUP.includes(error)) throw new BrokerError(error, `group '${group}'`);
  return members.map(({ clientId, host }) => ({ name: nameOf(clientId, host), assignment: {} }));
}

/** Names of members, each once; only the first ones if there are many. */
export function namesOf(members: readonly KnownMember[]): string {
  const names = [...new Set(members.map(({ name }) => name))];
  const more = names.length - 3;
  return names.slice(0, 3).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function nameOf(clientId: string, host: string): string {
  return `client '${clientId}' at ${host.replace(/^\//, '')}`;
}

function assignmentOf({ protocol }: KafkajsClient, bytes: Buffer): KnownMember['assignment'] {
  try {
    return (bytes.length === 0 ? null : protocol.MemberAssignment.decode(bytes))?.assignment ?? {};
  } catch {
    // Other programs may write anything there.
    return {};
  }
}
