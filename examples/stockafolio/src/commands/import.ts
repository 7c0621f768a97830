import { basename } from 'node:path';
import {
  counted,
  figure,
  onBadRecord,
  pairs,
  partitionerName,
  SentBefore,
  stoppedEarly,
  Unfinished,
  wholeNumber,
  type Reporter,
  type Toolkit,
} from '@stockafolio/cli';
import { isStockafolioError, StockafolioError } from '@stockafolio/core';
import type { Producer } from '@stockafolio/core/ports';
import { Option, type Command } from 'commander';
import { parseDelimiter } from '../import/csv-dialect.js';
import { ClosedDays } from '../import/closed-days.js';
import { expectTrades } from '../import/expect-trades.js';
import { importFile } from '../import/import-file.js';
import { TimeOrder } from '../import/in-time-order.js';
import { mergeFiles } from '../import/merge-files.js';
import { cutLine, type ImportedLine } from '../import/trade-mapper.js';
import { wireForm } from '../wire-forms.js';

interface ImportFlags {
  readonly to: string;
  readonly map?: string;
  readonly set?: string;
  readonly signedQuantity?: boolean;
  readonly roundPrices?: boolean;
  readonly decimalComma?: boolean;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly zone?: string;
  readonly fileOrder?: boolean;
  readonly partitioner: 'murmur2' | 'crc32';
  readonly skip: number;
  readonly again?: boolean;
  readonly format: 'wire' | 'original';
  readonly onBadRecord: 'dead-letter' | 'fail';
  readonly late: 'send' | 'fail';
  readonly json?: boolean;
}

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

/** What a run imports. */
interface Import {
  /** How messages name the file, or the number of files. */
  readonly name: string;
  readonly orders: readonly { readonly name: string; readonly order: TimeOrder }[];
  /** In the order in which they are sent. */
  readonly lines: AsyncIterable<readonly ImportedLine[]>;
}

export function addImport(program: Command, toolkit: Toolkit): void {
  program
    .command('import')
    .description('import files of brokers into the stream, oldest trade first; no line is lost')
    .argument('<file...>', 'CSV, JSON lines, a JSON array or Parquet; plain or compressed with gzip')
    .requiredOption('--to <source>', 'target of the trades: kafka://HOST:PORT/TOPIC, log:DIR')
    .option('--map <pairs>', 'columns of the fields: time=date,quantity=amount; #3 is the third column')
    .option('--set <pairs>', 'fields that are the same in all lines: user=alice')
    .option('--signed-quantity', 'a negative quantity is a sale; if there is also a side, the two must agree')
    .option('--round-prices', 'round prices to four decimals, half to even; by default a price with more is bad')
    .option('--decimal-comma', 'quantities and prices are written 1.234,56')
    .option('--delimiter <character>', 'the separator of cells, or tab; defaults to that of the header')
    .option(
      '--encoding <name>',
      'encoding of the text, such as windows-1252; defaults to UTF-8, or UTF-16 if it has a byte order mark',
    )
    .option('--zone <name>', 'time zone of times without one, such as America/New_York; by default these are bad')
    .option('--file-order', 'keep the order of the file, instead of sorting lines by time')
    .option('--partitioner <name>', 'how the user chooses the partition: murmur2 or crc32', partitionerName, 'murmur2')
    .option('--skip <n>', 'lines to skip, as printed by a stopped import', wholeNumber(0), 0)
    .option('--again', 'import all lines, even if the same import has sent them before')
    .option('--format <name>', "wire, or original: the first Stockafolio's messages", 'wire')
    .option(
      '--on-bad-record <what>',
      'dead-letter: pass it on, and let the stream dead-letter it; fail: stop',
      onBadRecord,
      'dead-letter',
    )
    .addOption(
      new Option(
        '--late <what>',
        "a trade whose day is closed for some of the firm's figures: say so and send it, or fail before",
      )
        .choices(['send', 'fail'])
        .default('send'),
    )
    .option('--json', 'end with one line of JSON')
    .addHelpText('after', HELP)
    .action(async (files: string[], flags: ImportFlags) => run(files, flags, toolkit));
}

const HELP = `
A trade needs user, symbol, side, quantity, price and time; a column is found by its name in any case. A file that lacks one
of them, or of which no line is a trade, is refused before anything is written. What a file is, its name says (.csv, .tsv,
.jsonl, .json, .parquet; .gz after it), or where that says nothing, as .txt, its first character. Cells may be cut by comma,
semicolon, tab or bar; a line sep=; before the header counts. Lines may end with LF, CRLF or CR.

Lines of several files are merged by time, so that the history of each user counts in all figures. The firm's totals of a day take
trades for a quarter after it, its figures of seconds, its prices and its rankings for a day: for a history that is imported
after newer trades, they may be closed.

An import that was stopped or killed goes on where it ended: the same command finds in the source what it has brought in. So
the same file is brought in once, unless --again is said.`;

async function run(files: readonly string[], flags: ImportFlags, toolkit: Toolkit): Promise<void> {
  if (flags.format !== 'wire' && flags.format !== 'original') {
    throw new StockafolioError('ERR_USAGE', `--format '${String(flags.format)}' is none of wire, original`);
  }
  const reporter = toolkit.reporter(flags.json);
  const stop = toolkit.stop();
  const { name, orders, lines } = opened(files, flags);
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
        (line) => line.time !== undefined && sent !== undefined && closed.hasClosed(sent.partitionOf(line), line.time),
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
  flags: ImportFlags,
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

function fitted(line: ImportedLine, { to }: ImportFlags): ImportedLine {
  return to.startsWith('kafka:') && line.value.length > MOST_BYTES ? cutLine(line) : line;
}

/** @throws ERR_USAGE if two files have the same name: their trades without an id would get the same ids */
function opened(files: readonly string[], flags: ImportFlags): Import {
  const names = files.map((file) => basename(file));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new StockafolioError('ERR_USAGE', `two files are named '${twice}', and their lines could not be told apart`, {
      hint: 'rename one of them',
    });
  }
  const orders = names.map((name) => ({ name, order: new TimeOrder() }));
  const sorted = files.map((file, i) => linesOf(file, names[i] ?? file, flags, orders[i]?.order));
  const [only = mergeFiles([])] = sorted;
  return {
    name: names.length === 1 ? (names[0] ?? '') : `${names.length} files`,
    orders,
    lines: sorted.length === 1 ? only : mergeFiles(sorted),
  };
}

/** The lines of a file, oldest first. */
function linesOf(
  file: string,
  name: string,
  flags: ImportFlags,
  order = new TimeOrder(),
): AsyncIterable<readonly ImportedLine[]> {
  const lines = importFile(file, {
    ...(flags.map === undefined ? {} : { map: pairs(flags.map, '--map') }),
    ...(flags.set === undefined ? {} : { set: pairs(flags.set, '--set') }),
    ...(flags.zone === undefined ? {} : { zone: flags.zone }),
    ...(flags.delimiter === undefined ? {} : { delimiter: parseDelimiter(flags.delimiter) }),
    ...(flags.encoding === undefined ? {} : { encoding: flags.encoding }),
    signedQuantity: flags.signedQuantity ?? false,
    roundPrices: flags.roundPrices ?? false,
    decimalComma: flags.decimalComma ?? false,
    format: flags.format,
  });
  const checked = flags.onBadRecord === 'fail' ? lines : expectTrades(lines, name);
  return flags.fileOrder === true ? checked : order.of(checked);
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
