import { StockafolioError } from '@stockafolio/core';
import { checkpointStore, checkWritten, claimTables, PartitionEngine, readProgress } from '@stockafolio/core/engine';
import type { BatchOptions, BatchPorts, BatchUnit, UnitResult } from './options.js';
import { planUnits, type BatchPlan } from './plan-units.js';
import { runUnit } from './run-unit.js';

/** Does units somewhere: in this thread, in others, on other machines. */
export interface UnitExecutor {
  /** How many units it does at a time. */
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

/** Executes units one after the other in this thread. */
export function inThisThread<T>(ports: BatchPorts<T>, options: BatchOptions = {}): UnitExecutor {
  return { width: 1, run: (unit, onRecords) => runUnit(ports, unit, { onRecords, signal: options.signal }) };
}

/**
 * Executes a pipeline over an archive: from the newest checkpoints, or the start, to the end of what is archived or of
 * a day. Every partition is a unit that is committed whole; a run that was killed goes on with the units left.
 *
 * @throws ERR_ARCHIVE_GAP and ERR_ARCHIVE_INCOMPLETE where offsets or partitions are missing, before anything is written; ERR_SOURCE_MISMATCH where the tables
 * were made from another source; ERR_CHECKPOINTS_AHEAD where they do not hold what the checkpoints go on from
 */
export async function runBatch<T>(
  ports: BatchPorts<T>,
  options: BatchOptions = {},
  executor: UnitExecutor = inThisThread(ports, options),
  listener: BatchListener = {},
): Promise<BatchResult> {
  const units = await prepareBatch(ports, options);
  listener.onPlanned?.(units);
  const left = [...units];
  const results: UnitResult[] = [];
  const lane = async (): Promise<void> => {
    for (let unit = left.shift(); unit !== undefined; unit = left.shift()) {
      if (options.signal?.aborted === true)
        throw new StockafolioError('ERR_ABORTED', 'the run was stopped; the next one goes on');
      const result = await executor.run(unit, (count) => listener.onRecords?.(count));
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

/**
 * Plans a run and makes its tables ready, so that its units can be done anywhere.
 *
 * @throws ERR_ARCHIVE_GAP, ERR_ARCHIVE_INCOMPLETE, ERR_SOURCE_MISMATCH, ERR_CHECKPOINTS_AHEAD
 */
export async function prepareBatch<T>(ports: BatchPorts<T>, options: BatchOptions = {}): Promise<BatchUnit[]> {
  const plan = await planUnits(ports, options);
  await openTables(ports, plan, options.takeOver ?? options.fromStart ?? false);
  return [...plan.units];
}

/** Creates the tables, and makes sure that they were made from this source, as far as the checkpoints say. */
async function openTables<T>(
  ports: BatchPorts<T>,
  { source, checkpoints }: BatchPlan,
  takeOver: boolean,
): Promise<void> {
  const { pipeline, codec, tables } = ports;
  const engine = new PartitionEngine({ pipeline, partition: 0, source: source ?? '', codec, onBadRecord: 'fail' });
  await claimTables(tables, engine.tables, {
    ...{
      pipeline: pipeline.name,
      runner: 'batch',
      checkpoints: await checkpointStore(ports.checkpoints, pipeline.name, ports.clock),
      clock: ports.clock,
      takeOver,
    },
  });
  if (source === undefined) return;
  const written = await readProgress(tables, pipeline.name);
  for (const { source: made } of written.values()) {
    if (made === source) continue;
    throw new StockafolioError(
      'ERR_SOURCE_MISMATCH',
      `the tables of pipeline '${pipeline.name}' were made from source ${made}; this archive is of source ${source}`,
      { hint: 'write to other tables, or remove these first: results of two sources cannot be told apart' },
    );
  }
  for (const [partition, position] of checkpoints) checkWritten(partition, position, written.get(partition)?.offset);
}
