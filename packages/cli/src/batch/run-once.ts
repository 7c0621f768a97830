import {
  inThisThread,
  prepareBatch,
  runBatch,
  type BatchOptions,
  type BatchResult,
  type UnitExecutor,
} from '@stockafolio/runner-batch';
import type { App } from '../app.js';
import { expectArchive } from '../nothing-there.js';
import type { Reporter } from '../output/reporter.js';
import type { Toolkit } from '../toolkit.js';
import { openUnitPorts, workerPool, type UnitPlaces, type WorkerPool } from '../workers/worker-pool.js';
import type { UnitOrder } from './unit-order.js';

/** What a batch runs, and where. */
export interface Batch {
  readonly app: App;
  readonly places: UnitPlaces;
  readonly options: BatchOptions & { readonly signal: AbortSignal };
  /** Partitions done at a time. */
  readonly workers: number;
  /** Whether there may be no archive yet. */
  readonly mayBeEmpty?: boolean;
}

/** Opens everything, runs the batch, and closes it again. */
export async function runOnce(
  { app, places, options, workers, mayBeEmpty = false }: Batch,
  toolkit: Toolkit,
  reporter: Reporter,
): Promise<BatchResult> {
  const progress = reporter.progress('batched');
  const { ports, close } = await openUnitPorts(app, places, toolkit);
  let pool: WorkerPool | undefined;
  let executor: UnitExecutor = inThisThread(ports, options);
  if (workers > 1) executor = pool = workerPool(places, workers, options.signal);
  try {
    if (!mayBeEmpty) await expectArchive(ports.archive, app.pipeline.stream.name, places.files);
    const result = await runBatch(ports, options, executor, {
      onPlanned: (units) => progress.total(units.reduce((sum, { from, to }) => sum + to - from, 0)),
      onRecords: (count) => progress.add(count),
      onUnit: ({ partition, offset }) => reporter.say(`partition ${partition}: done up to offset ${offset}`),
    });
    progress.done();
    return result;
  } finally {
    await pool?.close();
    await close();
  }
}

/** Makes the tables ready, and answers the units that are to be done, each with where it finds what it works on. */
export async function ordersOf({ app, places, options }: Batch, toolkit: Toolkit): Promise<readonly UnitOrder[]> {
  const { ports, close } = await openUnitPorts(app, places, toolkit);
  try {
    await expectArchive(ports.archive, app.pipeline.stream.name, places.files);
    return (await prepareBatch(ports, options)).map((unit) => ({ unit, places }));
  } finally {
    await close();
  }
}
