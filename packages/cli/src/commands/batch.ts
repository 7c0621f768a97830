import { StockafolioError } from '@stockafolio/core';
import type { BatchResult } from '@stockafolio/runner-batch';
import type { Command } from 'commander';
import { codecOf, loadApp, partitionedBy, type App } from '../app.js';
import { NOTHING_ARCHIVED, ordersOf, runOnce, type Batch } from '../batch/run-once.js';
import { counted, figure } from '../output/counted.js';
import type { Reporter } from '../output/reporter.js';
import { runSchedule } from '../schedule/run-schedule.js';
import type { Toolkit } from '../toolkit.js';
import {
  FILES,
  day,
  onBadRecord,
  wholeNumber,
  withPartitionOptions,
  type CommonOptions,
  type PartitionOptions,
} from './options.js';

interface BatchFlags extends CommonOptions, PartitionOptions {
  readonly format?: string;
  readonly files: string;
  readonly tables: string;
  readonly checkpoints: string;
  readonly day?: string;
  readonly fromStart?: boolean;
  readonly allowMissingPartitions?: boolean;
  readonly schedule?: boolean;
  readonly printUnits?: boolean;
  readonly workers: number;
  readonly onBadRecord: 'dead-letter' | 'fail';
  readonly acceptPlanChange?: boolean;
  readonly takeOver?: boolean;
  readonly repartition?: number;
}

export function addBatch(program: Command, toolkit: Toolkit): void {
  withPartitionOptions(program.command('batch'))
    .description('run the pipeline on the archive, from where the last run ended')
    .requiredOption('--files <files>', `where the archive is: ${FILES}`)
    .requiredOption('--tables <tables>', 'where rows go: embedded:DIR or cassandra://...')
    .requiredOption('--checkpoints <files>', `where checkpoints are kept: ${FILES}`)
    .option('--app <module>', 'the application to run; defaults to Stockafolio')
    .option('--format <name>', 'form of the messages; defaults to that in which they were archived')
    .option('--day <day>', 'take in what was archived up to the end of this day, YYYY-MM-DD', day)
    .option('--from-start', 'begin at the start of the archive, and replace the checkpoints')
    .option('--allow-missing-partitions', 'go on although the archive has nothing of partitions that were not empty')
    .option('--schedule', 'run at the close of every trading day, once, and wait for the next, until stopped')
    .option('--print-units', 'do nothing but make the tables ready, and print the units to be done, one a line')
    .option('--workers <n>', 'partitions done at a time, each in a process', wholeNumber(1), 1)
    .option('--on-bad-record <what>', 'dead-letter: set it aside; fail: stop', onBadRecord, 'dead-letter')
    .option('--accept-plan-change', 'go on from checkpoints of a pipeline that has changed since')
    .option('--take-over', 'go on with tables whose checkpoints were elsewhere, and are lost or were moved')
    .option(
      '--repartition <n>',
      'divide the archive anew, into new tables and checkpoints, for a topic that has so many partitions now',
      wholeNumber(1),
    )
    .option('--json', 'end with one line of JSON')
    .action(async (flags: BatchFlags) => run(flags, toolkit));
}

async function run(flags: BatchFlags, toolkit: Toolkit): Promise<void> {
  const app = partitionedBy(await loadApp(flags.app), flags.partitioner);
  const reporter = toolkit.reporter(flags.json);
  const batch: Batch = {
    app,
    places: {
      ...{ app: flags.app, format: flags.format, partitioner: flags.partitioner },
      ...{ files: flags.files, tables: flags.tables, checkpoints: flags.checkpoints },
    },
    options: {
      ...(flags.day === undefined ? {} : { day: flags.day }),
      fromStart: flags.fromStart ?? false,
      allowMissingPartitions: flags.allowMissingPartitions ?? false,
      onBadRecord: flags.onBadRecord,
      onPartitionMismatch: flags.onPartitionMismatch,
      acceptPlanChange: flags.acceptPlanChange ?? false,
      ...(flags.takeOver === undefined ? {} : { takeOver: flags.takeOver }),
      ...(flags.repartition === undefined ? {} : { repartition: flags.repartition }),
      signal: toolkit.stop().signal,
    },
    workers: flags.workers,
  };
  if (flags.schedule === true) checkSchedule(batch, flags);
  if (flags.repartition !== undefined) checkRepartition(flags);
  if (flags.format !== undefined) codecOf(app, flags.format);
  const { files, tables, checkpoints } = flags;
  const untilStopped = flags.schedule === true;
  await toolkit.untilThere({ tables: [tables], files: [files, checkpoints] }, reporter, { untilStopped });
  if (flags.printUnits === true) {
    const orders = await ordersOf(batch, toolkit);
    for (const order of orders) process.stdout.write(`${JSON.stringify(order)}\n`);
    if (flags.json === true) reporter.result('', { ok: true, units: orders.length });
  } else if (flags.schedule === true) {
    await onSchedule(batch, flags, toolkit, reporter);
  } else {
    const result = await runOnce(batch, toolkit, reporter);
    reporter.result(describe(result, batch), { ok: true, ...result, empty: result === NOTHING_ARCHIVED });
  }
}

/** @returns when the batch is due. @throws ERR_USAGE where there is no such thing, or the day is given beside it */
function checkSchedule({ app: { nextRun } }: Batch, flags: BatchFlags): NonNullable<App['nextRun']> {
  if (flags.day !== undefined || flags.fromStart === true) {
    throw new StockafolioError('ERR_USAGE', '--schedule decides on the day itself', {
      hint: 'leave out --day and --from-start; run those once, without --schedule',
    });
  }
  if (nextRun === undefined) {
    throw new StockafolioError('ERR_USAGE', 'this application has no calendar, so it has no schedule', {
      hint: 'give its defineApp a nextRun, or start stockafolio batch from a scheduler of your own',
    });
  }
  return nextRun;
}

/** @throws ERR_USAGE where it is not the whole archive that is asked for */
function checkRepartition({ day, fromStart, schedule }: BatchFlags): void {
  const other =
    day !== undefined ? '--day' : fromStart === true ? '--from-start' : schedule === true ? '--schedule' : '';
  if (other === '') return;
  throw new StockafolioError('ERR_USAGE', `--repartition divides all of the archive: it does not go with ${other}`, {
    hint: `leave ${other} out; what comes after is taken in by runs without --repartition`,
  });
}

async function onSchedule(batch: Batch, flags: BatchFlags, toolkit: Toolkit, reporter: Reporter): Promise<void> {
  const { app, options } = batch;
  const nextRun = checkSchedule(batch, flags);
  const files = toolkit.openFiles(flags.checkpoints);
  try {
    const days = await runSchedule({
      ...{ nextRun, pipeline: app.pipeline.name, files, clock: toolkit.clock, signal: options.signal },
      run: async (of) => {
        const result = await runOnce({ ...batch, options: { ...options, day: of } }, toolkit, reporter);
        reporter.say(`${of}: ${describe(result, batch)}`);
        return { records: result.records, rows: result.rows, setAside: result.setAside };
      },
      say: (text) => reporter.say(text),
    });
    reporter.result(`${counted(days, 'day')} run`, { ok: true, days });
  } finally {
    await files.close();
  }
}

function describe(result: BatchResult, { app, places }: Batch): string {
  const { records, rows, setAside, units } = result;
  if (result === NOTHING_ARCHIVED)
    return `nothing to do: nothing of stream '${app.pipeline.stream.name}' is archived in ${places.files}`;
  return `${counted(records, 'message')} taken in from ${counted(units.length, 'partition')}, ${counted(rows, 'row')} written, ${figure(setAside)} set aside`;
}
