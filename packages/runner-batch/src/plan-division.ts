import { StockafolioError } from '@stockafolio/core';
import type { ArchiveFacts } from '@stockafolio/core/ports';
import {
  beginDivision,
  type CheckpointHeader,
  jointIdentity,
  type Partitioning,
  partitioningOf,
  partitionsChanged,
} from '@stockafolio/engine';
import { checkOneHistory, historiesOf } from './archived-history.js';
import { checkComplete } from './check-complete.js';
import { inputsOf, partitionIn, type ArchivedInput } from './inputs.js';
import type { BatchOptions, BatchUnit, DividedRange, StagePorts, UnitInput } from './options.js';
import { beginning, byPartition, checkGapless, expectArchived, newestCheckpoint, unitOptions } from './plan-units.js';

/** The archive of one stream that is to be repartitioned. */
interface Archived {
  readonly input: ArchivedInput;
  readonly facts: ArchiveFacts | undefined;
  /** How its source is partitioned now; undefined if its partitions are read as they are. */
  readonly is: Partitioning | undefined;
  /** The archived partitions. */
  readonly ranges: readonly DividedRange[];
}

/**
 * Plans a repartition of archives: one unit for every partition that the source has now. Each unit reads all archived
 * partitions, for the keys that belong to it. The end offset of each archived partition is kept with the tables: a run
 * that continues with the remaining units must stop at the same offsets, or some records would belong to no unit.
 *
 * All streams with keys get that number of partitions. Each unit reads a stream without keys, a broadcast stream, and
 * what comes from a repartition as it is.
 *
 * @throws ERR_USAGE if the archives cannot be repartitioned like this; ERR_TABLES_TAKEN, ERR_PARTITIONS_CHANGED if
 * tables or checkpoints are not new; ERR_ARCHIVE_GAP, ERR_ARCHIVE_INCOMPLETE, ERR_SOURCE_DIVERGED
 */
export async function planDivision<T>(
  ports: StagePorts<T>,
  options: BatchOptions & { readonly repartition: number },
): Promise<readonly BatchUnit[]> {
  const { pipeline, tables } = ports;
  const { repartition: partitions } = options;
  const all: Archived[] = [];
  for (const input of inputsOf(ports)) all.push(await archivedOf(input, ports, options));
  if (all.every(({ facts }) => facts === undefined)) return [];
  if (all.every(({ is }) => is === undefined)) throw nothingToDivide(pipeline.stream.name);
  // A stream without keys keeps the partitions that it has.
  const count = Math.max(partitions, ...all.map(({ input, is, facts }) => ownCount(input, is, facts)));
  const noted = await beginDivision(
    tables,
    pipeline,
    all.map(({ input, is, ranges }) => ({ is, ends: endsOf(input, ranges, count) })),
    count,
  );
  const sources = all.map(({ facts }) => facts?.source ?? '');
  const units: BatchUnit[] = [];
  for (let partition = 0; partition < count; partition++) {
    const inputs = all.map((archived, n) => readingOf(archived, partition, noted[n] ?? new Map(), sources[n] ?? ''));
    const header = await newestCheckpoint(ports, partition);
    if (header !== undefined) {
      checkDivided(header, inputs, partitions, all);
      continue;
    }
    const [only] = inputs;
    if (only === undefined) continue;
    const { division, from, to } = only;
    units.push({
      partition,
      ...(all.length === 1
        ? { source: only.source, partitions, from, to, division: division ?? [] }
        : {
            ...{ source: jointIdentity(sources), partitions, inputs, toEnd: true },
            from: inputs.reduce((sum, each) => sum + each.from, 0),
            to: inputs.reduce((sum, each) => sum + each.to, 0),
          }),
      fresh: true,
      fromStart: false,
      ...unitOptions(ports, options),
    });
  }
  return units;
}

async function archivedOf<T>(
  input: ArchivedInput,
  { pipeline, lanesRead }: StagePorts<T>,
  { repartition, allowMissingPartitions }: BatchOptions & { readonly repartition: number },
): Promise<Archived> {
  const { archive, stream } = input;
  const facts = await archive.facts();
  const files = await archive.files();
  if (allowMissingPartitions !== true) {
    if (facts !== undefined) await checkComplete(archive, files);
    else if (pipeline.streams.length > 1) expectArchived(stream, facts);
  }
  const archived = byPartition(files);
  const isRead = stream.lane !== undefined || lanesRead?.has(stream.name) === true;
  const is = isRead ? undefined : partitioningOf(stream, repartition);
  const least = Math.max(facts?.partitions ?? 0, ...[...archived.keys()].map((partition) => partition + 1));
  if (is !== undefined && repartition < least) throw tooFew(pipeline.streams.length > 1 ? stream.name : '', least, is);
  const ranges: DividedRange[] = [];
  for (const [partition, own] of archived) {
    const from = await beginning(input, partition, own);
    ranges.push({ partition, from, to: checkGapless(partition, own, from) });
    // All partitions are checked here: a unit checks only its own partition, but reads the others too.
    checkOneHistory(partition, await historiesOf(archive, own), { partition, offset: from });
  }
  return { input, facts, is, ranges };
}

/** How many partitions the tables have because of a stream that is read as it is. */
function ownCount({ stream }: ArchivedInput, is: Partitioning | undefined, facts: ArchiveFacts | undefined): number {
  return is === undefined && stream.lane === undefined ? (facts?.partitions ?? 0) : 0;
}

/** By partition of the tables, where the archived partition ends that a unit of it reads as its own. */
function endsOf(input: ArchivedInput, ranges: readonly DividedRange[], count: number): ReadonlyMap<number, number> {
  return new Map(
    Array.from({ length: count }, (_, partition): [number, number] => {
      const own = ranges.find((range) => range.partition === partitionIn(input, partition));
      return [partition, own?.to ?? 0];
    }),
  );
}

/** What the unit of a partition reads of a stream. */
function readingOf(
  { input, facts, is, ranges }: Archived,
  unit: number,
  ends: ReadonlyMap<number, number>,
  source: string,
): UnitInput {
  const { stream } = input;
  const own = ranges.find((range) => range.partition === partitionIn(input, unit));
  const to = ends.get(unit) ?? 0;
  const from = Math.min(own?.from ?? 0, to);
  const reading = { stream: stream.name, lane: stream.lane, source, from, to };
  if (is === undefined) return { ...reading, partitions: facts?.partitions };
  const division = ranges
    .map((range) => ({ ...range, to: ends.get(range.partition) ?? 0 }))
    .filter((range) => range.to > range.from);
  return { ...reading, partitions: is.partitions, division };
}

/** Checks that a checkpoint is one of this repartitioning: its unit is done. */
function checkDivided(
  { partitioning, position }: CheckpointHeader,
  inputs: readonly UnitInput[],
  partitions: number,
  all: readonly Archived[],
): void {
  const isBehind = inputs.some(({ stream, to }) => {
    const at = position.inputs?.find((each) => each.stream === stream);
    // A broadcast stream may have got partitions since then.
    return (at?.offset ?? (position.inputs === undefined ? position.offset : to)) < to;
  });
  if (!isBehind && (partitioning === undefined || partitioning.partitions === partitions)) return;
  const [first] = all.flatMap(({ is, facts }) => (is === undefined ? [] : [{ is, facts }]));
  if (first === undefined) return;
  const was = partitioning ?? { ...first.is, partitions: first.facts?.partitions ?? 0 };
  throw partitionsChanged('the checkpoints', was, first.is);
}

function nothingToDivide(stream: string): StockafolioError {
  return new StockafolioError('ERR_USAGE', `stream '${stream}' is keyed by nothing: there is nothing to repartition`, {
    hint: 'start the stream as it is: it accepts new partitions without further steps',
  });
}

function tooFew(stream: string, least: number, { partitions }: Partitioning): StockafolioError {
  const of = stream === '' ? '' : ` of stream '${stream}'`;
  return new StockafolioError(
    'ERR_USAGE',
    `the archive${of} has ${least} partitions, which cannot be repartitioned to ${partitions}`,
    { hint: `give the present number of partitions of the topic, ${least} or more` },
  );
}
