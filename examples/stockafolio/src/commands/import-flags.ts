import { onBadRecord, pairs, partitionerName, wholeNumber } from '@stockafolio/cli';
import { StockafolioError } from '@stockafolio/core';
import { Option, type Command } from 'commander';
import type { LotMethod } from '../books/choose-lot.js';
import { tidyCell } from '../import/tidy-cell.js';
import { presets } from '../import/presets/index.js';

/** The options of `import`. */
export interface ImportFlags {
  readonly to?: string;
  readonly broker?: string;
  readonly preset?: string;
  readonly printPreset?: string;
  readonly check?: boolean;
  readonly partly?: boolean;
  readonly lots?: LotMethod;
  readonly user?: string;
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

/** The flags of an import that writes. */
export type WritingFlags = ImportFlags & { readonly to: string };

/** Adds the options of {@link ImportFlags}. */
export function withImportOptions(command: Command): Command {
  return command
    .description('import files of brokers into the stream, oldest trade first; no line is lost')
    .argument('[file...]', 'CSV, JSON lines, a JSON array or Parquet; plain or compressed with gzip')
    .option('--to <source>', 'target of the trades: kafka://HOST:PORT/TOPIC, log:DIR')
    .option(
      '--broker <name>',
      `read the file as this broker writes it, or auto: ${presets.map(({ name }) => name).join(', ')}`,
    )
    .option('--preset <file>', 'read the file by a preset of your own, in JSON')
    .option('--print-preset <name>', 'print a built-in preset, to write your own from, and end')
    .option(
      '--check',
      'write nothing; print what would be taken, and what not and why; exit code 2 if a line is not understood',
    )
    .addOption(
      new Option(
        '--lots <method>',
        "for --check of a broker's file: which lots a sale closes first; defaults to fifo, the oldest",
      ).choices(['fifo', 'lifo', 'hifo', 'average']),
    )
    .option('--partly', "import what the stream can take of a broker's file, although a part is left out")
    .option('--user <name>', 'the user of all lines, as --set user=NAME')
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
    .addHelpText('after', HELP);
}

const HELP = `
A trade needs user, symbol, side, quantity, price and time; a column is found by its name in any case. A file that lacks one
of them, or of which no line is a trade, is refused before anything is written. What a file is, its name says (.csv, .tsv,
.jsonl, .json, .parquet; .gz after it), or where that says nothing, as .txt, its first character. Cells may be cut by comma,
semicolon, tab or bar; a line sep=; before the header counts. Lines may end with LF, CRLF or CR.

Lines of several files are merged by time, so that the history of each user counts in all figures. The firm's totals of a day take
trades for a quarter after it, its figures of seconds, its prices and its rankings for a day: for a history that is imported
after newer trades, they may be closed.

With --broker or --preset a file is read as a broker writes it: its sections, preamble and footer, dates, numbers and words. The
whole file is understood first: a line that is not, amounts that contradict each other, and events that the stream does not
know yet (--check lists them) end the import before anything is written, unless --partly is given. Ids are made of what an
event says, so that a later export that repeats trades adds only the new ones.

An import that was stopped or killed goes on where it ended: the same command finds in the source what it has brought in. So
the same file is brought in once, unless --again is said.`;

/** @throws ERR_USAGE if there is none */
export function targetOf({ to }: ImportFlags): string {
  if (to !== undefined) return to;
  throw new StockafolioError('ERR_USAGE', 'there is no target', {
    hint: 'name it with --to kafka://HOST:PORT/TOPIC or --to log:DIR, or write nothing with --check',
  });
}

/** @throws ERR_USAGE if a method of lots is stated where none are kept */
export function expectLotsChecked({ lots, check, broker, preset }: ImportFlags): void {
  if (lots === undefined || (check === true && (broker !== undefined || preset !== undefined))) return;
  throw new StockafolioError('ERR_USAGE', "--lots has no effect: lots are kept by --check of a broker's file", {
    hint: 'add --check, and --broker NAME or --preset FILE; or leave --lots out',
  });
}

/** The user of all lines. @throws ERR_USAGE if there are two */
export function userOf({ user, set }: ImportFlags): string | undefined {
  const other = set === undefined ? undefined : pairs(set, '--set')['user'];
  if (user === undefined || other === undefined || user === other) return tidyCell('user', user ?? other ?? '');
  throw new StockafolioError('ERR_USAGE', `--user says '${user}', --set says '${other}'`, {
    hint: 'give only one of the two',
  });
}

/**
 * Checks that nothing is asked of a file that is read by a preset but what a preset leaves open.
 *
 * @throws ERR_USAGE naming an option that would have no effect
 */
export function expectPresetFlags(flags: ImportFlags): void {
  const { map, signedQuantity, decimalComma, fileOrder, format, set } = flags;
  const others = set === undefined ? [] : Object.keys(pairs(set, '--set')).filter((field) => field !== 'user');
  const [name] = [
    ...(map === undefined ? [] : ['--map']),
    ...(signedQuantity === true ? ['--signed-quantity'] : []),
    ...(decimalComma === true ? ['--decimal-comma'] : []),
    ...(fileOrder === true ? ['--file-order'] : []),
    ...(format === 'wire' ? [] : ['--format']),
    ...others.map((field) => `--set ${field}`),
  ];
  if (name === undefined) return;
  throw new StockafolioError('ERR_USAGE', `${name} has no effect on a file that is read by a preset`, {
    hint: 'leave it out, or change the preset: --print-preset prints one, --preset FILE reads your own',
  });
}

/** The fields that are the same in all lines. */
export function constantsOf(flags: ImportFlags): Record<string, string> {
  const user = userOf(flags);
  const set = flags.set === undefined ? {} : pairs(flags.set, '--set');
  return user === undefined ? set : { ...set, user };
}
