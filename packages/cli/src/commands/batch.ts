import { StockafolioError } from '@stockafolio/core';
import type { BatchResult } from '@stockafolio/runner-batch';
import type { Command } from 'commander';
import { codecOf, loadApp, partitionedBy, type App } from '../app.js';
import { NOTHING_ARCHIVED, ordersOf, runOnce, type Batch } from '../batch/run-once.js';
import { counted, figure } from '../output/counted.js';
import type { Reporter } from '../output/reporter.js';
import { collected } from '../per-stream.js';
import { NONE, perTopic } from '../per-topic.js';
import { isShared, placeOfTopic } from '../urls/open.js';
import { runSchedule } from '../schedule/run-schedule.js';
import { exportedBy, openTelemetry, tracing } from '../telemetry/telemetry.js';
import type { Toolkit } from '../toolkit.js';
import {
  FILES,
  day,
  deadLetterOptions,
  onBadRecord,
  wholeNumber,
  withDeadLetterOptions,
  withPartitionOptions,
  type CommonOptions,
  type DeadLetterFlags,
  type PartitionOptions,
} from './options.js';

interface BatchFlags extends CommonOptions, PartitionOptions, DeadLetterFlags {
  readonly format?: string;
  readonly files: string;
  readonly topic?: readonly string[];
  readonly tables: string;
  readonly checkpoints: string;
  readonly day?: string;
  readonly fromStart?: boolean;
  readonly allowMissingPartitions?: boolean;
  readonly toEnd?: boolean;
  readonly schedule?: boolean;
  readonly printUnits?: boolean;
  readonly workers: number;
  readonly onBadRecord: 'dead-letter' | 'fail';
  readonly acceptPlanChange?: boolean;
  readonly takeOver?: boolean;
  readonly repartition?: number;
}

export function addBatch(program: Command, toolkit: Toolkit): void {
  withDeadLetterOptions(withPartitionOptions(program.command('batch')))
    .description('run the pipeline on the archive, from where the last run ended')
    .requiredOption('--files <files>', `location of the archive: ${FILES}`)
    .requiredOption('--tables <tables>', 'target of the rows: embedded:DIR or cassandra://...')
    .requiredOption('--checkpoints <files>', `location of the checkpoints: ${FILES}`)
    .option(
      '--topic <topic>',
      'NAME=URL for each topic that the pipeline sends to; NAME=none if nothing is to be sent there',
      collected,
    )
    .option('--app <module>', 'the application to run; defaults to Stockafolio')
    .option('--format <name>', 'format of the messages; defaults to the one in which they were archived')
    .option('--day <day>', 'process what was archived up to the end of this day, YYYY-MM-DD', day)
    .option('--from-start', 'begin at the start of the archive, and replace the checkpoints')
    .option('--allow-missing-partitions', 'continue although the archive has no file of some non-empty partitions')
    .option(
      '--to-end',
      'of several streams: also process messages that wait for what another stream may have sent before',
    )
    .option('--schedule', 'run once at the close of every trading day, until stopped')
    .option('--print-units', 'only prepare the tables, and print the units to run, one per line')
    .option('--workers <n>', 'partitions processed at a time, each in its own process', wholeNumber(1), 1)
    .option('--on-bad-record <what>', 'dead-letter: store it as a dead letter; fail: stop', onBadRecord, 'dead-letter')
    .option('--accept-plan-change', 'continue from checkpoints of a pipeline that has changed since')
    .option('--take-over', 'continue with tables whose checkpoints were elsewhere, and are lost or were moved')
    .option(
      '--repartition <n>',
      'repartition the archive, into new tables and checkpoints, for topics that now have this many partitions',
      wholeNumber(1),
    )
    .option('--json', 'end with one line of JSON')
    .action(async (flags: BatchFlags) => run(flags, toolkit));
}

async function run(flags: BatchFlags, toolkit: Toolkit): Promise<void> {
  const app = partitionedBy(await loadApp(flags.app), flags.partitioner);
  const reporter = toolkit.reporter(flags.json);
  const telemetry = await openTelemetry(reporter);
  const traced = tracing(telemetry, { name: app.pipeline.name, attributes: {} });
  const batch = batchOf(app, flags, { ...traced, signal: toolkit.stop().signal });
  await exportedBy(telemetry, () => runBatches(batch, flags, toolkit, reporter));
}

function batchOf(app: App, flags: BatchFlags, watched: Pick<Batch['options'], 'signal' | 'tracer'>): Batch {
  return {
    app,
    places: {
      ...{ app: flags.app, format: flags.format, partitioner: flags.partitioner },
      ...{ files: flags.files, tables: flags.tables, checkpoints: flags.checkpoints },
      topics: topicsOf(app, flags),
    },
    options: {
      ...(flags.day === undefined ? {} : { day: flags.day }),
      fromStart: flags.fromStart ?? false,
      allowMissingPartitions: flags.allowMissingPartitions ?? false,
      ...(flags.toEnd === undefined ? {} : { toEnd: flags.toEnd }),
      onBadRecord: flags.onBadRecord,
      onPartitionMismatch: flags.onPartitionMismatch,
      ...deadLetterOptions(flags),
      acceptPlanChange: flags.acceptPlanChange ?? false,
      ...(flags.takeOver === undefined ? {} : { takeOver: flags.takeOver }),
      ...(flags.repartition === undefined ? {} : { repartition: flags.repartition }),
      ...watched,
    },
    workers: flags.workers,
  };
}

async function runBatches(batch: Batch, flags: BatchFlags, toolkit: Toolkit, reporter: Reporter): Promise<void> {
  const { app } = batch;
  if (flags.schedule === true) checkSchedule(batch, flags);
  if (flags.repartition !== undefined) checkRepartition(flags);
  if (flags.format !== undefined) codecOf(app, flags.format);
  const { files, tables, checkpoints } = flags;
  const untilStopped = flags.schedule === true;
  const written = Object.values(batch.places.topics)
    .filter((url) => url !== NONE)
    .map(placeOfTopic);
  await toolkit.untilThere({ written, tables: [tables], files: [files, checkpoints] }, reporter, { untilStopped });
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

/** @throws ERR_USAGE as `perTopic`; and if several processes cannot write one of them */
function topicsOf({ pipeline }: App, { topic, workers }: BatchFlags): Readonly<Record<string, string>> {
  const topics = perTopic(pipeline, topic, { mayBeNone: true });
  for (const [name, url] of topics) {
    if (workers === 1 || url === NONE || isShared(placeOfTopic(url))) continue;
    throw new StockafolioError(
      'ERR_USAGE',
      `--workers ${workers}: only one process can write topic '${name}', ${url}`,
      {
        hint: 'omit --workers, or send to kafka://',
      },
    );
  }
  return Object.fromEntries(topics);
}

/** @returns when the batch is due. @throws ERR_USAGE if there is no schedule, or the day is also given */
function checkSchedule({ app: { nextRun } }: Batch, flags: BatchFlags): NonNullable<App['nextRun']> {
  if (flags.day !== undefined || flags.fromStart === true) {
    throw new StockafolioError('ERR_USAGE', '--schedule chooses the day itself', {
      hint: 'omit --day and --from-start; run those once, without --schedule',
    });
  }
  if (nextRun === undefined) {
    throw new StockafolioError('ERR_USAGE', 'this application has no calendar, so it has no schedule', {
      hint: 'pass nextRun to its defineApp, or start stockafolio batch from your own scheduler',
    });
  }
  return nextRun;
}

/** @throws ERR_USAGE if only a part of the archive is requested */
function checkRepartition({ day, fromStart, schedule }: BatchFlags): void {
  const other =
    day !== undefined ? '--day' : fromStart === true ? '--from-start' : schedule === true ? '--schedule' : '';
  if (other === '') return;
  throw new StockafolioError(
    'ERR_USAGE',
    `--repartition needs the whole archive: it cannot be combined with ${other}`,
    {
      hint: `omit ${other}; later messages are processed by runs without --repartition`,
    },
  );
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
    return `nothing to do: no message of stream '${app.pipeline.stream.name}' is archived in ${places.files}`;
  const waiting = units.reduce((sum, unit) => sum + (unit.waiting ?? 0), 0);
  const left =
    waiting === 0
      ? ''
      : `; ${counted(waiting, 'message')} left to the next run, because another stream may have sent some before (--to-end processes them now)`;
  const made = units.reduce((sum, unit) => sum + (unit.amendments ?? 0), 0);
  const amended = made === 0 ? '' : `, ${counted(made, 'amendment')} made`;
  return `${counted(records, 'message')} processed from ${counted(units.length, 'partition')}, ${counted(rows, 'row')} written, ${figure(setAside)} dead-lettered${amended}${left}`;
}
