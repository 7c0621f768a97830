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
import type { Command } from 'commander';
import { parseDelimiter } from '../import/csv-dialect.js';
import { expectTrades } from '../import/expect-trades.js';
import { importFile } from '../import/import-file.js';
import { TimeOrder } from '../import/in-time-order.js';
import { cutLine, type ImportedLine } from '../import/trade-mapper.js';

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
  readonly json?: boolean;
}

const SHOWN = 10;

/** Lines that were sent, that an earlier run had sent, and those of the former that are no trades. */
interface Done {
  readonly lines: number;
  readonly before: number;
  readonly bad: number;
}

export function addImport(program: Command, toolkit: Toolkit): void {
  program
    .command('import')
    .description("bring a broker's file into the stream, oldest trade first; no line is lost")
    .argument('<file>', 'CSV, JSON lines, a JSON array or Parquet; plain or packed by gzip')
    .requiredOption('--to <source>', 'where trades go: kafka://HOST:PORT/TOPIC, log:DIR')
    .option('--map <pairs>', 'where fields are found: time=date,quantity=amount; #3 is the third column')
    .option('--set <pairs>', 'fields that are the same in all lines: user=alice')
    .option('--signed-quantity', 'a negative quantity is a sale; where there is a side too, the two must agree')
    .option('--round-prices', 'round prices to four decimals, half to even; else a price with more is bad')
    .option('--decimal-comma', 'quantities and prices are written 1.234,56')
    .option('--delimiter <character>', 'what stands between cells, or tab; defaults to what the header is cut by')
    .option('--encoding <name>', 'of the text, such as windows-1252; defaults to UTF-8, or UTF-16 where it says so')
    .option('--zone <name>', 'of times that come without one, such as America/New_York; else these are bad')
    .option('--file-order', 'take the lines in the order of the file, not of their times')
    .option('--partitioner <name>', 'how trades are placed by their user: murmur2 or crc32', partitionerName, 'murmur2')
    .option('--skip <n>', 'lines that are in the source already, as an import that was stopped says', wholeNumber(0), 0)
    .option('--again', 'bring all lines in, though the same import has brought them in before')
    .option('--format <name>', "wire, or original: the first Stockafolio's messages", 'wire')
    .option(
      '--on-bad-record <what>',
      'dead-letter: pass it on, to be set aside by the stream; fail: stop',
      onBadRecord,
      'dead-letter',
    )
    .option('--json', 'end with one line of JSON')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: ImportFlags) => run(file, flags, toolkit));
}

const HELP = `
A trade needs user, symbol, side, quantity, price and time; a column is found by its name in any case. A file that lacks one
of them, or of which no line is a trade, is refused before anything is written. What a file is, its name says (.csv, .tsv,
.jsonl, .json, .parquet; .gz after it), or where that says nothing, as .txt, its first character. Cells may be cut by comma,
semicolon, tab or bar; a line sep=; before the header counts. Lines may end with LF, CRLF or CR.

An import that was stopped or killed goes on where it ended: the same command finds in the source what it has brought in. So
the same file is brought in once, unless --again is said.`;

async function run(file: string, flags: ImportFlags, toolkit: Toolkit): Promise<void> {
  if (flags.format !== 'wire' && flags.format !== 'original') {
    throw new StockafolioError('ERR_USAGE', `--format '${String(flags.format)}' is none of wire, original`);
  }
  const reporter = toolkit.reporter(flags.json);
  const stop = toolkit.stop();
  await toolkit.untilThere({ written: [flags.to] }, reporter);
  const name = basename(file);
  const order = new TimeOrder();
  const progress = reporter.progress('imported');
  const done = { lines: 0, before: 0, bad: 0 };
  let skip = flags.skip;
  let producer: Producer | undefined;
  let sent: SentBefore | undefined;
  try {
    for await (const batch of linesOf(file, name, flags, order)) {
      if (stop.signal.aborted) throw stoppedAt(name, flags, done);
      const left = batch.slice(skip).map((line) => fitted(line, flags));
      skip -= batch.length - left.length;
      if (left.length === 0) continue;
      for (const { line, problem } of left) {
        if (problem === undefined) continue;
        if (flags.onBadRecord === 'fail')
          throw new StockafolioError('ERR_BAD_RECORD', `${name}:${line}: ${problem}`, MEND);
        if (done.bad++ < SHOWN) reporter.say(`${name}:${line}: ${problem}`);
      }
      producer ??= await toolkit.openProducer(flags.to, undefined, flags.partitioner);
      if (flags.again !== true) sent ??= await sentBefore(left, flags, toolkit);
      const unsent = (await sent?.unsent(left)) ?? left;
      if (unsent.length > 0) await producer.append(unsent);
      done.lines += unsent.length;
      done.before = sent?.found ?? 0;
      progress.add(left.length);
    }
    // Of no lines at all the source is made as well.
    producer ??= await toolkit.openProducer(flags.to, undefined, flags.partitioner);
  } catch (error) {
    if (done.lines === 0 || !isStockafolioError(error) || error instanceof Unfinished) throw error;
    throw new Unfinished(error.code, error.message, done, {
      cause: error.cause,
      hint: [error.hint, goOn(flags, done)].filter((text) => text !== undefined).join('; '),
    });
  } finally {
    await sent?.close();
    await producer?.close();
  }
  progress.done();
  if (done.bad > SHOWN) reporter.say(`... and ${figure(done.bad - SHOWN)} more`);
  tellOrder(reporter, name, order);
  const advice =
    done.bad === 0
      ? ''
      : `; ${figure(done.bad)} of them ${done.bad === 1 ? 'is' : 'are'} bad: the stream will set ${done.bad === 1 ? 'it' : 'them'} aside (dead-letters list)`;
  const before =
    done.before === 0 ? '' : `; ${figure(done.before)} were in the source already (--again brings them in anew)`;
  reporter.result(`${counted(done.lines, 'line')} imported${before}${advice}`, {
    ok: true,
    ...done,
    order: order.change,
  });
}

/** The clocks of those who trade, of brokers and of this machine may differ by so many milliseconds. */
const CLOCKS_DIFFER = 3_600_000;

/**
 * What an earlier run of the same import has sent. It was sent after its trades were made, so the source is read from the
 * first of these on; where none is among the first lines, from its start.
 */
async function sentBefore(lines: readonly ImportedLine[], flags: ImportFlags, toolkit: Toolkit): Promise<SentBefore> {
  const first = lines.reduce((least, { time }) => Math.min(least, time ?? least), Number.POSITIVE_INFINITY);
  const since = first === Number.POSITIVE_INFINITY ? 0 : Math.min(first, toolkit.clock.now()) - CLOCKS_DIFFER;
  return SentBefore.open(toolkit.openSource(flags.to), flags.partitioner, since);
}

/** Brokers take messages of a megabyte: of a longer line, which is no trade, they get the beginning. */
const MOST_BYTES = 1_000_000;

function fitted(line: ImportedLine, { to }: ImportFlags): ImportedLine {
  return to.startsWith('kafka:') && line.value.length > MOST_BYTES ? cutLine(line) : line;
}

/** The lines of a file as they are sent. */
function linesOf(
  file: string,
  name: string,
  flags: ImportFlags,
  order: TimeOrder,
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
    `${counted(behind, 'line')} of ${name} ${behind === 1 ? 'is' : 'are'} older than a line before: in so long a file they count in its order, in which positions may come out otherwise; sort it by time`,
    {},
    'warn',
  );
}

const MEND = { hint: 'mend the file, or let bad lines pass with --on-bad-record dead-letter' };

/** How to go on with the rest. */
function goOn({ skip, again }: ImportFlags, { lines, before }: Done): string {
  if (lines + before === 0) return 'nothing of the file was brought in: run the same command again';
  const all = lines + before;
  const rest = again === true ? `with --skip ${skip + all} brings` : 'brings';
  return `${counted(all, 'line')} of the file ${all === 1 ? 'is' : 'are'} in the source: the same command ${rest} in the rest`;
}

function stoppedAt(name: string, flags: ImportFlags, done: Done): Unfinished {
  const next = flags.skip + done.lines + done.before;
  return stoppedEarly(`${counted(done.lines, 'line')} of ${name} imported`, { ...done, skip: next }, goOn(flags, done));
}
