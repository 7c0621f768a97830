import { jsonCodec, type Pipeline, StockafolioError, type Stream } from '@stockafolio/core';
import { needsStages, type Stage, stagesOf, withLanes } from '@stockafolio/core/plan';
import type { ArchivedFile } from '@stockafolio/core/ports';
import { CLOCKS_DIFFER, jointIdentity, readStagePartitions, repartitionIdentity } from '@stockafolio/engine';
import { countBroadcasts, withArchivedBroadcasts } from '../broadcasts.js';
import { archivedName, inputsOf, partitionIn, type ArchivedInput } from '../inputs.js';
import type { BatchOptions, StagePorts, UnitResult } from '../options.js';
import { newestCheckpoint } from '../plan-units.js';
import { laneArchive, LaneArchives, laneStream, type Way } from './lane-archives.js';

/** Runs one stage: see `runBatch`. */
export type RunStage = (ports: StagePorts<unknown>, options: BatchOptions) => Promise<readonly UnitResult[]>;

/** A stage, ready to run. */
interface Ready {
  readonly ports: StagePorts<unknown>;
  readonly inputs: readonly ArchivedInput[];
  /** How many partitions it has. */
  readonly partitions: number;
  /** What it sends on. */
  readonly ways: ReadonlyMap<string, Way>;
}

/**
 * Runs the stages of a pipeline one after the other. What passes through a repartition is kept in archives, one for each
 * partition that it leaves; the stage behind it merges these as it merges streams.
 *
 * @returns the results of the units, stage by stage
 * @throws ERR_USAGE if there is no place for these archives; and the errors of a stage
 */
export async function runStages<T>(
  ports: StagePorts<T>,
  options: BatchOptions,
  run: RunStage,
): Promise<readonly (readonly UnitResult[])[]> {
  const { pipeline, own } = ports;
  if (own === undefined) {
    throw new StockafolioError(
      'ERR_USAGE',
      `pipeline '${pipeline.name}' has repartitions: they need a place in the batch`,
      {
        hint: 'state what keeps their records from run to run: own: { open, remove }',
      },
    );
  }
  const { repartition } = options;
  if (repartition !== undefined && !isAnyDivided(pipeline)) throw nothingToDivide(pipeline.name);
  // Before anything is written: what a stage sends in the batch cannot be undone.
  if (options.fromStart !== true) for (const each of await prepareAll(ports, repartition)) await checkKept(each, own);
  const results: (readonly UnitResult[])[] = [];
  const external = new Set(pipeline.streams.map(({ name }) => name));
  for await (const { stage, ready } of prepared(ports, repartition)) {
    if (results.length === 0 && ready.partitions === 0) return [await run(ready.ports, options)];
    if (options.fromStart === true) await removeLanes(ready, pipeline.name, own);
    const outside = stage.streams.filter(({ name }) => external.has(name));
    results.push(await run(ready.ports, optionsOf(options, outside)));
    await noteSilence(ready, pipeline.name, own);
  }
  return results;
}

/**
 * The stages of a pipeline as they are executed over these archives, each a pipeline of its own; the pipeline itself, if
 * it has no repartition. The tables tell how many partitions stages have that ran before.
 */
export async function executedStages<T>(ports: StagePorts<T>): Promise<readonly Pipeline[]> {
  const { pipeline } = ports;
  if (!needsStages(pipeline)) return [await withArchivedBroadcasts(ports)];
  return (await prepareAll(ports)).map(({ ready }) => ready.ports.pipeline);
}

/** A stage that is not run yet, and what was sent to it in earlier runs. */
interface Planned {
  readonly stage: Stage;
  readonly ready: Ready;
  readonly ways: Ways;
}

async function prepareAll<T>(ports: StagePorts<T>, repartition?: number): Promise<readonly Planned[]> {
  const planned: Planned[] = [];
  for await (const each of prepared(ports, repartition)) planned.push(each);
  return planned;
}

/**
 * Prepares one stage after the other; the next one when the caller is done with it.
 *
 * @param repartition how many partitions the streams with keys get, if their archives are repartitioned
 */
async function* prepared<T>(ports: StagePorts<T>, repartition?: number): AsyncGenerator<Planned> {
  const external = new Map(inputsOf(ports).map((input) => [input.stream.name, input]));
  const ways: Ways = new Map();
  let first: number | undefined;
  for (const stage of stagesOf(ports.pipeline)) {
    const ready = await prepare(ports as StagePorts<unknown>, stage, { external, ways, first, repartition });
    first ??= ready.partitions;
    yield { stage, ready, ways };
    // Nothing is archived: how many partitions the source has is not known yet.
    if (first === 0) return;
    for (const [name, way] of ready.ways) ways.set(name, { way, from: ready, pipeline: ports.pipeline.name });
  }
}

/** By the name of the repartition: what is sent, and by which stage. */
type Ways = Map<string, { readonly way: Way; readonly from: Ready; readonly pipeline: string }>;

/** What is known when a stage is prepared. */
interface Known {
  /** The streams of the pipeline, by name. */
  readonly external: ReadonlyMap<string, ArchivedInput>;
  readonly ways: Ways;
  /** How many partitions the first stage has. */
  readonly first: number | undefined;
  readonly repartition: number | undefined;
}

async function prepare(
  ports: StagePorts<unknown>,
  stage: Stage,
  { external, ways, first, repartition }: Known,
): Promise<Ready> {
  const { own } = ports;
  const counts = stage.behind.map(({ stream }) => ways.get(stream.name)?.from.partitions ?? 0);
  const broadcasts = await countBroadcasts(stage, (name) => external.get(name)?.archive);
  const pipeline = withLanes(stage, counts, broadcasts);
  const inputs = stage.streams.flatMap((stream): readonly ArchivedInput[] => {
    const input = external.get(stream.name);
    if (input !== undefined && stream.isBroadcast)
      return pipeline.streams
        .filter(({ lane }) => lane?.of === stream.name)
        .map((lane) => ({ ...input, stream: lane }));
    if (input !== undefined) return [{ ...input, stream }];
    const of = ways.get(stream.name);
    if (of === undefined || own === undefined) return [];
    return Array.from({ length: of.from.partitions }, (_, lane) => ({
      stream: { ...stream, name: `${stream.name}-${lane}` },
      codec: jsonCodec(stream.schema),
      archive: laneArchive(own, of.pipeline, of.way, lane),
    }));
  });
  const looked = new Map<ArchivedInput['archive'], Promise<SourceFacts>>();
  const factsOf = ({ archive }: ArchivedInput): Promise<SourceFacts> => {
    const facts = looked.get(archive) ?? sourceFacts(archive);
    looked.set(archive, facts);
    return facts;
  };
  const source = jointIdentity((await Promise.all(inputs.map(factsOf))).map((each) => each.source));
  const countOf = async (input: ArchivedInput): Promise<number> => {
    const { partitions, hasFiles } = await factsOf(input);
    return repartition !== undefined && isDivided(input.stream) && hasFiles ? repartition : partitions;
  };
  const known = await Promise.all(inputs.filter(({ stream }) => external.has(stream.name)).map(countOf));
  const partitionsOf = async (behind: Stage, own: readonly number[]): Promise<number> => {
    // What it meets decides; or what it had; or what the first stage has.
    const most = Math.max(0, ...own);
    if (most > 0) return most;
    return (await readStagePartitions(ports.tables, behind)) ?? first ?? Math.max(0, ...known);
  };
  const partitions = await partitionsOf(stage, known);
  const sent = new Map<string, Way>();
  for (const { stream } of stage.plan.repartitions) {
    const behind = stagesOf(ports.pipeline).find((each) => each.behind.some((step) => step.stream === stream));
    const met =
      behind?.streams.flatMap((of) => {
        const input = of.isBroadcast ? undefined : external.get(of.name);
        return input === undefined ? [] : [{ ...input, stream: of }];
      }) ?? [];
    const ofMet = await Promise.all(met.map(countOf));
    const to = behind === undefined ? partitions : await partitionsOf(behind, ofMet);
    sent.set(stream.name, { stream, partitions: to, source: repartitionIdentity(source, stream.name) });
  }
  const [only] = inputs;
  if (only === undefined) throw new StockafolioError('ERR_INTERNAL', `stage '${stage.name}' reads nothing`);
  return {
    ...{ inputs, partitions, ways: sent },
    ports: {
      ...ports,
      pipeline,
      ...{ codec: only.codec, archive: only.archive },
      lanesRead: new Set(
        inputs.flatMap(({ stream: { name, lane } }) => (external.has(name) || lane !== undefined ? [] : [name])),
      ),
      others: Object.fromEntries(
        inputs.slice(1).map(({ stream, codec, archive }) => [archivedName(stream), { codec, archive }]),
      ),
      ...(own === undefined || sent.size === 0
        ? {}
        : {
            lanes: (lane, calls) => new LaneArchives({ own, pipeline: ports.pipeline.name, ways: sent, lane, calls }),
          }),
    },
  };
}

/** What is known of the source of an archive: nothing, and no partitions, before anybody has looked at it. */
interface SourceFacts {
  readonly source: string;
  readonly partitions: number;
  readonly hasFiles: boolean;
}

async function sourceFacts(archive: ArchivedInput['archive']): Promise<SourceFacts> {
  const facts = await archive.facts();
  // Of a source without messages it is known once the archiver has looked.
  const extent = facts?.partitions === undefined ? await archive.extent?.() : undefined;
  return {
    source: facts?.source ?? extent?.source ?? '',
    partitions: facts?.partitions ?? extent?.ranges.length ?? 0,
    hasFiles: facts !== undefined,
  };
}

/** Whether an archive of a stream is repartitioned: whether it matters in which partition its records are. */
function isDivided({ partitioner, isBroadcast }: Stream<unknown>): boolean {
  return partitioner !== undefined && !isBroadcast;
}

function isAnyDivided(pipeline: Pipeline): boolean {
  const external = new Set(pipeline.streams.map(({ name }) => name));
  return stagesOf(pipeline).some(({ streams }) => streams.some((each) => external.has(each.name) && isDivided(each)));
}

/** @param outside the streams of a stage that come from outside */
function optionsOf(options: BatchOptions, outside: readonly Stream<unknown>[]): BatchOptions {
  const own: { -readonly [N in keyof BatchOptions]: BatchOptions[N] } = { ...options };
  // What passes through repartitions is read whole: the stage before has read up to the day.
  if (outside.length === 0) delete own.day;
  if (options.repartition === undefined) return own;
  // A later run would find what is left in other partitions.
  own.toEnd = true;
  if (!outside.some(isDivided)) delete own.repartition;
  return own;
}

function nothingToDivide(pipeline: string): StockafolioError {
  return new StockafolioError(
    'ERR_USAGE',
    `pipeline '${pipeline}' keeps nothing by the keys of its streams: there is nothing to repartition`,
    { hint: 'start the stream as it is: it accepts new partitions without further steps' },
  );
}

type Own = NonNullable<StagePorts<unknown>['own']>;

/** Everything is sent again. */
async function removeLanes({ ways, partitions }: Ready, pipeline: string, own: Own): Promise<void> {
  for (const way of ways.values())
    for (let lane = 0; lane < partitions; lane++) await own.remove(laneStream(pipeline, way, lane));
}

/**
 * Checks that the archives of lanes have all that was sent and not processed. They lack what the stream has sent, which
 * is in its topics, if the stages behind had not read it when it ended.
 *
 * @throws ERR_ARCHIVE_GAP
 */
async function checkKept({ stage: { behind }, ready: { ports, partitions }, ways }: Planned, own: Own): Promise<void> {
  const processed = await Promise.all(
    Array.from({ length: partitions }, async (_, partition) => (await newestCheckpoint(ports, partition))?.position),
  );
  for (const { stream } of behind) {
    const of = ways.get(stream.name);
    if (of === undefined) continue;
    for (let lane = 0; lane < of.from.partitions; lane++) {
      const { last = [] } = {
        last: (await newestCheckpoint(of.from.ports, lane))?.position.departed?.last[stream.name],
      };
      const kept = await laneArchive(own, of.pipeline, of.way, lane).files();
      for (const [partition, number] of last.entries()) {
        const position = processed[partition];
        const name = `${stream.name}-${lane}`;
        const single = lane === 0 && position?.inputs === undefined ? position?.offset : undefined;
        const next = position?.inputs?.find((input) => input.stream === name)?.offset ?? single ?? 0;
        const files = kept.filter((file) => file.partition === partition);
        if (endOf(files, next) <= number) throw notKept(stream.name, lane, partition);
      }
    }
  }
}

/** Up to where files have all offsets from this one on. */
function endOf(files: readonly ArchivedFile[], from: number): number {
  let next = from;
  for (const { first, last } of files) if (first <= next) next = Math.max(next, last + 1);
  return next;
}

function notKept(repartition: string, lane: number, partition: number): StockafolioError {
  return new StockafolioError(
    'ERR_ARCHIVE_GAP',
    `repartition '${repartition}': the stream sent records from partition ${lane} to partition ${partition} that it has not processed, and the batch does not have them`,
    {
      hint: 'run the stream with --until-caught-up first; or run the batch with tables and checkpoints of its own, or from the start',
    },
  );
}

/** No message was sent at this time or before it, epoch milliseconds. */
const EARLIEST = -CLOCKS_DIFFER;

/** Notes up to when each partition of a stage sends nothing more, so that records of others need not wait for it. */
async function noteSilence({ ports, inputs, ways, partitions }: Ready, pipeline: string, own: Own): Promise<void> {
  if (ways.size === 0) return;
  for (let lane = 0; lane < partitions; lane++) {
    const position = (await newestCheckpoint(ports, lane))?.position;
    const received = (position?.departed?.received ?? Number.NEGATIVE_INFINITY) - 1;
    const empty = await Promise.all(
      inputs.map((each) => {
        const at = position?.inputs?.find((input) => input.stream === each.stream.name) ?? position;
        return emptyUntil(each.archive, partitionIn(each, lane), at?.offset ?? 0);
      }),
    );
    // If nothing is known, it is still known what it has sent.
    const until = Math.max(received, Math.min(...empty), EARLIEST);
    for (const way of ways.values()) {
      const archive = laneArchive(own, pipeline, way, lane);
      const files = await archive.files();
      const ranges = Array.from({ length: way.partitions }, (_, partition) => {
        const kept = files.filter((file) => file.partition === partition).map(({ last }) => last);
        return { partition, oldest: 0, end: Math.max(-1, ...kept) + 1 };
      });
      await archive.writeExtent?.({ source: way.source, at: until + CLOCKS_DIFFER, ranges });
    }
  }
}

/** Until when the source is known to have had no more of a partition than was processed, epoch milliseconds. */
async function emptyUntil(archive: ArchivedInput['archive'], partition: number, offset: number): Promise<number> {
  const known = await archive.extent?.();
  if (known === undefined) return Number.NEGATIVE_INFINITY;
  const end = known.ranges.find((range) => range.partition === partition)?.end ?? 0;
  return offset >= end ? known.at - CLOCKS_DIFFER : Number.NEGATIVE_INFINITY;
}
