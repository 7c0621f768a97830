import type { Sale } from '@stockafolio/conformance';
import { changes, isRemoval, type Item, type Part, type RandomMessage } from '@stockafolio/conformance/random';
import { keyBytes, partitionOf, type Pipeline } from '@stockafolio/core';
import { broadcastsOf, stagesOf, withLanes } from '@stockafolio/core/plan';
import type { Lull } from '@stockafolio/engine';
import { naiveOrder } from './naive-order.js';
import { behind, type Node, nodesOf, tablesOfChanges } from './naive-nodes.js';
import { NaivePlan } from './naive-plans.js';

/** A message as a partition of a stage reads it. */
interface Arrival {
  readonly input: number;
  readonly offset: number;
  readonly time: number;
  readonly sent: number;
  readonly record: Sale | undefined;
  /** Instead of a record, what came through a repartition. */
  readonly moved?: Item;
}

/** What a plan makes, by its definition. */
export interface Made {
  /** By table and key. */
  readonly rows: Readonly<Record<string, string>>;
  /** `STREAM PARTITION OFFSET OPERATOR` of each dead letter. */
  readonly letters: ReadonlySet<string>;
}

/** Items on their way, by repartition, partition and lane: each sender counts those of one repartition. */
class Lanes {
  readonly #logs = new Map<string, Arrival[]>();
  readonly #sent = new Map<string, number>();
  readonly #partitions: number;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  send(name: string, from: number, item: Item, sent: number): void {
    const lane = `${name}-${from}`;
    const offset = this.#sent.get(lane) ?? 0;
    this.#sent.set(lane, offset + 1);
    const partition = partitionOf(keyBytes(item.user), this.#partitions);
    const log = this.read(lane, partition);
    log.push({ input: 0, offset, time: item.time, sent, record: undefined, moved: item });
  }

  read(lane: string, partition: number): Arrival[] {
    const id = `${lane} ${partition}`;
    const log = this.#logs.get(id) ?? [];
    this.#logs.set(id, log);
    return log;
  }
}

/** The repartitions at and behind a part, each with the index of the part at the root that it is behind. */
function repartitionsOf(node: Node, root: number): { readonly node: Node; readonly root: number }[] {
  if (node.part.kind === 'repartition')
    return [{ node, root }, ...node.next.flatMap((each) => repartitionsOf(each, root))];
  return behind(node).flatMap((each) => repartitionsOf(each, root));
}

/** The event time of a message; minus infinity if it is no record. */
export function timeOf(stream: string, record: Sale | undefined, sent: number): number {
  if (record === undefined) return Number.NEGATIVE_INFINITY;
  if (stream !== changes.name || !isRemoval(record)) return record.time;
  // A removal has the time of its message; without one it is not valid.
  return sent > 0 ? sent : Number.NEGATIVE_INFINITY;
}

/**
 * What a plan with repartitions makes of messages: every partition of every stage by itself, one stage after the other,
 * each with all that it will ever read at hand.
 *
 * @param inputs by part at the root, the names of the streams that are merged into it
 * @param lullsOf the lulls that a run has noted of a partition of a stage
 */
export async function naiveStages(
  made: Pipeline,
  parts: readonly Part[],
  inputs: readonly (readonly string[])[],
  messages: readonly RandomMessage[],
  partitions: number,
  lullsOf: (stage: Pipeline, partition: number) => Promise<readonly Lull[]>,
): Promise<Made> {
  const roots = nodesOf(parts);
  const moves = roots.flatMap((node, n) => repartitionsOf(node, n));
  const broadcasts = new Map(broadcastsOf(made).map((name) => [name, partitions]));
  const lanes = new Lanes(partitions);
  const rows: Record<string, string> = {};
  const letters = new Set<string>();
  for (const stage of stagesOf(made)) {
    const { name, streams } = withLanes(
      stage,
      stage.behind.map(() => partitions),
      broadcasts,
    );
    const outOfOrderness = Math.max(...streams.map((each) => each.outOfOrderness));
    const names = stage.behind.map(({ stream }) => stream.name);
    const at = moves.find(({ node }) => names.some((each) => each.replace(/[a-z]$/, '') === node.name));
    for (let partition = 0; partition < partitions; partition++) {
      const logs = streams.map((stream, input): Arrival[] => {
        const { lane } = stream;
        const own = messages
          .filter((each) =>
            lane === undefined
              ? each.stream === stream.name && each.partition === partition
              : each.stream === lane.of && each.partition === lane.partition,
          )
          .map(({ offset, sent, record }) => {
            return { input, offset, sent, record, time: timeOf(stream.name, record, sent) };
          });
        return [...own, ...lanes.read(stream.name, partition).map((each) => ({ ...each, input }))];
      });
      const lulls = await lullsOf(
        withLanes(
          stage,
          stage.behind.map(() => partitions),
          broadcasts,
        ),
        partition,
      );
      const naive = new NaivePlan(
        at?.node.next ?? roots,
        outOfOrderness,
        at === undefined ? tablesOfChanges(roots) : [],
      );
      let received = Number.NEGATIVE_INFINITY;
      for (const each of naiveOrder(logs, made.idleAfter, lulls)) {
        const { input, offset, sent, record, moved } = each;
        const stream = streams[input];
        const of = stream?.name ?? '';
        const lane = stream?.lane;
        const reader = streams.length === 1 ? name : `${name}/${lane?.of ?? of}`;
        const id = `${reader} ${lane?.partition ?? partition} ${offset}`;
        received = Math.max(received, sent);
        if (moved !== undefined) naive.pushMoved(moved, id);
        else if (record === undefined || !Number.isFinite(each.time)) naive.letters.add(`${id} `);
        else if (of === changes.name) naive.pushChange(record, each.time, id);
        else if (lane !== undefined) naive.pushRule(record, id, partition);
        else if (at === undefined) naive.push(record, id, (part) => inputs[part]?.includes(of) === true);
        else if (inputs[at.root]?.includes(of) === true) naive.pushOther(record, id);
        for (const { name: to, item } of naive.takeSent()) lanes.send(to, partition, item, received);
      }
      for (const [key, row] of Object.entries(naive.rows)) rows[`${key} ${partition}`] = row;
      for (const letter of naive.letters) letters.add(letter);
    }
  }
  return { rows, letters };
}
