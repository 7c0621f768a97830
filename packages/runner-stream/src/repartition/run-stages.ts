import { jsonCodec, type Pipeline, StockafolioError } from '@stockafolio/core';
import { type Stage, stagesOf, withLanes } from '@stockafolio/core/plan';
import type { OwnTopic, OwnTopics, Source } from '@stockafolio/core/ports';
import { divisionId, readStagePartitions, repartitionIdentity } from '@stockafolio/engine';
import { inputsOf } from '../inputs.js';
import { broadcastPart, countBroadcasts, type SourcePart } from '../broadcast/with-broadcast-sources.js';
import { jointSource } from '../joint-source.js';
import type { Linger, StageOptions, StreamInput, StreamOptions, StreamResult } from '../options.js';
import { checkPartitionings } from '../partitionings.js';
import { untilBack } from '../until-back.js';
import { checkSent } from './check-sent.js';
import { lifeOf } from './lane-message.js';
import { laneSource } from './lane-source.js';
import { type Destinations, destinationsOf } from '../topics/destinations.js';
import { Outlets, type Outlet } from './outlets.js';

/**
 * How many records one commit of a stage has whose records an asynchronous function answers: a commit waits for all of
 * them.
 */
const ANSWERED_AT_ONCE = 2_000;

/** A stage of a pipeline, and what is known of it before it runs. */
interface Planned {
  readonly stage: Stage;
  /** The streams that come from outside, by name. */
  readonly external: ReadonlyMap<string, StreamInput>;
  partitions: number;
  /** Whether it must have as many: because of what it meets, or has processed. */
  readonly isFixed: boolean;
  /** By name of each broadcast stream, how many partitions its source has. */
  readonly broadcasts: ReadonlyMap<string, number>;
  /** What it reads, once that is opened. */
  source?: Source;
}

/**
 * Runs the stages of a pipeline side by side in this process: each reads its part of the partitions, and sends records
 * on through topics of the pipeline's own.
 *
 * @param destinations the topics for others to read
 * @param run runs one stage
 * @throws ERR_USAGE if there are no such topics, or a stream that two stages read cannot be opened twice; and the errors
 * of a stage, whereupon the others end
 */
export async function runStages<T>(
  options: StreamOptions<T>,
  destinations: Destinations,
  run: (stage: StageOptions<T>) => Promise<StreamResult>,
): Promise<StreamResult> {
  const { signal } = options;
  const { planned, topics, division } = await prepare(options);
  const over = new AbortController();
  const end = (): void => over.abort();
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  const progress = new Progress(planned.map(({ stage }) => stage));
  const stages = planned.map((each, n) =>
    optionsOf(options, each, {
      ...{ planned, topics, division, destinations },
      ...{ linger: progress.lingerOf(n), signal: over.signal },
    }),
  );
  /** In the order in which they happened: the others may result from the first. */
  const errors: unknown[] = [];
  const failed = (error: unknown): void => {
    errors.push(error);
    end();
  };
  const runs = stages.map(async (stage, n) => {
    try {
      return [await run(stage)];
    } catch (error) {
      failed(error);
      return [];
    } finally {
      progress.ended(n);
      await stage.outlets?.close().catch(failed);
    }
  });
  const results = await Promise.all(runs);
  signal?.removeEventListener('abort', end);
  if (errors.length > 0) throw errors[0];
  return sumOf(results.flat());
}

interface Prepared {
  readonly planned: readonly Planned[];
  readonly topics: Topics;
  /** See `divisionId`. */
  readonly division: string;
}

/** Plans the stages, and opens the topics between them. If that fails, nothing remains open. */
async function prepare<T>(options: StreamOptions<T>): Promise<Prepared> {
  const { pipeline, repartitions } = options;
  const opened: Closable[] = inputsOf(options).map(({ source }) => source);
  try {
    if (repartitions === undefined) {
      throw new StockafolioError(
        'ERR_USAGE',
        `pipeline '${pipeline.name}' has repartitions: they need topics of its own`,
        {
          hint: 'state where they are: repartitions: logTopics(DIR) or kafkaTopics({ ... })',
        },
      );
    }
    const planned = await planStages(options, opened);
    // Before their topics get partitions.
    for (const each of planned) await checkStage(options, each, planned);
    const topics = await openTopics(repartitions, pipeline.name, planned, opened);
    for (const { stage, partitions: lanes } of planned)
      for (const { stream } of stage.plan.repartitions) {
        const behind = planned.find((each) => each.stage.behind.some((step) => step.stream === stream));
        const topic = topics.get(stream.name);
        if (behind === undefined || topic === undefined) continue;
        const { name: to } = behind.stage;
        await checkSent(options, { repartition: stream.name, from: stage.name, lanes, to, topic });
      }
    const stages = planned.map((each) => executedOf(each, planned));
    const division = await untilBack(options, 'reading progress', () => divisionId(options.tables, stages));
    return { planned, topics, division };
  } catch (error) {
    await Promise.allSettled(opened.map((each) => each.close()));
    throw error;
  }
}

/** What must be closed. */
type Closable = Pick<Source, 'close'>;

function sumOf(results: readonly StreamResult[]): StreamResult {
  return {
    // Those of the other stages are made of these.
    records: results[0]?.records ?? 0,
    setAside: results.reduce((sum, { setAside }) => sum + setAside, 0),
    rows: results.reduce((sum, { rows }) => sum + rows, 0),
    commits: results.reduce((sum, { commits }) => sum + commits, 0),
    caughtUp: results.every(({ caughtUp }) => caughtUp),
  };
}

async function planStages<T>(options: StreamOptions<T>, opened: Closable[]): Promise<readonly Planned[]> {
  const { pipeline, reopen } = options;
  const inputs = new Map(inputsOf(options).map((input, n) => [pipeline.streams[n]?.name ?? '', input]));
  const taken = new Set<string>();
  const planned: Planned[] = [];
  for (const stage of stagesOf(pipeline)) {
    const external = new Map<string, StreamInput>();
    for (const { name } of stage.streams) {
      const input = inputs.get(name);
      if (input === undefined) continue;
      const own = taken.has(name) ? again(pipeline.name, name, input, reopen) : input;
      if (own !== input) opened.push(own.source);
      external.set(name, own);
      taken.add(name);
    }
    const broadcasts = await countBroadcasts(stage, (name) => external.get(name)?.source);
    const divided = [...external].filter(([name]) => !broadcasts.has(name));
    const counts = await Promise.all(divided.map(async ([, { source }]) => (await source.ranges()).length));
    const noted = await untilBack(options, 'reading progress', () => readStagePartitions(options.tables, stage));
    // What it meets decides into how many partitions records are divided; or what it had; or what the first stage has.
    const partitions = counts.length > 0 ? Math.max(...counts) : (noted ?? planned[0]?.partitions ?? 1);
    planned.push({ stage, external, partitions, isFixed: counts.length > 0 || noted !== undefined, broadcasts });
  }
  return planned;
}

function again(
  pipeline: string,
  stream: string,
  { codec }: StreamInput,
  reopen: ((stream: string) => Source) | undefined,
): StreamInput {
  if (reopen !== undefined) return { source: reopen(stream), codec };
  throw new StockafolioError(
    'ERR_USAGE',
    `pipeline '${pipeline}' reads stream '${stream}' before and behind a repartition: two stages read it`,
    { hint: 'state how another reader of its source is opened: reopen: (stream) => source' },
  );
}

/** By the name of the repartition, its topic. */
type Topics = ReadonlyMap<string, OwnTopic>;

async function openTopics(
  topics: OwnTopics,
  pipeline: string,
  planned: readonly Planned[],
  all: Closable[],
): Promise<Topics> {
  const opened = new Map<string, OwnTopic>();
  for (const own of planned)
    for (const [n, { stream }] of own.stage.behind.entries()) {
      const shape = { partitions: own.partitions, isFixed: own.isFixed || n > 0 };
      const topic = await topics.open(`${pipeline}-${stream.name}`, shape);
      all.push(topic.source, topic.producer);
      opened.set(stream.name, topic);
      own.partitions = topic.partitions;
    }
  return opened;
}

/** What a stage is run among. */
interface Surroundings extends Prepared {
  readonly destinations: Destinations;
  readonly linger: Linger;
  readonly signal: AbortSignal;
}

function optionsOf<T>(options: StreamOptions<T>, own: Planned, around: Surroundings): StageOptions<T> {
  const { planned, topics, destinations, linger, signal } = around;
  const { stage, external, broadcasts } = own;
  const { pipeline, group = pipeline.name, onEvent } = options;
  const writers = writersOf(stage, planned);
  const lanes = writers.map((writer) => writer?.partitions ?? 0);
  const outlets = new Map<string, Outlet>();
  for (const { stream } of stage.plan.repartitions) {
    const topic = topics.get(stream.name);
    if (topic === undefined) continue;
    outlets.set(stream.name, { ...topic, life: lifeFrom(options, around, own, stream.name) });
  }
  const parts: readonly SourcePart[] = stage.streams.flatMap((stream) => {
    const input = external.get(stream.name);
    const partitions = broadcasts.get(stream.name);
    if (input !== undefined && partitions !== undefined) return [broadcastPart(stream.name, input, partitions)];
    if (input !== undefined) return [{ stream: stream.name, source: input.source, inputs: [input] }];
    const topic = topics.get(stream.name);
    if (topic === undefined) return [];
    const at = stage.behind.findIndex((step) => step.stream === stream);
    const count = lanes[at] ?? 0;
    const writer = writers[at];
    const source = laneSource(topic.source, {
      lanes: count,
      topic: `the topic of repartition '${stream.name}'`,
      identity: () => identityOf(writer, stream.name),
      life: lifeFrom(options, around, writer, stream.name),
    });
    const codec = jsonCodec(stream.schema);
    return [
      { stream: stream.name, source, lanes: count, inputs: Array.from({ length: count }, () => ({ source, codec })) },
    ];
  });
  const [only] = parts;
  const isFirst = stage.behind.length === 0;
  const source = parts.length === 1 && only !== undefined ? only.source : jointSource(parts);
  own.source = source;
  return {
    ...options,
    pipeline: executedOf(own, planned),
    source,
    inputs: parts.flatMap(({ inputs }) => inputs),
    group: isFirst ? group : [group, ...stage.name.split('.').slice(1)].join('.'),
    outlets: new Outlets(outlets, destinationsOf(stage, destinations), {
      ...{ clock: options.clock, signal, onBadRecord: options.onBadRecord },
    }),
    ...(stage.plan.repartitions.some(({ mapping }) => mapping !== undefined)
      ? { commitRecords: Math.min(options.commitRecords ?? ANSWERED_AT_ONCE, ANSWERED_AT_ONCE) }
      : {}),
    linger,
    signal,
    ...(onEvent === undefined || isFirst ? {} : { onEvent: (event) => onEvent({ ...event, stage: stage.name }) }),
  };
}

/** The stages whose records a stage reads, by repartition. */
function writersOf({ behind }: Stage, planned: readonly Planned[]): readonly (Planned | undefined)[] {
  return behind.map((step) =>
    planned.find((each) => each.stage.plan.repartitions.some(({ stream }) => stream === step.stream)),
  );
}

/** The pipeline of a stage as it is executed. */
function executedOf({ stage, broadcasts }: Planned, planned: readonly Planned[]): Pipeline {
  const lanes = writersOf(stage, planned).map((writer) => writer?.partitions ?? 0);
  return withLanes(stage, lanes, broadcasts);
}

/** @throws ERR_PARTITIONS_CHANGED if a source is not partitioned as it was when the tables were made */
async function checkStage<T>(options: StreamOptions<T>, own: Planned, planned: readonly Planned[]): Promise<void> {
  const { external, partitions } = own;
  const executed = executedOf(own, planned);
  const counts = await Promise.all(
    executed.streams.map(async ({ name }) => (await external.get(name)?.source.ranges())?.length ?? partitions),
  );
  await untilBack(options, 'reading progress', () => checkPartitionings(executed, options.tables, counts));
}

/** Identity of what a stage sends through a repartition. */
async function identityOf(writer: Planned | undefined, repartition: string): Promise<string> {
  return repartitionIdentity((await writer?.source?.identity()) ?? '', repartition);
}

/** The life of what a stage sends through a repartition; waits while the tables are down. */
function lifeFrom<T>(
  { tables, clock, onEvent }: StreamOptions<T>,
  { division, signal }: Surroundings,
  writer: Planned | undefined,
  repartition: string,
): () => Promise<number> {
  const waiting = { clock, signal, ...(onEvent === undefined ? {} : { onEvent }) };
  return async () => {
    const identity = await identityOf(writer, repartition);
    return untilBack(waiting, 'opening the tables', () => lifeOf(tables, identity, division));
  };
}

/** What the stages know of each other, so that each ends when the others need nothing more from it. */
class Progress {
  readonly #stages: readonly Stage[];
  readonly #caughtUp = new Set<number>();
  readonly #ended = new Set<number>();

  constructor(stages: readonly Stage[]) {
    this.#stages = stages;
  }

  ended(stage: number): void {
    this.#ended.add(stage);
  }

  lingerOf(stage: number): Linger {
    const [before, behind] = [this.#before(stage), this.#behind(stage)];
    return {
      isFed: () => before.every((each) => this.#caughtUp.has(each)),
      caughtUp: () => void this.#caughtUp.add(stage),
      mayEnd: () => behind.every((each) => this.#ended.has(each)),
    };
  }

  #before(stage: number): readonly number[] {
    return this.#indexes((each) => sends(each, this.#stages[stage]));
  }

  #behind(stage: number): readonly number[] {
    return this.#indexes((each) => sends(this.#stages[stage], each));
  }

  #indexes(isOne: (stage: Stage) => boolean): readonly number[] {
    return [...this.#stages.keys()].filter((n) => isOne(this.#stages[n] as Stage));
  }
}

function sends(from: Stage | undefined, to: Stage | undefined): boolean {
  return from?.plan.repartitions.some((step) => to?.behind.some(({ stream }) => stream === step.stream)) === true;
}
