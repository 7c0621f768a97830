import { StockafolioError } from '@stockafolio/core';
import type { AbortSignalLike, ArchivedFile, Mutation } from '@stockafolio/core/ports';
import {
  checkpointFolder,
  CheckpointWriter,
  type EngineOptions,
  findCheckpoint,
  inputName,
  letterOwner,
  PartitionEngine,
  partitioningOf,
  partitioningRow,
  readEarlyRows,
  readFloors,
  readPartitionings,
  readTableIds,
  type RecordPosition,
  restoreCheckpoint,
  tablesOf,
} from '@stockafolio/engine';
import { checkOneHistory, historiesOf, markAtEnd, seenAt } from './archived-history.js';
import { withBroadcastsOf } from './broadcasts.js';
import { inputsOf, partitionIn, type ArchivedInput } from './inputs.js';
import type { BatchPorts, BatchUnit, StagePorts, UnitInput, UnitResult } from './options.js';
import { UnitAmendments, type UnitTarget } from './amendments/unit-amendments.js';
import { FinalRows } from './final-rows.js';
import { filesOf } from './files-of.js';
import { takeDivided } from './take-divided.js';
import { takeMerged } from './take-merged.js';
import { takeOwn } from './take-own.js';
import { UnitDestinations } from './topics/unit-destinations.js';
import { UnitDeadLetters } from './unit-dead-letters.js';
import { WholeDeadLetters } from './whole-dead-letters.js';

export interface UnitListener {
  /** Called from time to time with the number of messages processed since the last call. */
  readonly onRecords?: (count: number) => void;
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * Runs one unit, and commits it as a whole: rows, progress, then the checkpoint from which the next run, or the stream,
 * continues. An interrupted unit is simply run again; a unit whose checkpoint is already at its end is done.
 *
 * @throws ERR_ARCHIVE_GAP if the archive, as seen from here, does not hold all of the unit; ERR_SOURCE_DIVERGED if its
 * files belong to two histories of the source, before anything is written; ERR_SOURCE_MISMATCH,
 * ERR_CHECKPOINT_PLAN_CHANGED, ERR_MANY_DEAD_LETTERS, and the errors of the ports
 */
export async function runUnit<T>(
  given: StagePorts<T>,
  unit: BatchUnit,
  listener: UnitListener = {},
): Promise<UnitResult> {
  const ports = { ...given, pipeline: withBroadcastsOf(given.pipeline, unit) };
  const destinations = await UnitDestinations.open(ports, unit);
  try {
    return await run(ports, unit, listener, destinations);
  } finally {
    await destinations.close();
  }
}

async function run<T>(
  ports: StagePorts<T>,
  unit: BatchUnit,
  listener: UnitListener,
  destinations: UnitDestinations,
): Promise<UnitResult> {
  const { pipeline } = ports;
  const { partition, source, partitions, onBadRecord } = unit;
  const isDivided = unit.division !== undefined || unit.inputs?.some(({ division }) => division !== undefined) === true;
  const archives = inputsOf(ports);
  const ranges: readonly UnitInput[] = unit.inputs ?? [{ ...unit, stream: pipeline.stream.name }];
  const files = await Promise.all(
    archives.map((each, n) => {
      const range = ranges[n];
      return range === undefined ? [] : filesOf(each.archive, { ...range, partition: partitionIn(each, partition) });
    }),
  );
  const isWhole = isDivided || pipeline.reads === undefined;
  const letters = isWhole
    ? []
    : archives.map((each, n) => {
        const { owner, partition: lane = partition } = letterOwner(pipeline, n);
        return new WholeDeadLetters(each.codec, each.archive, lane, owner);
      });
  const lanes = ports.lanes?.(partition, { clock: ports.clock, signal: listener.signal, onBadRecord });
  const engine = new PartitionEngine({
    ...{ pipeline, partition, source, partitions, onBadRecord },
    sources: ranges.map((range) => range.source),
    codec: { encode: (record, position) => codecAt(letters, archives, position).encode(record, position) },
    repartitions: lanes?.partitions,
    topics: destinations.partitions,
    states: ports.states?.(),
  });
  const completed = async (rows: readonly Mutation[]): Promise<readonly Mutation[]> => {
    let whole = rows;
    for (const each of letters) whole = await each.complete(whole);
    return whole;
  };
  const depart = async (): Promise<void> => {
    const departures = engine.departures.take();
    await lanes?.add(departures);
    await destinations.send(departures);
  };
  // Created before the first record: the checkpoint saves what has changed since then.
  const saver = await resume(ports, unit, engine);
  // Floors lie behind what is repartitioned; and offsets of other partitions say nothing about them.
  if (!isDivided) engine.setFloors((await readFloors(ports.tables, pipeline.name)).get(partition) ?? []);
  engine.setEarlyRows(
    isDivided ? ranges.map(() => Number.POSITIVE_INFINITY) : await readEarlyRows(ports.tables, pipeline, partition),
  );
  if (!unit.fresh && engine.position.offset !== unit.from) {
    const { offset, version } = engine.position;
    return { stage: pipeline.name, partition, records: 0, setAside: 0, rows: 0, offset, version };
  }
  const histories = await Promise.all(archives.map(({ archive }, n) => historiesOf(archive, files[n] ?? [])));
  for (const [n, each] of archives.entries()) {
    const read = partitionIn(each, partition);
    checkOneHistory(read, histories[n] ?? [], { partition: read, ...engine.inputs.at(n).position });
  }
  const begun = engine.inputs.all.map(({ offset, seen }) => ({ offset, seen }));
  const writer = new RowWriter(ports, unit.writeRows);
  const final = new FinalRows(pipeline.plan.edges, unit.writeRows);
  const amendments = await UnitAmendments.begin(ports, unit);
  const taken = takeUnit(ports, unit, { engine, amendments }, files);
  const watch = new UnitDeadLetters(unit, ports.clock, engine);
  let records = 0;
  for await (const count of taken) {
    if (listener.signal?.aborted === true) throw aborted(partition);
    records += count;
    watch.add(count);
    listener.onRecords?.(count);
    await writer.write(engine.takeNotes());
    await depart();
    if (engine.waiting >= unit.writeRows) await writer.write(await completed(final.take(engine.drain())));
  }
  watch.end();
  const [single] = engine.inputs.all;
  // There may be more lanes later, which are merged with this one.
  if (engine.inputs.all.length === 1 && single !== undefined && ports.lanesRead?.has(single.stream.name) === true)
    single.sent = Math.max(single.sent, engine.departures.received);
  await writer.write(engine.takeNotes());
  if (unit.inputs === undefined) engine.passOver(unit.to);
  ranges.forEach(({ to }, n) => {
    const input = engine.inputs.at(n);
    if (input.offset === to) input.mark = markAtEnd(histories[n] ?? [], to);
    input.seen = seenAt(histories[n] ?? [], input.offset, begun[n] ?? { offset: 0 });
  });
  engine.flush();
  await writer.write(engine.takeNotes());
  await writer.write(await completed(final.take(engine.drain())));
  for (const rows of final.end(engine.commitInParts(unit.writeRows))) await writer.write(await completed(rows));
  await writer.settle();
  for (const [n, { stream }] of archives.entries()) {
    const partitioning = partitioningOf(stream, ranges[n]?.partitions);
    const name = inputName(pipeline, n);
    if (partitioning !== undefined && !(await readPartitionings(ports.tables, name)).has(partition))
      await writer.write([partitioningRow(name, partition, partitioning)]);
  }
  await depart();
  await lanes?.end();
  await writer.settle();
  await writer.write([engine.progress(), engine.checkpointCut(), ...engine.marks()]);
  await writer.settle();
  await saveCheckpoint(ports, unit, saver);
  await amendments.end();
  const { offset, version } = engine.position;
  const left = unit.inputs === undefined ? {} : { waiting: Math.max(0, unit.to - offset) };
  const found = { ...watch.found, ...amendments.result, ...left };
  const figures = { records, setAside: engine.setAside, ...found, rows: writer.rows };
  return { stage: pipeline.name, partition, ...figures, offset, version };
}

/** What encodes the records of dead letters: if records lack fields, a note of what is to be filled in. */
function codecAt(
  letters: readonly WholeDeadLetters<unknown>[],
  archives: readonly ArchivedInput[],
  { input = 0 }: RecordPosition,
): EngineOptions['codec'] {
  const codec = letters[input]?.codec ?? archives[input]?.codec;
  if (codec !== undefined) return codec;
  throw new StockafolioError('ERR_INTERNAL', `there is no codec of stream number ${input}`);
}

function takeUnit<T>(
  ports: BatchPorts<T>,
  unit: BatchUnit,
  to: UnitTarget,
  files: readonly (readonly ArchivedFile[])[],
): AsyncIterable<number> {
  if (unit.inputs !== undefined) return takeMerged(ports, unit, to, files);
  return unit.division === undefined ? takeOwn(ports, unit, to, files[0] ?? []) : takeDivided(ports, unit, to);
}

/**
 * Restores the engine at the start of the unit, or at its end if the unit is done; returns the writer of its
 * checkpoint.
 */
async function resume<T>(ports: BatchPorts<T>, unit: BatchUnit, engine: PartitionEngine): Promise<CheckpointWriter> {
  const tableIds = await readTableIds(ports.tables, tablesOf(ports.pipeline));
  const target = { pipeline: ports.pipeline.name, source: unit.source, engine, files: ports.checkpoints, tableIds };
  if (unit.fresh) {
    // Records of all partitions come before what its own partition has next.
    const startOf = ({ division, from, to }: UnitInput): number => (division === undefined ? from : to);
    const inputs = unit.inputs?.map((input) => ({ stream: input.stream, offset: startOf(input) }));
    engine.resume({ offset: unit.from, version: 0, latest: null, ...(inputs === undefined ? {} : { inputs }) });
    return new CheckpointWriter(target);
  }
  const chain = await findCheckpoint(ports.checkpoints, ports.pipeline.name, unit.partition, () => undefined);
  const offset = chain?.last.header.position.offset;
  const isDone = unit.inputs === undefined ? offset === unit.to : Number(offset) > unit.from;
  if (chain === undefined || (offset !== unit.from && !isDone)) {
    throw new StockafolioError(
      'ERR_CHECKPOINT_CORRUPT',
      `partition ${unit.partition}: the checkpoint at offset ${unit.from} is no longer the newest`,
      {
        hint: 'another run has advanced meanwhile: start the batch again',
      },
    );
  }
  restoreCheckpoint(engine, chain, { source: unit.source, acceptPlanChange: unit.acceptPlanChange, tableIds });
  return new CheckpointWriter(target, chain);
}

/** Writes the checkpoint; a run from the start replaces all existing ones. */
async function saveCheckpoint<T>(ports: BatchPorts<T>, unit: BatchUnit, writer: CheckpointWriter): Promise<void> {
  const { pipeline, checkpoints } = ports;
  const before: string[] = [];
  if (unit.fromStart) {
    for await (const { name } of checkpoints.list(checkpointFolder(pipeline.name, unit.partition))) before.push(name);
  }
  const prepared = writer.prepare(true);
  if (prepared !== undefined) await writer.store(prepared);
  for (const name of before) if (name !== prepared?.name) await checkpoints.delete(name);
}

/** Writes rows in portions, with one write in flight while the next rows are made. */
class RowWriter<T> {
  readonly #ports: BatchPorts<T>;
  readonly #most: number;
  #onItsWay: Promise<void> = Promise.resolve();
  rows = 0;

  constructor(ports: BatchPorts<T>, most: number) {
    this.#ports = ports;
    this.#most = most;
  }

  async write(rows: readonly Mutation[]): Promise<void> {
    for (let from = 0; from < rows.length; from += this.#most) {
      await this.#onItsWay;
      const some = rows.slice(from, from + this.#most);
      this.#onItsWay = this.#ports.tables.write(some);
      this.#onItsWay.catch(() => undefined);
      this.rows += some.length;
    }
  }

  /** Resolves when all rows are acknowledged. */
  async settle(): Promise<void> {
    await this.#onItsWay;
  }
}

function aborted(partition: number): StockafolioError {
  return new StockafolioError('ERR_ABORTED', `the run was stopped; the next one repeats partition ${partition}`);
}
