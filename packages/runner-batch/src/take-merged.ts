import type { ArchivedFile, ReadEntry } from '@stockafolio/core/ports';
import {
  checkPartitioning,
  type Intake,
  MergedFeed,
  partitioningOf,
  type Passed,
  readLulls,
} from '@stockafolio/engine';
import { amendedDivision } from './amendments/amended-division.js';
import type { UnitTarget } from './amendments/unit-amendments.js';
import { readAmendments } from './amendments/read-amendments.js';
import { EntryJudge, type Judged } from './entry-judge.js';
import { inputsOf, partitionIn, type ArchivedInput } from './inputs.js';
import type { BatchPorts, BatchUnit, UnitInput } from './options.js';

/** A message of an archive, judged. */
interface Entry {
  /** Given if the archive is repartitioned. */
  readonly partition?: number;
  readonly offset: number;
  readonly ingested: number;
  readonly taken: Intake<unknown> | Passed<unknown>;
  readonly bytes: Uint8Array | undefined;
}

/** The entries of one stream that a unit has yet to read. */
interface Lane {
  readonly input: UnitInput;
  readonly portions: AsyncIterator<readonly Entry[]>;
  hasEnded: boolean;
}

/**
 * Passes a unit's ranges of several streams through its engine, in the order of the merge; yields the number of
 * messages, portion by portion.
 *
 * At the end of an archive messages of other streams wait for what that stream may get next, unless it is known to have
 * had nothing, or the unit is to go to the end. They are left to the next run.
 *
 * @param files by stream
 * @throws ERR_PARTITION_MISMATCH; ERR_PARTITIONS_CHANGED if a source had another number of partitions then
 */
export async function* takeMerged<T>(
  ports: BatchPorts<T>,
  unit: BatchUnit,
  { engine, amendments }: UnitTarget,
  files: readonly (readonly ArchivedFile[])[],
): AsyncGenerator<number> {
  const { pipeline, tables } = ports;
  const divided = new Set((unit.inputs ?? []).flatMap(({ division }, n) => (division === undefined ? [] : [n])));
  const lulls = await readLulls(tables, pipeline, unit.partition);
  // What is repartitioned comes before any offset at which there was a lull.
  const feed = new MergedFeed(
    engine,
    pipeline,
    lulls.filter(({ input }) => !divided.has(input)),
  );
  const archives = inputsOf(ports);
  const lanes = (unit.inputs ?? []).flatMap((input, n): Lane[] => {
    const archived = archives[n];
    if (archived === undefined) return [];
    return [
      {
        input,
        portions: portionsOf(archived, { ports, reading: input, unit, amendments, files: files[n] ?? [] }),
        hasEnded: false,
      },
    ];
  });
  for (;;) {
    let isOver = true;
    for (const [n, lane] of lanes.entries()) {
      if (lane.hasEnded || feed.waiting(n) > 0) continue;
      isOver = false;
      const portion = await lane.portions.next();
      if (portion.done !== true) for (const entry of portion.value) feed.add(n, entry);
      else {
        lane.hasEnded = true;
        feed.silent(
          n,
          unit.toEnd === true ? Number.POSITIVE_INFINITY : (lane.input.silentUntil ?? Number.NEGATIVE_INFINITY),
        );
      }
    }
    const count = feed.drain();
    if (count > 0) yield count;
    else if (isOver) break;
  }
  // Offsets may have gaps, also at the end.
  for (const [n, { input }] of lanes.entries()) if (feed.waiting(n) === 0) engine.passOver(input.to, n);
}

interface Reading<T> {
  readonly ports: BatchPorts<T>;
  readonly reading: UnitInput;
  readonly unit: BatchUnit;
  readonly amendments: UnitTarget['amendments'];
  readonly files: readonly ArchivedFile[];
}

async function* portionsOf<T>(
  input: ArchivedInput,
  {
    ports: { pipeline },
    reading,
    unit: { partition: unit, onPartitionMismatch, fresh, inputs = [] },
    ...more
  }: Reading<T>,
): AsyncGenerator<readonly Entry[]> {
  const { amendments, files } = more;
  const { from, to, partitions: count, division, source } = reading;
  if (division !== undefined) {
    const own = { partition: unit, partitions: count, source, division, onPartitionMismatch };
    for await (const entries of amendedDivision(input, own, amendments)) yield entries.map(entryOf);
    return;
  }
  const { archive, codec, stream } = input;
  const partition = partitionIn(input, unit);
  const is = partitioningOf(stream, count);
  // A repartitioning reads all fields: it has no dead letters to be filled in.
  const isDivided = inputs.some((each) => each.division !== undefined);
  // Nor has it amended records, which are needed whole.
  const fields =
    isDivided || stream.amendments !== undefined
      ? undefined
      : pipeline.reads?.filter((field) => stream.schema.names.includes(field));
  const range = { files, amendments, from, to, partition, partitions: count, fresh, onPartitionMismatch };
  const amended = await readAmendments(input, range);
  for (const file of files) {
    const facts = await archive.facts(file.name);
    if (facts === undefined) continue;
    const { partitions } = facts;
    const was = is === undefined || partitions === undefined ? undefined : { ...is, partitions };
    checkPartitioning(`the archive of partition ${partition} of stream '${stream.name}'`, was, is);
    const judge = new EntryJudge(stream, codec, facts, { partition, partitions, onPartitionMismatch });
    for await (const part of archive.read(file, Math.max(from, file.first), { fields, defaults: codec.defaults })) {
      for (const entries of part) {
        yield entries
          .filter(({ offset }) => offset < to)
          .map((entry) => {
            const judged = judge.judge(entry);
            return entryOf({ judged: amended?.take(judged, entry.offset) ?? judged, position: positionOf(entry) });
          });
      }
    }
  }
}

function positionOf({ offset, ingested }: ReadEntry<unknown>): Pick<Entry, 'offset' | 'ingested'> {
  return { offset, ingested };
}

function entryOf({
  judged,
  position,
}: {
  readonly judged: Judged | Passed<unknown>;
  readonly position: Pick<Entry, 'partition' | 'offset' | 'ingested'>;
}): Entry {
  if ('record' in judged || 'passed' in judged) return { ...position, taken: judged, bytes: undefined };
  const { message, ...taken } = judged;
  return { ...position, taken, bytes: message };
}
