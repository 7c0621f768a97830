import { counted, figure, SentBefore, stoppedEarly, Unfinished, type Reporter, type Toolkit } from '@stockafolio/cli';
import { isStockafolioError, StockafolioError } from '@stockafolio/core';
import type { Producer } from '@stockafolio/core/ports';
import type { Command } from 'commander';
import { ClosedDays } from '../import/closed-days.js';
import type { TimeOrder } from '../import/in-time-order.js';
import { cutLine, type ImportedLine } from '../import/trade-mapper.js';
import { wireForm } from '../wire-forms.js';
import { presetText } from './import-broker.js';
import { check } from './import-check.js';
import { expectLotsChecked, targetOf, withImportOptions, type ImportFlags, type WritingFlags } from './import-flags.js';
import { opened } from './imported-lines.js';

const SHOWN = 10;

/** Counts of lines. */
interface Done {
  /** Those that were sent. */
  lines: number;
  /** Those that an earlier run had sent. */
  before: number;
  /** Those that are not trades. */
  bad: number;
  /** Those sent whose day is closed for some of the firm's figures. */
  late: number;
}

export function addImport(program: Command, toolkit: Toolkit): void {
  withImportOptions(program.command('import')).action(async (files: string[], flags: ImportFlags) =>
    run(files, flags, toolkit),
  );
}

async function run(files: readonly string[], asked: ImportFlags, toolkit: Toolkit): Promise<void> {
  if (asked.printPreset !== undefined) {
    process.stdout.write(`${presetText(asked.printPreset)}\n`);
    return;
  }
  if (files.length === 0)
    throw new StockafolioError('ERR_USAGE', 'no file is named', { hint: 'import FILE --to SOURCE' });
  expectLotsChecked(asked);
  if (asked.check === true) return check(files, asked, toolkit);
  await write(files, { ...asked, to: targetOf(asked) }, toolkit);
}

async function write(files: readonly string[], flags: WritingFlags, toolkit: Toolkit): Promise<void> {
  if (flags.format !== 'wire' && flags.format !== 'original') {
    throw new StockafolioError('ERR_USAGE', `--format '${String(flags.format)}' is none of wire, original`);
  }
  const reporter = toolkit.reporter(flags.json);
  const stop = toolkit.stop();
  const { name, orders, lines } = opened(files, flags, reporter);
  await toolkit.untilThere({ written: [flags.to] }, reporter);
  const progress = reporter.progress('imported');
  const done: Done = { lines: 0, before: 0, bad: 0, late: 0 };
  const closed = new ClosedDays(wireForm);
  let skip = flags.skip;
  let producer: Producer | undefined;
  let sent: SentBefore | undefined;
  try {
    for await (const batch of lines) {
      if (stop.signal.aborted) throw stoppedAt(name, flags, done);
      const left = batch.slice(skip).map((line) => fitted(line, flags));
      skip -= batch.length - left.length;
      if (left.length === 0) continue;
      for (const { file, line, problem } of left) {
        if (problem === undefined) continue;
        if (flags.onBadRecord === 'fail')
          throw new StockafolioError('ERR_BAD_RECORD', `${file}:${line}: ${problem}`, MEND);
        if (done.bad++ < SHOWN) reporter.say(`${file}:${line}: ${problem}`);
      }
      producer ??= await toolkit.openProducer(flags.to, undefined, flags.partitioner);
      if (flags.again !== true) sent ??= await sentBefore(left, flags, toolkit, closed);
      const unsent = (await sent?.unsent(left)) ?? left;
      const late = unsent.filter(
        (line) =>
          line.time !== undefined &&
          line.isOfUserAlone !== true &&
          sent !== undefined &&
          closed.hasClosed(sent.partitionOf(line), line.time),
      );
      if (late[0] !== undefined && flags.late === 'fail') throw tooLate(late[0]);
      if (unsent.length > 0) await producer.append(unsent);
      done.lines += unsent.length;
      done.late += late.length;
      done.before = sent?.found ?? 0;
      progress.add(left.length);
    }
    // Without any lines the source is created as well.
    producer ??= await toolkit.openProducer(flags.to, undefined, flags.partitioner);
  } catch (error) {
    if (done.lines === 0 || !isStockafolioError(error) || error instanceof Unfinished) throw error;
    throw new Unfinished(
      error.code,
      error.message,
      { ...done },
      {
        cause: error.cause,
        hint: [error.hint, goOn(flags, done)].filter((text) => text !== undefined).join('; '),
      },
    );
  } finally {
    await sent?.close();
    await producer?.close();
  }
  progress.done();
  if (done.bad > SHOWN) reporter.say(`... and ${figure(done.bad - SHOWN)} more`);
  for (const { name, order } of orders) tellOrder(reporter, name, order);
  if (done.late > 0) reporter.say(lateness(done.late), {}, 'warn');
  const advice =
    done.bad === 0
      ? ''
      : `; ${figure(done.bad)} of them ${done.bad === 1 ? 'is' : 'are'} bad: the stream will dead-letter ${done.bad === 1 ? 'it' : 'them'} (dead-letters list)`;
  const before =
    done.before === 0 ? '' : `; ${figure(done.before)} were in the source already (--again imports them again)`;
  const changes = orders.map(({ order }) => order.change);
  reporter.result(`${counted(done.lines, 'line')} imported${before}${advice}`, {
    ok: true,
    ...done,
    order: changes.length === 1 ? changes[0] : changes,
  });
}

const TOGETHER =
  'to have them in all figures, import the files of all users together into a new source: import FILE FILE --to NEW';

function lateness(count: number): string {
  const [are, them] = count === 1 ? ['is', 'it'] : ['are', 'them'];
  return `${counted(count, 'line')} ${are} more than a day older than trades that were in the source before: the figures of users count ${them}, and the firm's totals of days that are less than a quarter back; its figures of seconds, its prices and its rankings are closed, and there the stream will dead-letter ${them}; ${TOGETHER}`;
}

function tooLate({ file, line }: ImportedLine): StockafolioError {
  return new StockafolioError(
    'ERR_LATE_RECORD',
    `${file}:${line}: the trade is more than a day older than trades that are in the source: some of the firm's figures of its day are closed`,
    { hint: `${TOGETHER}; or import it for the figures of its user alone, with --late send` },
  );
}

/** The largest difference between the clocks of traders, brokers and this machine, in milliseconds. */
const CLOCKS_DIFFER = 3_600_000;

/**
 * Finds what an earlier run of the same import has sent. It was sent after its trades were made, so the source is read
 * from the time of the first of these on; or from its start, if none of the first lines is a trade.
 */
async function sentBefore(
  lines: readonly ImportedLine[],
  flags: WritingFlags,
  toolkit: Toolkit,
  closed: ClosedDays,
): Promise<SentBefore> {
  const first = lines.reduce((least, { time }) => Math.min(least, time ?? least), Number.POSITIVE_INFINITY);
  const since = first === Number.POSITIVE_INFINITY ? 0 : Math.min(first, toolkit.clock.now()) - CLOCKS_DIFFER;
  return SentBefore.open(toolkit.openSource(flags.to), flags.partitioner, since, (partition, message) =>
    closed.note(partition, message),
  );
}

/** Brokers accept messages of up to a megabyte: of a longer line, which is not a trade, only the beginning is sent. */
const MOST_BYTES = 1_000_000;

function fitted(line: ImportedLine, { to }: WritingFlags): ImportedLine {
  return to.startsWith('kafka:') && line.value.length > MOST_BYTES ? cutLine(line) : line;
}

function tellOrder(reporter: Reporter, name: string, { change, behind }: TimeOrder): void {
  if (change === 'reversed') reporter.say(`${name} is newest first: its lines were taken from the last to the first`);
  if (change === 'sorted') reporter.say(`${name} is not in the order of its times: its lines were sorted by them`);
  if (behind === 0) return;
  reporter.say(
    `${counted(behind, 'line')} of ${name} ${behind === 1 ? 'is' : 'are'} older than a line before: in such a long file they keep its order, which may change positions; sort it by time`,
    {},
    'warn',
  );
}

const MEND = { hint: 'fix the file, or pass bad lines on with --on-bad-record dead-letter' };

/** How to continue with the rest. */
function goOn({ skip, again }: ImportFlags, { lines, before }: Done): string {
  if (lines + before === 0) return 'nothing of the file was imported: run the same command again';
  const all = lines + before;
  const rest = again === true ? `with --skip ${skip + all} brings` : 'brings';
  return `${counted(all, 'line')} of the file ${all === 1 ? 'is' : 'are'} in the source: the same command ${rest} in the rest`;
}

function stoppedAt(name: string, flags: ImportFlags, done: Done): Unfinished {
  const next = flags.skip + done.lines + done.before;
  return stoppedEarly(`${counted(done.lines, 'line')} of ${name} imported`, { ...done, skip: next }, goOn(flags, done));
}
