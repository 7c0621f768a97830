import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { counted, type Reporter } from '@stockafolio/cli';
import { keyBytes, messageOf, StockafolioError } from '@stockafolio/core';
import { isDollarTrade, trades } from '../account-stream.js';
import type { LotMethod } from '../books/choose-lot.js';
import { parsePreset, type Preset } from '../import/broker/preset.js';
import { MOST_BYTES } from '../import/broker/read-text.js';
import { isUnderstood, reportOf, shownLines, streamOf } from '../import/broker/report.js';
import { readStatement, type Statement } from '../import/broker/statement.js';
import { atBorder } from '../import/broker/stream-border.js';
import { parseDelimiter } from '../import/csv-dialect.js';
import { isGzip } from '../import/file-form.js';
import { presets } from '../import/presets/index.js';
import { tidyCell } from '../import/tidy-cell.js';
import type { ImportedLine } from '../import/trade-mapper.js';

/** The options of `import` that say how a broker's file is read. */
export interface BrokerFlags {
  readonly broker?: string;
  readonly preset?: string;
  readonly zone?: string;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly roundPrices?: boolean;
  readonly partly?: boolean;
  readonly lots?: LotMethod;
}

/** Whether files are read by a preset. */
export function hasPreset({ broker, preset }: BrokerFlags): boolean {
  return broker !== undefined || preset !== undefined;
}

/** @throws ERR_USAGE if there is no such preset, or the file of one is none */
function presetOf({ broker, preset }: BrokerFlags): { readonly preset?: Preset; readonly presets: readonly Preset[] } {
  if (preset !== undefined) {
    const own = parsePreset(jsonOf(preset), preset);
    return broker === 'auto' ? { presets: [...presets, own] } : { preset: own, presets: [own] };
  }
  if (broker === 'auto') return { presets };
  const found = presets.find(({ name }) => name === broker);
  if (found !== undefined) return { preset: found, presets };
  const names = presets.map(({ name }) => name).join(', ');
  throw new StockafolioError('ERR_USAGE', `there is no broker '${String(broker)}'`, {
    hint: `known are ${names}; auto finds which; --preset FILE reads a preset of your own`,
  });
}

/** A built-in preset as it is written. @throws ERR_USAGE if there is none with this name */
export function presetText(name: string): string {
  return JSON.stringify(presetOf({ broker: name }).preset, undefined, 2);
}

/**
 * Reads files of a broker.
 *
 * @throws ERR_FILE_NOT_FOUND; ERR_USAGE if one is no text, or not of the broker
 */
export function readStatements(files: readonly string[], user: string, flags: BrokerFlags): Statement[] {
  const chosen = presetOf(flags);
  const tidy = tidyCell('user', user) ?? '';
  return files.map((path) =>
    readStatement(basename(path), bytesOf(path), {
      user: tidy,
      ...chosen,
      ...(flags.zone === undefined ? {} : { zone: flags.zone }),
      ...(flags.delimiter === undefined ? {} : { delimiter: parseDelimiter(flags.delimiter) }),
      ...(flags.encoding === undefined ? {} : { encoding: flags.encoding }),
    }),
  );
}

/** Rows of these classes belong to the account, although they are no event that is known here. */
const OUTSIDE = ['pending', 'other'] as const;

/**
 * Says what of the files is not written.
 *
 * @throws ERR_USAGE if that is anything, unless it was allowed: so no file is written partly by accident
 */
export function expectWhole(statements: readonly Statement[], flags: BrokerFlags, reporter: Reporter): void {
  for (const { file, notTaken } of statements) {
    const contracts = notTaken.filter((each) => each.class === 'option');
    if (contracts.length > 0)
      reporter.say(
        `${file}: of ${counted(contracts.length, 'row')} of options only the cash is taken (lines ${shownLines(contracts.map(({ line }) => line))})`,
      );
  }
  const left = statements.flatMap((statement) => leftOut(statement, flags));
  if (left.length === 0) return;
  if (flags.partly !== true) {
    throw new StockafolioError(
      'ERR_USAGE',
      `nothing was imported, because a part would be left out:\n  ${left.join('\n  ')}`,
      {
        hint: '--check shows each line; --partly imports the rest; a line that is wrong is mended in the file, or in a preset of your own',
      },
    );
  }
  for (const each of left) reporter.say(`left out: ${each}`, {}, 'warn');
}

function leftOut(statement: Statement, { roundPrices = false }: BrokerFlags): string[] {
  const { file, notTaken, notUnderstood, contradictions } = statement;
  const { notYet } = streamOf(statement, roundPrices);
  const outside = [...OUTSIDE].map((name) => [name, notTaken.filter((each) => each.class === name)] as const);
  const lost = (rows: readonly { readonly line: number }[], why: string): string[] =>
    rows.length === 0
      ? []
      : [`${file}: ${counted(rows.length, 'row')} ${why} (lines ${shownLines(rows.map(({ line }) => line))})`];
  return [
    ...notUnderstood.slice(0, 10).map(({ line, why }) => `${file}:${line}: ${why}`),
    ...(notUnderstood.length > 10 ? lost(notUnderstood.slice(10), 'more are not understood') : []),
    ...contradictions.map(({ line, what }) => `${file}:${line}: ${what}`),
    ...outside.flatMap(([name, rows]) => lost(rows, `of the class '${name}' are no events yet`)),
    ...Object.entries(notYet).map(
      ([why, lines]) => `${file}: ${counted(lines.length, 'event')}: ${why} (lines ${shownLines(lines)})`,
    ),
  ];
}

/** The messages of a file's events that the stream takes, in the order of their times. */
export async function* statementLines(
  statement: Statement,
  { roundPrices = false }: BrokerFlags,
): AsyncGenerator<readonly ImportedLine[], void, undefined> {
  const { file } = statement;
  const lines = atBorder(statement, { roundPrices }).sent.map(({ line, event, message }) => ({
    ...{ file, line, key: keyBytes(trades.key(event)), value: message },
    ...{ time: event.time, isOfUserAlone: !isDollarTrade(event) },
  }));
  if (lines.length > 0) yield lines;
}

/** What `--check` says of files of a broker. */
export function checkedStatements(statements: readonly Statement[], flags: BrokerFlags) {
  const { roundPrices = false, lots = 'fifo' } = flags;
  return statements.map((statement) => ({
    report: reportOf(statement, { roundPrices, lots }),
    isUnderstood: isUnderstood(statement),
  }));
}

function bytesOf(path: string): Uint8Array {
  try {
    if (statSync(path).size > MOST_BYTES) throw tooLarge(path);
    const bytes = readFileSync(path);
    return isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes;
  } catch (cause) {
    if (cause instanceof StockafolioError) throw cause;
    const { code } = cause as { code?: unknown };
    if (code === 'ENOENT') throw new StockafolioError('ERR_FILE_NOT_FOUND', `there is no file ${path}`, { cause });
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(path);
    throw new StockafolioError('ERR_USAGE', `${path} cannot be read: ${messageOf(cause)}`, {
      hint: 'check that it is a file, and if it is compressed with gzip, that it is whole',
      cause,
    });
  }
}

function tooLarge(path: string): StockafolioError {
  return new StockafolioError('ERR_USAGE', `${path} is larger than the 64 MiB that a broker's file may have`, {
    hint: 'export a shorter time, or map its columns with --map',
  });
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(
      Buffer.from(bytesOf(path))
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    ) as unknown;
  } catch (cause) {
    if (cause instanceof StockafolioError) throw cause;
    throw new StockafolioError('ERR_USAGE', `${path} is not JSON: ${messageOf(cause)}`, {
      hint: 'a preset is a JSON file: import --print-preset schwab prints one to begin with',
      cause,
    });
  }
}
