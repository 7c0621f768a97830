import { runBatch, inThisThread, type UnitExecutor } from '@stockafolio/runner-batch';
import type { Command } from 'commander';
import { codecOf, loadApp } from '../app.js';
import { figure } from '../output/reporter.js';
import type { Toolkit } from '../toolkit.js';
import { openUnitPorts, workerPool, type WorkerPool } from '../workers/worker-pool.js';
import { FILES, day, onBadRecord, wholeNumber, type CommonOptions } from './options.js';

interface BatchFlags extends CommonOptions {
  readonly files: string;
  readonly tables: string;
  readonly checkpoints: string;
  readonly day?: string;
  readonly fromStart?: boolean;
  readonly workers: number;
  readonly onBadRecord: 'dead-letter' | 'fail';
  readonly acceptPlanChange?: boolean;
}

export function addBatch(program: Command, toolkit: Toolkit): void {
  program
    .command('batch')
    .description('run the pipeline on the archive, from where the last run ended')
    .requiredOption('--files <files>', `where the archive is: ${FILES}`)
    .requiredOption('--tables <tables>', 'where rows go: embedded:DIR or cassandra://...')
    .requiredOption('--checkpoints <files>', `where checkpoints are kept: ${FILES}`)
    .option('--app <module>', 'the application to run; Stockafolio unless told')
    .option('--day <day>', 'take in what was archived up to the end of this day, YYYY-MM-DD', day)
    .option('--from-start', 'begin at the start of the archive, and replace the checkpoints')
    .option('--workers <n>', 'partitions done at a time, each in a thread', wholeNumber(1), 1)
    .option('--on-bad-record <what>', 'dead-letter: set it aside; fail: stop', onBadRecord, 'dead-letter')
    .option('--accept-plan-change', 'go on from checkpoints of a pipeline that has changed since')
    .option('--json', 'end with one line of JSON')
    .action(async (flags: BatchFlags) => run(flags, toolkit));
}

async function run(flags: BatchFlags, toolkit: Toolkit): Promise<void> {
  const app = await loadApp(flags.app);
  const reporter = toolkit.reporter(flags.json);
  const stop = toolkit.stop();
  const progress = reporter.progress('batched');
  const places = { app: flags.app, files: flags.files, tables: flags.tables, checkpoints: flags.checkpoints };
  const { ports, close } = openUnitPorts(app, codecOf(app, 'wire'), places, toolkit);
  const options = {
    ...(flags.day === undefined ? {} : { day: flags.day }),
    fromStart: flags.fromStart ?? false,
    onBadRecord: flags.onBadRecord,
    acceptPlanChange: flags.acceptPlanChange ?? false,
    signal: stop.signal,
  };
  let pool: WorkerPool | undefined;
  let executor: UnitExecutor = inThisThread(ports, options);
  if (flags.workers > 1) executor = pool = workerPool(places, flags.workers, stop.signal);
  try {
    const result = await runBatch(ports, options, executor, {
      onPlanned: (units) => progress.total(units.reduce((sum, { from, to }) => sum + to - from, 0)),
      onRecords: (count) => progress.add(count),
      onUnit: ({ partition, offset }) => reporter.say(`partition ${partition}: done up to offset ${offset}`),
    });
    progress.done();
    reporter.result(
      `${figure(result.records)} messages taken in from ${result.units.length} partitions, ${figure(result.rows)} rows written, ${figure(result.setAside)} set aside`,
      { ok: true, ...result },
    );
  } finally {
    await pool?.close();
    await close();
  }
}
