import type { Stream } from '../stream/index.js';
import type { StreamOrigin } from './flow.js';
import type { Pipeline } from './pipeline.js';
import type { Edge, OperatorNode, Plan, RepartitionStep, Step } from './plan.js';

/** A part of a pipeline that is executed on its own: a pipeline itself, between streams, repartitions and tables. */
export interface Stage extends Pipeline {
  /** The repartitions whose records it reads: the last of its streams. */
  readonly behind: readonly RepartitionStep[];
}

/** Whether a pipeline must be divided into stages before it can be executed. */
export function needsStages({ plan }: Pick<Pipeline, 'plan'>): boolean {
  return plan.repartitions.some(({ origin }) => plan.inputs.includes(origin));
}

/**
 * The stages of a pipeline, in the order in which records pass through them: one, if it has no repartition. They are
 * named `PIPELINE`, and `PIPELINE.REPARTITION` behind a repartition.
 */
export function stagesOf(pipeline: Pipeline): readonly Stage[] {
  const { plan } = pipeline;
  if (plan.repartitions.length === 0) return [{ ...pipeline, behind: [] }];
  const streams = [...pipeline.streams, ...plan.repartitions.map(({ stream }) => stream)];
  const count = Math.max(...plan.stages.values()) + 1;
  return Array.from({ length: count }, (_, stage) => stageOf(pipeline, streams, stage));
}

/** The broadcast streams of a pipeline that are not divided into lanes yet, by name. */
export function broadcastsOf({ streams }: Pick<Pipeline, 'streams'>): readonly string[] {
  return streams.filter(({ isBroadcast, lane }) => isBroadcast && lane === undefined).map(({ name }) => name);
}

/**
 * A stage as it is executed: the records of a repartition come in one lane for each partition that they left, and each
 * lane is a stream of its own, `REPARTITION-PARTITION`. Those of a broadcast stream come in one lane for each of its
 * partitions, `STREAM-PARTITION`: every engine reads all of them.
 *
 * @param counts by repartition of `behind`, from how many partitions its records come
 * @param broadcasts by name of a broadcast stream, how many partitions it has
 */
export function withLanes(
  stage: Stage,
  counts: readonly number[],
  broadcasts: ReadonlyMap<string, number> = new Map(),
): Pipeline {
  const { behind } = stage;
  return divided(stage, (stream) => {
    if (stream.isBroadcast) return broadcastLanes(stream, broadcasts.get(stream.name));
    const at = behind.findIndex((step) => step.stream === stream);
    return at < 0 ? [stream] : Array.from({ length: counts[at] ?? 0 }, (_, lane) => laneOf(stream, lane));
  });
}

/**
 * A pipeline without repartitions as it is executed: see {@link withLanes}.
 *
 * @param broadcasts by name of a broadcast stream, how many partitions it has
 */
export function withBroadcasts<P extends Pipeline>(pipeline: P, broadcasts: ReadonlyMap<string, number>): P {
  if (broadcastsOf(pipeline).length === 0) return pipeline;
  return divided(pipeline, (stream) =>
    stream.isBroadcast ? broadcastLanes(stream, broadcasts.get(stream.name)) : [stream],
  );
}

function broadcastLanes(stream: Stream<unknown>, count: number | undefined): readonly Stream<unknown>[] {
  if (stream.lane !== undefined || count === undefined) return [stream];
  return Array.from({ length: count }, (_, partition) =>
    Object.freeze({ ...laneOf(stream, partition), lane: Object.freeze({ of: stream.name, partition }) }),
  );
}

/** The same pipeline with other streams in the place of each. */
function divided<P extends Pipeline>(stage: P, into: (stream: Stream<unknown>) => readonly Stream<unknown>[]): P {
  const lanes = stage.streams.map(into);
  const firsts = lanes.map((_, n) => lanes.slice(0, n).flat().length);
  const all = lanes.flat();
  const laned = (plan: Plan): Plan => ({
    ...plan,
    inputs: Object.freeze(lanes.flatMap((of, n) => of.map(() => plan.inputs[n] as StreamOrigin))),
    meetings: Object.freeze(
      plan.meetings.map((group) => group.flatMap((n) => (lanes[n] ?? []).map((_, lane) => (firsts[n] ?? 0) + lane))),
    ),
  });
  return Object.freeze({
    ...stage,
    stream: all[0] ?? stage.stream,
    streams: Object.freeze(all),
    plan: laned(stage.plan),
    instantiate: () => laned(stage.instantiate()),
  });
}

function laneOf(stream: Stream<unknown>, lane: number): Stream<unknown> {
  return Object.freeze({ ...stream, name: `${stream.name}-${lane}` });
}

function stageOf(pipeline: Pipeline, all: readonly Stream<unknown>[], stage: number): Stage {
  const { plan, name } = pipeline;
  const read = [...all.keys()].filter((n) => isRead(plan, n, stage));
  const part = partOf(plan, read, stage);
  const isFree = keepsNothingOfKeys(plan, part, read);
  const streams = Object.freeze(
    read.map((n) => (isFree ? withoutPartitioner(all[n] as Stream<unknown>) : (all[n] as Stream<unknown>))),
  );
  const [stream = pipeline.stream] = streams;
  const behind = plan.repartitions.filter((step) => streams.includes(step.stream));
  return Object.freeze({
    ...pipeline,
    name: [name, ...behind.slice(0, 1).map((step) => step.stream.name)].join('.'),
    stream,
    streams,
    // What was sent through a repartition has the fields that are read, and no others.
    reads: behind.length === 0 ? pipeline.reads : undefined,
    behind: Object.freeze(behind),
    plan: part,
    instantiate: () => partOf(pipeline.instantiate(), read, stage),
  });
}

/**
 * Whether it makes no difference to a stage in which partitions its records are: it sends them on, and keeps sharded sums
 * at most. Then its sources may get partitions at any time.
 */
function keepsNothingOfKeys(whole: Plan, part: Plan, read: readonly number[]): boolean {
  const isOutside = read.every((n) => n < whole.inputs.length - whole.repartitions.length);
  const areSums = part.operators.every(({ kind }) => kind === 'shardedFold');
  return isOutside && part.repartitions.length > 0 && areSums && part.tables.every(({ shardIndex }) => shardIndex >= 0);
}

/** The stream as it is read where its partitions make no difference: messages are not checked for theirs. */
function withoutPartitioner(stream: Stream<unknown>): Stream<unknown> {
  return Object.freeze({ ...stream, partitioner: undefined });
}

/** Whether a step of the stage is given what comes from this stream. */
function isRead({ inputs, edges, stages }: Plan, input: number, stage: number): boolean {
  const stream = inputs[input]?.stream;
  const steps = [...stages].filter(([, of]) => of === stage).map(([step]) => step);
  return edges.some((edge) => edge.stream === stream && steps.some((step) => leadsTo(edge, step)));
}

function leadsTo({ to, table, ...edge }: Edge, step: Step): boolean {
  const repartition = edge.repartition === true;
  const topic = edge.topic === true;
  if ('node' in step) return !table && !repartition && !topic && step.node.name === to;
  if ('table' in step) return table && step.table.name === to;
  if ('topic' in step) return topic && step.topic.stream.name === to;
  return 'origin' in step && repartition && step.stream.name === to;
}

function partOf(plan: Plan, read: readonly number[], stage: number): Plan {
  const steps = plan.steps.filter((step) => plan.stages.get(step) === stage);
  const operators = new Set(steps.flatMap((step) => ('node' in step ? [step.node] : [])));
  const ofThese = <V>(map: ReadonlyMap<OperatorNode, V>): ReadonlyMap<OperatorNode, V> =>
    new Map([...map].filter(([node]) => operators.has(node)));
  return Object.freeze({
    ...plan,
    inputs: Object.freeze(read.flatMap((n) => plan.inputs[n] ?? [])),
    repartitions: Object.freeze(plan.repartitions.filter((step) => steps.includes(step))),
    stages: new Map(steps.map((step) => [step, 0])),
    meetings: Object.freeze(
      plan.meetings
        .map((group) => group.map((n) => read.indexOf(n)).filter((n) => n >= 0))
        .filter((group) => group.length > 1),
    ),
    steps: Object.freeze(steps),
    operators: Object.freeze(plan.operators.filter((node) => operators.has(node))),
    tables: Object.freeze(plan.tables.filter((table) => steps.some((step) => 'table' in step && step.table === table))),
    topics: Object.freeze(plan.topics.filter((topic) => steps.some((step) => 'topic' in step && step.topic === topic))),
    edges: Object.freeze(plan.edges.filter((edge) => steps.some((step) => leadsTo(edge, step)))),
    finals: ofThese(plan.finals),
    timedBy: ofThese(plan.timedBy),
    givesEarlier: new Set([...plan.givesEarlier].filter((node) => operators.has(node))),
    keyKinds: ofThese(plan.keyKinds),
  });
}
