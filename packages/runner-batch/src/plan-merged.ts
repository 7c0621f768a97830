import type { ArchivedFile, ArchiveFacts } from '@stockafolio/core/ports';
import {
  checkCopartitioned,
  checkTablesPartitioning,
  type CheckpointHeader,
  type EnginePosition,
  CLOCKS_DIFFER,
  inputName,
  jointIdentity,
  partitioningOf,
  partitionsChanged,
} from '@stockafolio/engine';
import { checkComplete } from './check-complete.js';
import { inputsOf, partitionIn, type ArchivedInput } from './inputs.js';
import type { BatchOptions, BatchPorts, BatchUnit, UnitInput } from './options.js';
import {
  byPartition,
  checkGapless,
  expectArchived,
  newestCheckpoint,
  unitOptions,
  type BatchPlan,
} from './plan-units.js';

/** The archive of one stream, as a plan needs it. */
interface Archived {
  readonly input: ArchivedInput;
  readonly facts: ArchiveFacts | undefined;
  readonly files: ReadonlyMap<number, readonly ArchivedFile[]>;
  /** By partition, until when it is known to have had no more than it has archived, epoch milliseconds. */
  readonly complete: ReadonlyMap<number, number>;
}

/**
 * Divides a run over several streams into units: one for each partition, with its range of every stream.
 *
 * @throws ERR_ARCHIVE_GAP and ERR_ARCHIVE_INCOMPLETE naming what is missing; ERR_NOT_COPARTITIONED;
 * ERR_PARTITIONS_CHANGED if partitions of a source were added
 */
export async function planMerged<T>(ports: BatchPorts<T>, options: BatchOptions): Promise<BatchPlan> {
  const { pipeline } = ports;
  const all = await Promise.all(inputsOf(ports).map((input) => archivedOf(input, options)));
  const checkpoints = new Map<number, CheckpointHeader>();
  if (all.every(({ facts }) => facts === undefined)) {
    return { source: undefined, units: [], checkpoints, partitioning: undefined };
  }
  if (options.allowMissingPartitions !== true) for (const { input, facts } of all) expectArchived(input.stream, facts);
  checkCopartitioned(
    pipeline,
    all.map(({ facts }) => facts?.partitions),
    'archives',
  );
  const source = jointIdentity(all.map(({ facts }) => facts?.source ?? ''));
  const units: BatchUnit[] = [];
  for (const partition of partitionsOf(all)) {
    const header = options.fromStart === true ? undefined : await newestCheckpoint(ports, partition);
    if (header !== undefined) checkpoints.set(partition, header);
    else refuseGrown(all);
    const inputs: UnitInput[] = [];
    for (const [n, archived] of all.entries())
      inputs.push(await rangeOf(archived, partition, header, { ...options, isFirst: n === 0 }));
    const [from, to] = [sumOf(inputs.map((each) => each.from)), sumOf(inputs.map((each) => each.to))];
    if (to <= from) continue;
    units.push({
      partition,
      ...{ source, partitions: countOf(inputs), from, to, inputs },
      fresh: header === undefined,
      fromStart: options.fromStart ?? false,
      toEnd: options.toEnd ?? false,
      ...unitOptions(ports, options),
    });
  }
  for (const [
    input,
    {
      facts,
      input: { stream },
    },
  ] of all.entries())
    await checkTablesPartitioning(ports.tables, inputName(pipeline, input), partitioningOf(stream, facts?.partitions));
  units.sort((a, b) => a.partition - b.partition);
  return { source, units, checkpoints, partitioning: undefined };
}

/** The partitions that have units. What is broadcast goes to all that there are, though none of their own was archived. */
function partitionsOf(all: readonly Archived[]): ReadonlySet<number> {
  const own = all.filter(({ input: { stream } }) => stream.lane === undefined);
  const found = own.flatMap(({ files }) => [...files.keys()]);
  const count = own.length === all.length ? 0 : Math.max(0, ...own.map(({ facts }) => facts?.partitions ?? 0));
  return new Set([...found, ...Array<undefined>(count).keys()]);
}

async function archivedOf(input: ArchivedInput, options: BatchOptions): Promise<Archived> {
  const { archive } = input;
  const facts = await archive.facts();
  const all = await archive.files();
  if (facts !== undefined && options.allowMissingPartitions !== true) await checkComplete(archive, all);
  const extent = await archive.extent?.();
  const complete = new Map<number, number>();
  if (extent !== undefined && extent.source === facts?.source) {
    for (const { partition, end } of extent.ranges) {
      const last = all.filter((file) => file.partition === partition).at(-1)?.last ?? -1;
      if (last + 1 >= end) complete.set(partition, extent.at - CLOCKS_DIFFER);
    }
  }
  return { input, facts, files: byPartition(all, options.day), complete };
}

function refuseGrown(all: readonly Archived[]): void {
  for (const { facts, input } of all) {
    const is = partitioningOf(input.stream, facts?.partitions);
    const was = facts?.partitionsBefore?.at(-1);
    if (is === undefined || was === undefined) continue;
    throw partitionsChanged(`the archive of stream '${input.stream.name}'`, { ...is, partitions: was }, is);
  }
}

/** What a unit reads of one stream. */
async function rangeOf(
  { input, facts, files, complete }: Archived,
  unit: number,
  header: CheckpointHeader | undefined,
  { day, isFirst }: BatchOptions & { readonly isFirst: boolean },
): Promise<UnitInput> {
  const { archive, stream } = input;
  const partition = partitionIn(input, unit);
  const own = files.get(partition) ?? [];
  const known = header === undefined ? undefined : offsetIn(header.position, stream.name, isFirst);
  const from = known ?? (await archive.began(partition)) ?? own[0]?.first ?? 0;
  const silent = complete.get(partition);
  return {
    ...{ stream: stream.name, lane: stream.lane, source: facts?.source ?? '', partitions: facts?.partitions },
    ...{ from, to: checkGapless(partition, own, from) },
    // Of a day that is past there may be files of later days, which are not read.
    ...(silent === undefined || day !== undefined ? {} : { silentUntil: silent }),
  };
}

/** How far a checkpoint has read a stream; of a single lane it has one position. Undefined if it does not know it. */
function offsetIn({ inputs, offset }: EnginePosition, stream: string, isFirst: boolean): number | undefined {
  if (inputs === undefined) return isFirst ? offset : undefined;
  return inputs.find((each) => each.stream === stream)?.offset;
}

/** How many partitions there are of what is not broadcast. */
function countOf(inputs: readonly UnitInput[]): number | undefined {
  const known = inputs.flatMap(({ lane, partitions }) => (lane === undefined ? (partitions ?? []) : []));
  return known.length === 0 ? undefined : Math.max(...known);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
