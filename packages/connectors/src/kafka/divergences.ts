import {
  cutByEnd,
  cutByEpoch,
  cutByMessage,
  type Divergence,
  type EpochEnd,
  type PartitionRange,
  type Position,
  type SourceMessage,
} from '@stockafolio/core/ports';
import type { Connection } from './connection.js';
import { brokerOf, type KafkaBroker, type KafkajsClient } from './kafkajs-client.js';
import { EPOCH_END_VERSION, epochEndRequest, OFFSET_FOR_LEADER_EPOCH } from './protocol/epoch-end.js';
import { BrokerError } from './protocol/error-codes.js';
import { fetchRequest } from './protocol/fetch.js';
import { messagesOf } from './protocol/record-set.js';
import { topicRanges } from './topic-ends.js';

const OUT_OF_RANGE = 1;
const BYTES = 1024 * 1024;

/**
 * The positions before which the partition no longer holds the messages that were read. It takes one request to each
 * leader for the epochs, two for the ends, and one for the last message of each partition.
 */
export async function topicDivergences(
  connection: Connection,
  topic: string,
  positions: readonly Position[],
): Promise<Divergence[]> {
  const divergences: Divergence[] = [];
  for (const some of eachPartitionOnce(positions)) {
    const ends = await epochEnds(connection, topic, some);
    const ranges = new Map((await topicRanges(connection, topic)).map((range) => [range.partition, range]));
    const found = some.map(async (position) => {
      const range = ranges.get(position.partition);
      if (range === undefined) return undefined;
      return (
        cutByBounds(position, ends.get(position.partition), range) ??
        cutByMessage(position, await lastMessage(connection, topic, position, range))
      );
    });
    for (const divergence of await Promise.all(found)) if (divergence !== undefined) divergences.push(divergence);
  }
  return divergences;
}

/**
 * For a moment after an election the end of a partition may be reported too low. The end of an epoch comes from the
 * leader itself.
 */
function cutByBounds(position: Position, end: EpochEnd | undefined, range: PartitionRange): Divergence | undefined {
  return end === undefined ? cutByEnd(position, range.end) : cutByEpoch(position, end);
}

function eachPartitionOnce(positions: readonly Position[]): Position[][] {
  const rounds: Position[][] = [];
  for (const position of positions) {
    const round = rounds.find((each) => each.every(({ partition }) => partition !== position.partition));
    if (round === undefined) rounds.push([position]);
    else round.push(position);
  }
  return rounds;
}

/** The ends of the epochs of these positions, by partition; absent if unknown. */
async function epochEnds(
  connection: Connection,
  topic: string,
  positions: readonly Position[],
): Promise<ReadonlyMap<number, EpochEnd>> {
  const asked = positions.flatMap(({ partition, mark }) =>
    mark?.epoch === undefined ? [] : [{ partition, epoch: mark.epoch }],
  );
  if (asked.length === 0) return new Map();
  return connection.run(async (client) => {
    const ends = new Map<number, EpochEnd>();
    const leaders = await leadersOf(
      client,
      topic,
      asked.map(({ partition }) => partition),
    );
    for (const { broker, partitions } of leaders) {
      // A server that only speaks Kafka's protocol may not support epochs.
      if ((broker.versions[OFFSET_FOR_LEADER_EPOCH]?.maxVersion ?? 0) < EPOCH_END_VERSION) continue;
      const ask = { topic, partitions: asked.filter(({ partition }) => partitions.includes(partition)) };
      for (const { partition, error, epoch, end } of await broker.connectionPool.send(epochEndRequest(ask))) {
        if (error !== 0) throw new BrokerError(error, `asking for an epoch of partition ${partition}`);
        // An epoch above all that the log knows: the log has none, or was restored from a backup. Then its messages are
        // compared.
        if (epoch >= 0 && end >= 0) ends.set(partition, { epoch, end });
      }
    }
    return ends;
  });
}

/** The message before a position; undefined if it no longer exists, or is not needed. */
async function lastMessage(
  connection: Connection,
  topic: string,
  { partition, offset: after, mark }: Position,
  { oldest, end }: PartitionRange,
): Promise<SourceMessage | undefined> {
  const offset = after - 1;
  if (mark?.checksum === undefined || offset < oldest || offset >= end) return undefined;
  return connection.run(async (client) => {
    const [leader] = await leadersOf(client, topic, [partition]);
    if (leader === undefined) throw new Error(`partition ${partition} has no leader`);
    // A broker returns one batch whole, however few bytes are requested.
    const ask = { topic, partitions: [{ partition, offset }], partitionBytes: 1, bytes: BYTES, wait: 0 };
    const answer = await leader.broker.connectionPool.send(fetchRequest({ ...ask, uncommitted: true }));
    const [fetched] = answer.partitions;
    const error = answer.error === 0 ? (fetched?.error ?? -1) : answer.error;
    if (fetched === undefined || (error !== 0 && error !== OUT_OF_RANGE))
      throw new BrokerError(error, `reading the last message of partition ${partition}`);
    const pieces = messagesOf({ bytes: fetched.records, from: offset, aborted: [] }, 1);
    return (await pieces.next()).value?.messages[0];
  });
}

/** The brokers that lead partitions, each with the partitions that it leads. */
async function leadersOf(
  { cluster }: KafkajsClient,
  topic: string,
  partitions: readonly number[],
): Promise<{ readonly broker: KafkaBroker; readonly partitions: readonly number[] }[]> {
  const leaders = Object.entries(cluster.findLeaderForPartitions(topic, [...partitions]));
  return Promise.all(leaders.map(async ([node, led]) => ({ broker: await brokerOf(cluster, node), partitions: led })));
}
