import { basename } from 'node:path';
import { pairs, type Reporter } from '@stockafolio/cli';
import { StockafolioError } from '@stockafolio/core';
import type { Statement } from '../import/broker/statement.js';
import { parseDelimiter } from '../import/csv-dialect.js';
import { expectTrades } from '../import/expect-trades.js';
import { importFile } from '../import/import-file.js';
import { TimeOrder } from '../import/in-time-order.js';
import { mergeFiles } from '../import/merge-files.js';
import type { ImportedLine } from '../import/trade-mapper.js';
import { expectWhole, hasPreset, readStatements, statementLines } from './import-broker.js';
import { constantsOf, expectPresetFlags, userOf, type ImportFlags, type WritingFlags } from './import-flags.js';

/** What a run imports. */
export interface Import {
  /** How messages name the file, or the number of files. */
  readonly name: string;
  readonly orders: readonly { readonly name: string; readonly order: TimeOrder }[];
  /** In the order in which they are sent. */
  readonly lines: AsyncIterable<readonly ImportedLine[]>;
}

/** @throws ERR_USAGE if two files have the same name: their trades without an id would get the same ids */
export function opened(files: readonly string[], flags: WritingFlags, reporter: Reporter): Import {
  const names = files.map((file) => basename(file));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new StockafolioError('ERR_USAGE', `two files are named '${twice}', and their lines could not be told apart`, {
      hint: 'rename one of them',
    });
  }
  const isOfBroker = hasPreset(flags);
  const orders = isOfBroker ? [] : names.map((name) => ({ name, order: new TimeOrder() }));
  const sorted = isOfBroker
    ? statementsOf(files, flags, reporter).map((statement) => statementLines(statement, flags))
    : files.map((file, i) => linesOf(file, names[i] ?? file, flags, orders[i]?.order));
  const [only = mergeFiles([])] = sorted;
  return {
    name: names.length === 1 ? (names[0] ?? '') : `${names.length} files`,
    orders,
    lines: sorted.length === 1 ? only : mergeFiles(sorted),
  };
}

/** @throws ERR_USAGE if no user is given, or a part of a file would be left out */
function statementsOf(files: readonly string[], flags: WritingFlags, reporter: Reporter): readonly Statement[] {
  expectPresetFlags(flags);
  const user = userOf(flags);
  if (user === undefined || user.trim() === '') {
    throw new StockafolioError('ERR_USAGE', 'a file of a broker does not name its user', {
      hint: 'name the user with --user ann',
    });
  }
  const statements = readStatements(files, user, flags);
  expectWhole(statements, flags, reporter);
  return statements;
}

/** The lines of a file, oldest first. */
export function linesOf(
  file: string,
  name: string,
  flags: ImportFlags,
  order = new TimeOrder(),
): AsyncIterable<readonly ImportedLine[]> {
  const lines = importFile(file, {
    ...(flags.map === undefined ? {} : { map: pairs(flags.map, '--map') }),
    ...(flags.set === undefined && flags.user === undefined ? {} : { set: constantsOf(flags) }),
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
