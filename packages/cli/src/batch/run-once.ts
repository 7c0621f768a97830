import {
  describeBehind,
  inThisThread,
  partitionsBehind,
  prepareBatch,
  runBatch,
  type BatchOptions,
  type BatchPorts,
  type BatchResult,
  type UnitExecutor,
  type UnitResult,
} from '@stockafolio/runner-batch';
import { isStockafolioError, StockafolioError } from '@stockafolio/core';
import { needsStages } from '@stockafolio/core/plan';
import type { Archive } from '@stockafolio/core/ports';
import { describeMany } from '@stockafolio/engine';
import type { App } from '../app.js';
import { counted, figure } from '../output/counted.js';
import type { Reporter } from '../output/reporter.js';
import { stoppedEarly } from '../output/unfinished.js';
import type { Toolkit } from '../toolkit.js';
import { openUnitPorts, workerPool, type UnitPlaces, type WorkerPool } from '../workers/worker-pool.js';
import type { UnitOrder } from './unit-order.js';

/** What a batch runs, and on what. */
export interface Batch {
  readonly app: App;
  readonly places: UnitPlaces;
  readonly options: BatchOptions & { readonly signal: AbortSignal };
  /** Partitions processed at a time. */
  readonly workers: number;
}

/** The result of an empty batch. */
export const NOTHING_ARCHIVED: BatchResult = { units: [], records: 0, setAside: 0, rows: 0 };

/**
 * Opens everything, runs the batch, and closes everything.
 *
 * @returns {@link NOTHING_ARCHIVED} if there is no archive yet; then no table is created either
 * @throws ERR_ABORTED, with the work done so far, if it was stopped
 */
export async function runOnce(
  { app, places, options, workers }: Batch,
  toolkit: Toolkit,
  reporter: Reporter,
): Promise<BatchResult> {
  const progress = reporter.progress('batched');
  const { ports, close } = await openUnitPorts(app, places, toolkit);
  let pool: WorkerPool | undefined;
  let executor: UnitExecutor = inThisThread(ports, options);
  if (workers > 1 && needsStages(app.pipeline))
    reporter.say('the stages of a pipeline with repartitions run in this process: --workers is not used', {}, 'warn');
  else if (workers > 1) executor = pool = workerPool(places, workers, options.signal);
  const done: UnitResult[] = [];
  let planned = 0;
  try {
    if (await isEmpty(ports)) return NOTHING_ARCHIVED;
    for (const archive of archivesOf(ports))
      for (const each of await partitionsBehind(archive, options.day)) reporter.say(describeBehind(each), {}, 'warn');
    const result = await runBatch(ports, options, executor, {
      onPlanned: (units) => {
        planned = units.length;
        progress.total(units.reduce((sum, { from, to }) => sum + to - from, 0));
      },
      onRecords: (count) => progress.add(count),
      onUnit: (unit) => {
        done.push(unit);
        reporter.say(`partition ${unit.partition}: done up to offset ${unit.offset}`);
        const { manyDeadLetters: many } = unit;
        if (many !== undefined) reporter.say(describeMany(many), { event: 'many-dead-letters', ...many }, 'warn');
      },
    }).catch((error: unknown) => {
      if (!options.signal.aborted || !isStockafolioError(error, 'ERR_ABORTED')) throw error;
      const records = done.reduce((sum, unit) => sum + unit.records, 0);
      const soFar = `${figure(done.length)} of ${counted(planned, 'partition')} done, ${counted(records, 'message')} processed`;
      throw stoppedEarly(
        soFar,
        { records, units: done },
        'run the same command again: it processes the remaining partitions',
      );
    });
    progress.done();
    if (result.units.some(({ needsRepair }) => needsRepair === true)) reporter.say(NEEDS_REPAIR, {}, 'warn');
    return result;
  } finally {
    await pool?.close();
    await close();
  }
}

const NEEDS_REPAIR =
  'the tables may have rows of an earlier run that did not know all amendments, and these remain: reconcile --repair mends them';

/**
 * Prepares the tables, and returns the units to run, each with the locations that it uses; none if there is no archive.
 */
export async function ordersOf({ app, places, options }: Batch, toolkit: Toolkit): Promise<readonly UnitOrder[]> {
  const { ports, close } = await openUnitPorts(app, places, toolkit);
  try {
    if (await isEmpty(ports)) return [];
    if (needsStages(app.pipeline)) {
      throw new StockafolioError('ERR_USAGE', 'the units of a pipeline with repartitions depend on each other', {
        hint: 'omit --print-units: one batch runs all of them',
      });
    }
    return (await prepareBatch(ports, options)).map((unit) => ({ unit, places }));
  } finally {
    await close();
  }
}

function archivesOf({ archive, others = {} }: BatchPorts<unknown>): readonly Archive<unknown>[] {
  return [archive, ...Object.values(others).map((other) => other.archive)];
}

async function isEmpty(ports: BatchPorts<unknown>): Promise<boolean> {
  for (const archive of archivesOf(ports)) if ((await archive.facts()) !== undefined) return false;
  return true;
}
