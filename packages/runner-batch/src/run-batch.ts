import { StockafolioError } from '@stockafolio/core';
import { needsStages } from '@stockafolio/core/plan';
import { positionAt } from '@stockafolio/core/ports';
import {
  type CheckpointHeader,
  checkpointStore,
  checkTablesPartitioning,
  checkWritten,
  claimTables,
  heldFor,
  inputName,
  jointIdentity,
  mayBeSameSource,
  type Progress,
  readMarks,
  readProgress,
  readWhole,
  tablesOf,
} from '@stockafolio/engine';
import { checkArchived } from './archived-history.js';
import { withArchivedBroadcasts } from './broadcasts.js';
import { inputsOf, partitionIn } from './inputs.js';
import type { BatchOptions, BatchPorts, BatchUnit, StagePorts, UnitResult } from './options.js';
import { planDivision } from './plan-division.js';
import { runStages } from './repartition/run-stages.js';
import { planUnits } from './plan-units.js';
import { runUnit } from './run-unit.js';
import { checkStated } from './topics/unit-destinations.js';
import { tracedUnit } from './traced-unit.js';

/** Runs units somewhere: in this thread, in others, on other machines. */
export interface UnitExecutor {
  /** How many units it runs at a time. */
  readonly width: number;
  run(unit: BatchUnit, onRecords: (count: number) => void): Promise<UnitResult>;
}

export interface BatchListener {
  readonly onPlanned?: (units: readonly BatchUnit[]) => void;
  readonly onRecords?: (count: number) => void;
  readonly onUnit?: (result: UnitResult) => void;
}

export interface BatchResult {
  readonly units: readonly UnitResult[];
  readonly records: number;
  readonly setAside: number;
  readonly rows: number;
}

/** Runs units one after the other in this thread. */
export function inThisThread<T>(ports: StagePorts<T>, options: BatchOptions = {}): UnitExecutor {
  return { width: 1, run: (unit, onRecords) => runUnit(ports, unit, { onRecords, signal: options.signal }) };
}

/**
 * Runs a pipeline over an archive: from the newest checkpoints, or from the start, to the end of the archive or of a
 * day. Every partition is a unit that is committed as a whole; a run that was killed continues with the remaining
 * units.
 *
 * @throws ERR_ARCHIVE_GAP and ERR_ARCHIVE_INCOMPLETE if offsets or partitions are missing, before anything is written;
 * ERR_SOURCE_MISMATCH if the tables were made from another source; ERR_PARTITIONS_CHANGED if the source's partitions
 * were increased since; ERR_SOURCE_DIVERGED if the archive has other messages than those that the tables were made
 * from, or its files belong to two histories of the source; ERR_CHECKPOINTS_AHEAD if the tables do not hold what the
 * checkpoints continue from
 */
export async function runBatch<T>(
  ports: BatchPorts<T>,
  options: BatchOptions = {},
  executor: UnitExecutor = inThisThread(ports, options),
  listener: BatchListener = {},
): Promise<BatchResult> {
  checkStated(ports);
  if (needsStages(ports.pipeline)) return runBatchInStages(ports, options, listener);
  const units = await prepareBatch(ports, options);
  listener.onPlanned?.(units);
  const left = [...units];
  const results: UnitResult[] = [];
  const runTraced = (unit: BatchUnit): Promise<UnitResult> =>
    tracedUnit(options.tracer, ports.pipeline.name, unit, () =>
      executor.run(unit, (count) => listener.onRecords?.(count)),
    );
  const lane = async (): Promise<void> => {
    for (let unit = left.shift(); unit !== undefined; unit = left.shift()) {
      if (options.signal?.aborted === true)
        throw new StockafolioError('ERR_ABORTED', 'the run was stopped; the next one continues');
      const result = await runTraced(unit);
      results.push(result);
      listener.onUnit?.(result);
    }
  };
  const lanes = Array.from({ length: Math.min(executor.width, units.length) }, lane);
  const ended = await Promise.allSettled(lanes);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  results.sort((a, b) => a.partition - b.partition);
  const sum = (of: (result: UnitResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  return { units: results, records: sum((r) => r.records), setAside: sum((r) => r.setAside), rows: sum((r) => r.rows) };
}

/** The stages of a pipeline with repartitions, one after the other in this thread. */
async function runBatchInStages<T>(
  ports: BatchPorts<T>,
  options: BatchOptions,
  listener: BatchListener,
): Promise<BatchResult> {
  const stages = await runStages(ports, options, async (stage, own) => {
    const { onRecords, onUnit, onPlanned } = listener;
    const isFirst = stage.lanes !== undefined && stage.pipeline.name === ports.pipeline.name;
    const { units } = await runBatch(stage, own, inThisThread(stage, own), {
      ...(onPlanned === undefined ? {} : { onPlanned }),
      ...(onUnit === undefined ? {} : { onUnit }),
      // Those of the other stages are made of these.
      ...(onRecords === undefined || !isFirst ? {} : { onRecords }),
    });
    return units;
  });
  const units = stages.flat();
  const sum = (of: (result: UnitResult) => number): number => units.reduce((total, result) => total + of(result), 0);
  const records = (stages[0] ?? []).reduce((total, result) => total + result.records, 0);
  return { units, records, setAside: sum((r) => r.setAside), rows: sum((r) => r.rows) };
}

/**
 * Plans a run and prepares its tables, so that its units can run anywhere.
 *
 * @throws ERR_ARCHIVE_GAP, ERR_ARCHIVE_INCOMPLETE, ERR_SOURCE_MISMATCH, ERR_PARTITIONS_CHANGED, ERR_CHECKPOINTS_AHEAD
 */
export async function prepareBatch<T>(given: BatchPorts<T>, options: BatchOptions = {}): Promise<BatchUnit[]> {
  const ports = { ...given, pipeline: await withArchivedBroadcasts(given) };
  if (options.repartition !== undefined)
    return prepareDivision(ports, { ...options, repartition: options.repartition });
  const plan = await planUnits(ports, options);
  const takeOver = options.takeOver ?? options.fromStart ?? false;
  await claim(ports, takeOver);
  if (plan.source === undefined) return [];
  const written = await checkSource(ports, plan.source);
  if (ports.pipeline.streams.length === 1)
    await checkTablesPartitioning(ports.tables, ports.pipeline.name, plan.partitioning);
  await checkHistory(ports, plan.checkpoints);
  const wholes = await readWhole(ports.tables, ports.pipeline.name, written);
  for (const [partition, header] of plan.checkpoints)
    checkWritten(partition, header.position, heldFor(header, wholes.get(partition)));
  return [...plan.units];
}

async function prepareDivision<T>(
  ports: BatchPorts<T>,
  options: BatchOptions & { readonly repartition: number },
): Promise<BatchUnit[]> {
  await claim(ports, options.takeOver ?? false);
  const facts = await Promise.all(inputsOf(ports).map(({ archive }) => archive.facts()));
  if (facts.every((each) => each === undefined)) return [];
  await checkSource(ports, jointIdentity(facts.map((each) => each?.source ?? '')));
  return [...(await planDivision(ports, options))];
}

/** Creates the tables, and records who writes them. */
async function claim<T>(ports: BatchPorts<T>, takeOver: boolean): Promise<void> {
  const { pipeline, tables, clock } = ports;
  const checkpoints = await checkpointStore(ports.checkpoints, pipeline.name, clock);
  await claimTables(tables, tablesOf(pipeline), {
    ...{ pipeline: pipeline.name, runner: 'batch', checkpoints, clock, takeOver },
  });
}

/** The progress of the tables, which must have been made from this source. @throws ERR_SOURCE_MISMATCH */
async function checkSource<T>(
  { tables, pipeline }: BatchPorts<T>,
  source: string,
): Promise<ReadonlyMap<number, Progress>> {
  const written = await readProgress(tables, pipeline.name);
  for (const { source: made } of written.values()) {
    if (mayBeSameSource(made, source)) continue;
    throw new StockafolioError(
      'ERR_SOURCE_MISMATCH',
      `the tables of pipeline '${pipeline.name}' were made from source ${made}; this archive is of source ${source}`,
      { hint: 'write to other tables, or remove these first: results of two sources cannot be told apart' },
    );
  }
  return written;
}

/** Checks that tables and checkpoints were made from messages that the archive has. @throws ERR_SOURCE_DIVERGED */
async function checkHistory<T>(
  ports: BatchPorts<T>,
  checkpoints: ReadonlyMap<number, CheckpointHeader>,
): Promise<void> {
  const { tables, pipeline } = ports;
  for (const [n, each] of inputsOf(ports).entries()) {
    const { archive, stream } = each;
    const written = await readMarks(tables, inputName(pipeline, n));
    const marks = [...written].map(([partition, mark]) => ({ ...mark, partition: partitionIn(each, partition) }));
    const ends = [...checkpoints].flatMap(([partition, { position }]) => {
      const { inputs = [{ ...position, stream: pipeline.stream.name }] } = position;
      const at = inputs.find((input) => input.stream === stream.name);
      return at === undefined ? [] : [positionAt(partitionIn(each, partition), at.offset, at.mark)];
    });
    await checkArchived(archive, [...marks, ...ends]);
  }
}
