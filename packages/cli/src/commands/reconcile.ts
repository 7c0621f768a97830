import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { isStockafolioError, StockafolioError, type Table } from '@stockafolio/core';
import {
  copyFloors,
  copyLulls,
  copyPartitioning,
  deadLetterTables,
  inputName,
  progress,
  type Progress,
  readDivision,
  readProgress,
} from '@stockafolio/engine';
import {
  type BatchOptions,
  type BatchResult,
  comparisons,
  ComparisonSummary,
  describeBehind,
  differingColumns,
  executedStages,
  type Difference,
  isNewer,
  keepComparison,
  keyText,
  mend,
  partitionsBehind,
  reconcile,
  runBatch,
  type UnitResult,
} from '@stockafolio/runner-batch';
import { loadApp, partitionedBy, type App } from '../app.js';
import { archivedInputs } from '../archived-inputs.js';
import { asStored } from '../as-stored.js';
import { expectArchive } from '../nothing-there.js';
import { counted, figure } from '../output/counted.js';
import { exitCodes } from '../output/exit-codes.js';
import { LineWriter } from '../output/line-writer.js';
import { RaisedVersions } from '../reconcile/raised-versions.js';
import { stoppedEarly } from '../output/unfinished.js';
import { NONE } from '../per-topic.js';
import type { Toolkit } from '../toolkit.js';
import { FILES, day, withPartitionOptions, type CommonOptions, type PartitionOptions } from './options.js';
import { tablesOf } from './tables.js';

interface ReconcileFlags extends CommonOptions, PartitionOptions {
  readonly format?: string;
  readonly files: string;
  readonly tables: string;
  readonly day?: string;
  readonly repair?: boolean;
  readonly keepResult?: boolean;
  readonly allowMissingPartitions?: boolean;
}

const REPAIR_AT_A_TIME = 1_000;
const NOT_OPEN =
  'it was changed by hand, and the tables are ahead of the archive: later changes would be lost below the repaired row; stop the stream, archive to the end, and run the same command again';
/** How to continue after it was stopped. */
const AGAIN = 'run the same command again: it starts over, and repaired rows stay repaired';

export function addReconcile(program: Command, toolkit: Toolkit): void {
  withPartitionOptions(program.command('reconcile'))
    .description('recompute the tables from the archive, print every difference, and repair them on request')
    .requiredOption('--files <files>', `location of the archive: ${FILES}`)
    .requiredOption('--tables <tables>', 'the tables to compare: embedded:DIR or cassandra://...')
    .option('--app <module>', 'the application; defaults to Stockafolio')
    .option('--format <name>', 'format of the messages; defaults to the one in which they were archived')
    .option('--day <day>', 'recompute up to the end of this day, YYYY-MM-DD', day)
    .option('--repair', 'write wrong or missing rows, and delete extra ones')
    .option('--keep-result', 'keep the result in the table comparisons beside the tables, where serve shows it')
    .option('--allow-missing-partitions', 'continue although the archive has no file of some non-empty partitions')
    .option('--json', 'end with one line of JSON')
    .action(async (flags: ReconcileFlags) => run(flags, toolkit));
}

async function run(flags: ReconcileFlags, toolkit: Toolkit): Promise<void> {
  if (flags.repair === true && flags.allowMissingPartitions === true)
    throw new StockafolioError('ERR_USAGE', '--repair needs a complete archive', {
      hint: 'omit --allow-missing-partitions, or compare without --repair',
    });
  const app = partitionedBy(await loadApp(flags.app), flags.partitioner);
  const reporter = toolkit.reporter(flags.json);
  const scratch = await mkdtemp(join(tmpdir(), 'stockafolio-reconcile-'));
  const files = toolkit.openFiles(flags.files);
  const found = toolkit.openTables(flags.tables, {
    readOnly: flags.repair !== true && flags.keepResult !== true,
    asStored: true,
  });
  const expected = toolkit.openTables(`embedded:${join(scratch, 'tables')}`);
  const checkpoints = toolkit.openFiles(`file:${join(scratch, 'checkpoints')}`);
  const closing: { close(): Promise<void> }[] = [expected, checkpoints, found, files];
  try {
    const bar = reporter.progress('recomputed');
    const { pipeline } = app;
    const inputs = await archivedInputs(app, files, flags.format, toolkit);
    const { archive } = inputs;
    await expectArchive(archive, pipeline.stream.name, flags.files);
    for (const each of await partitionsBehind(archive, flags.day)) reporter.say(describeBehind(each), {}, 'warn');
    const own = toolkit.openOwn(checkpoints);
    // What the tables should be is recomputed; nobody is sent anything.
    const topics = Object.fromEntries(pipeline.plan.topics.map(({ stream }) => [stream.name, NONE]));
    const ports = { pipeline, ...inputs, own, topics, tables: expected, checkpoints, clock: toolkit.clock };
    const stages = await executedStages({ ...ports, tables: found });
    if (flags.repair === true && stages.length > 1) throw notRepairable(pipeline.name);
    const stop = toolkit.stop();
    for (const stage of stages) {
      await copyFloors(found, expected, stage.name);
      for (const input of stage.streams.keys()) await copyPartitioning(found, expected, inputName(stage, input));
      await copyLulls(found, expected, stage);
    }
    const { onPartitionMismatch, allowMissingPartitions = false } = flags;
    const recompute = (options: BatchOptions): Promise<BatchResult> =>
      runBatch(ports, { ...options, onPartitionMismatch, allowMissingPartitions, signal: stop.signal }, undefined, {
        onRecords: (count) => bar.add(count),
      }).catch((error: unknown) => {
        throw stop.signal.aborted && isStockafolioError(error, 'ERR_ABORTED')
          ? stoppedEarly('no row was compared yet', { compared: 0, repaired: 0 }, AGAIN)
          : error;
      });
    // Tables that were built by repartitioning the archive are recomputed the same way, and continue from there.
    const divisions = await Promise.all(stages.map((stage) => readDivision(found, stage)));
    const divided = divisions.find((partitions) => partitions !== undefined);
    const first = divided === undefined ? undefined : await recompute({ repartition: divided });
    const last = await recompute(flags.day === undefined ? {} : { day: flags.day });
    const units = lastOfEach([...(first?.units ?? []), ...last.units]);
    bar.done();
    const known = await readProgress(expected, pipeline.name);
    const newerThan = async (): Promise<number> => {
      const bounds = stages.map(async ({ name }) => {
        const own = units.filter(({ stage }) => stage === name);
        return lastKnown(own, await readProgress(expected, name), await readProgress(found, name));
      });
      return Math.min(...(await Promise.all(bounds)));
    };
    const upTo = await newerThan();
    const ends = units.map(({ version }) => version);
    const raised = new RaisedVersions(found, pipeline.name, {
      archived: known,
      partitions: (await countPartitions(pipeline, inputs)) ?? units.length,
      clock: toolkit.clock,
      onWait: (why) => reporter.say(why),
    });
    // A version below the lowest is below all that any partition has yet to write.
    const versions = { lowest: Math.min(...ends), highest: Math.max(...ends), raise: () => raised.raise() };
    const counts = { compared: 0, newer: 0 };
    const summary = new ComparisonSummary();
    const kinds = { changed: 0, missing: 0, extra: 0, stale: 0 };
    const out = new LineWriter(process.stdout);
    const tables = comparable(app);
    // Read before the rows: whatever is written meanwhile counts as written since.
    const reached = { expected: known, found: await readProgress(found, pipeline.name) };
    const stored = await asStored(found, tables);
    closing.unshift(stored);
    let waiting: Difference[] = [];
    let left = 0;
    const mendWaiting = async (): Promise<void> => {
      // A running stream may have advanced since: its newer rows must not be reverted.
      const bound = await newerThan();
      const old: Difference[] = [];
      for (const difference of waiting) {
        if (!isNewer(difference, bound)) {
          old.push(difference);
          continue;
        }
        counts.newer++;
        kinds[difference.kind]--;
        summary.withdraw(difference);
      }
      const { future, open } = await mend(stored, old, versions);
      left += future.length + open.length;
      for (const difference of future) {
        reporter.say(`${rowName(difference)}: not repaired, it was changed under a version in the future`, {}, 'warn');
      }
      for (const difference of open) reporter.say(`${rowName(difference)}: not repaired, ${NOT_OPEN}`, {}, 'warn');
      waiting = [];
    };
    const now = toolkit.clock.now();
    const options = { upTo, now, onTable: summary.endOf.bind(summary) };
    for await (const difference of reconcile(expected, stored, tables, options, counts)) {
      if (stop.signal.aborted) break;
      kinds[difference.kind]++;
      summary.add(difference);
      await out.write(describe(difference));
      if (flags.repair !== true) continue;
      waiting.push(difference);
      if (waiting.length >= REPAIR_AT_A_TIME) await mendWaiting();
    }
    await out.flush();
    if (waiting.length > 0) await mendWaiting();
    const differences = Object.values(kinds).reduce((sum, n) => sum + n, 0);
    if (stop.signal.aborted) {
      const facts = { ...counts, differences, ...kinds, repaired: flags.repair === true ? differences - left : 0 };
      throw stoppedEarly(
        `${counted(counts.compared, 'row')} compared, ${counted(differences, 'difference')}`,
        facts,
        AGAIN,
      );
    }
    if (flags.keepResult === true) {
      await found.create([comparisons]);
      const repaired = flags.repair === true ? differences - left : 0;
      const of = { comparedAt: now, against: 'archive', day: flags.day, progress: reached, repaired } as const;
      await keepComparison(found, pipeline.name, summary.result({ ...of, isWhole: !allowMissingPartitions }));
    }
    if (left > 0) process.exitCode = exitCodes.external;
    reporter.result(
      `${counted(counts.compared, 'row')} compared, ${counted(differences, 'difference')}${flags.repair === true ? `, ${left === 0 ? 'all' : figure(differences - left)} repaired` : ''}${counts.newer > 0 ? `; ${counted(counts.newer, 'row')} newer than the archive left alone` : ''}`,
      { ok: left === 0, ...counts, differences, ...kinds, repaired: flags.repair === true ? differences - left : 0 },
    );
  } finally {
    for (const each of closing) await each.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The last unit of each stage and partition. */
function lastOfEach(units: readonly UnitResult[]): readonly UnitResult[] {
  return [...new Map(units.map((unit) => [`${unit.stage} ${unit.partition}`, unit])).values()];
}

function notRepairable(pipeline: string): StockafolioError {
  return new StockafolioError(
    'ERR_USAGE',
    `tables of pipeline '${pipeline}', which has repartitions, cannot be repaired`,
    {
      hint: 'compare them without --repair; if they differ, run stockafolio batch --from-start into new tables',
    },
  );
}

/**
 * The version up to which all rows of the tables come from archived records. If partitions of the tables are ahead of
 * the archive: the lowest version at which one of them ends in the archive.
 */
function lastKnown(
  units: readonly UnitResult[],
  archived: ReadonlyMap<number, Progress>,
  written: ReadonlyMap<number, Progress>,
): number {
  let last = Number.POSITIVE_INFINITY;
  for (const [partition, { offset }] of written) {
    if (offset <= (archived.get(partition)?.offset ?? 0)) continue;
    last = Math.min(last, units.find((unit) => unit.partition === partition)?.version ?? 0);
  }
  return last;
}

/**
 * The application's own tables. Progress differs because it says how far the tables are, and dead letters because they
 * are marked when replayed.
 */
function comparable(app: App): readonly Table[] {
  const own = new Set([progress, ...deadLetterTables].map(({ name }) => name));
  return tablesOf(app).filter(({ name }) => !own.has(name));
}

/** Table and key, as in `positions (u00001, IBM)`. */
function rowName(difference: Difference): string {
  return `${difference.table.name} (${keyText(difference)})`;
}

function describe(difference: Difference): string {
  const { kind } = difference;
  const name = rowName(difference);
  const details = differingColumns(difference).map(
    ({ column, expected, found }) => `${column} is ${found ?? 'null'}, should be ${expected ?? 'null'}`,
  );
  return details.length === 0 ? `${name}: ${kind}` : `${name}: ${kind}: ${details.join('; ')}`;
}

/** How many partitions the pipeline has, as far as the archives say: those of a broadcast stream make none. */
async function countPartitions(
  { streams }: App['pipeline'],
  { archive, others = {} }: Awaited<ReturnType<typeof archivedInputs>>,
): Promise<number | undefined> {
  const [first, ...rest] = streams;
  const own = first?.isBroadcast === true ? rest.find(({ isBroadcast }) => !isBroadcast) : first;
  const of = own === undefined || own === first ? archive : others[own.name]?.archive;
  return (await of?.facts())?.partitions;
}
