import { StockafolioError } from '@stockafolio/core';
import type { AbortSignalLike, Mutation } from '@stockafolio/core/ports';
import {
  checkpointFolder,
  CheckpointWriter,
  findCheckpoint,
  PartitionEngine,
  partitioningRow,
  readFloors,
  readPartitionings,
  readTableIds,
  restoreCheckpoint,
  tablesOf,
} from '@stockafolio/engine';
import { checkOneHistory, historiesOf, markAtEnd } from './archived-history.js';
import type { BatchPorts, BatchUnit, UnitResult } from './options.js';
import { FinalRows } from './final-rows.js';
import { filesOf } from './files-of.js';
import { takeDivided } from './take-divided.js';
import { takeOwn } from './take-own.js';
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
  ports: BatchPorts<T>,
  unit: BatchUnit,
  listener: UnitListener = {},
): Promise<UnitResult> {
  const { pipeline, codec, archive } = ports;
  const { partition, source, partitions, onBadRecord } = unit;
  const isDivided = unit.division !== undefined;
  const files = await filesOf(archive, unit);
  const isWhole = isDivided || pipeline.reads === undefined;
  const letters = isWhole ? undefined : new WholeDeadLetters(codec, archive, partition);
  const engine = new PartitionEngine({
    ...{ pipeline, partition, source, partitions, onBadRecord },
    codec: letters?.codec ?? codec,
    states: ports.states?.(),
  });
  const whole = async (rows: readonly Mutation[]): Promise<readonly Mutation[]> => letters?.complete(rows) ?? rows;
  // Created before the first record: the checkpoint saves what has changed since then.
  const saver = await resume(ports, unit, engine);
  engine.setFloors((await readFloors(ports.tables, pipeline.name)).get(partition) ?? []);
  if (!unit.fresh && engine.position.offset === unit.to) {
    return { partition, records: 0, setAside: 0, rows: 0, offset: unit.to, version: engine.position.version };
  }
  const histories = await historiesOf(archive, files);
  checkOneHistory(partition, histories, { partition, ...engine.position });
  const writer = new RowWriter(ports, unit.writeRows);
  const final = new FinalRows(pipeline.plan.edges, unit.writeRows);
  const taken = isDivided ? takeDivided(ports, unit, engine) : takeOwn(ports, unit, engine, files);
  const watch = new UnitDeadLetters(unit, ports.clock, engine);
  let records = 0;
  for await (const count of taken) {
    if (listener.signal?.aborted === true) throw aborted(partition);
    records += count;
    watch.add(count);
    listener.onRecords?.(count);
    if (engine.waiting >= unit.writeRows) await writer.write(await whole(final.take(engine.drain())));
  }
  watch.end();
  engine.passOver(unit.to);
  engine.inputs.at(0).mark = markAtEnd(histories, unit.to);
  engine.flush();
  await writer.write(await whole(final.take(engine.drain())));
  for (const rows of final.end(engine.commitInParts(unit.writeRows))) await writer.write(await whole(rows));
  await writer.settle();
  const { partitioning } = engine;
  if (partitioning !== undefined && !(await readPartitionings(ports.tables, pipeline.name)).has(partition))
    await writer.write([partitioningRow(pipeline.name, partition, partitioning)]);
  await writer.settle();
  await writer.write([engine.progress(), engine.checkpointCut(), ...engine.marks()]);
  await writer.settle();
  await saveCheckpoint(ports, unit, saver);
  const { offset, version } = engine.position;
  return { partition, records, setAside: engine.setAside, ...watch.found, rows: writer.rows, offset, version };
}

/**
 * Restores the engine at the start of the unit, or at its end if the unit is done; returns the writer of its
 * checkpoint.
 */
async function resume<T>(ports: BatchPorts<T>, unit: BatchUnit, engine: PartitionEngine): Promise<CheckpointWriter> {
  const tableIds = await readTableIds(ports.tables, tablesOf(ports.pipeline));
  const target = { pipeline: ports.pipeline.name, source: unit.source, engine, files: ports.checkpoints, tableIds };
  if (unit.fresh) {
    engine.resume({ offset: unit.from, version: 0, latest: null });
    return new CheckpointWriter(target);
  }
  const chain = await findCheckpoint(ports.checkpoints, ports.pipeline.name, unit.partition, () => undefined);
  const offset = chain?.last.header.position.offset;
  if (chain === undefined || (offset !== unit.from && offset !== unit.to)) {
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
