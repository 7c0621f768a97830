import { basename } from 'node:path';
import { figure, pairs, type Toolkit } from '@stockafolio/cli';
import { StockafolioError } from '@stockafolio/core';
import type { Command } from 'commander';
import { importFile } from '../import/import-file.js';

interface ImportFlags {
  readonly to: string;
  readonly map?: string;
  readonly set?: string;
  readonly signedQuantity?: boolean;
  readonly roundPrices?: boolean;
  readonly zone?: string;
  readonly format: 'wire' | 'original';
  readonly onBadRecord: 'dead-letter' | 'fail';
  readonly json?: boolean;
}

const SHOWN = 10;

export function addImport(program: Command, toolkit: Toolkit): void {
  program
    .command('import')
    .description(
      "bring a broker's file into the stream: CSV (.csv, .tsv), Parquet (.parquet) or JSON lines, .gz too; no line is lost",
    )
    .argument('<file>')
    .requiredOption('--to <source>', 'where trades go: kafka://HOST:PORT/TOPIC, log:DIR')
    .option('--map <pairs>', 'where fields are found: time=date,quantity=amount; #3 is the third column')
    .option('--set <pairs>', 'fields that are the same in all lines: user=alice')
    .option('--signed-quantity', 'a negative quantity is a sale')
    .option('--round-prices', 'round prices to four decimals, half to even; else a price with more is bad')
    .option('--zone <name>', 'of times that come without one, such as America/New_York; else these are bad')
    .option('--format <name>', "wire, or original: the first Stockafolio's messages", 'wire')
    .option(
      '--on-bad-record <what>',
      'dead-letter: pass it on, to be set aside by the stream; fail: stop',
      'dead-letter',
    )
    .option('--json', 'end with one line of JSON')
    .action(async (file: string, flags: ImportFlags) => run(file, flags, toolkit));
}

async function run(file: string, flags: ImportFlags, toolkit: Toolkit): Promise<void> {
  if (flags.format !== 'wire' && flags.format !== 'original') {
    throw new StockafolioError('ERR_USAGE', `--format '${String(flags.format)}' is none of wire, original`);
  }
  const reporter = toolkit.reporter(flags.json);
  const stop = toolkit.stop();
  const lines = importFile(file, {
    ...(flags.map === undefined ? {} : { map: pairs(flags.map, '--map') }),
    ...(flags.set === undefined ? {} : { set: pairs(flags.set, '--set') }),
    signedQuantity: flags.signedQuantity ?? false,
    roundPrices: flags.roundPrices ?? false,
    format: flags.format,
    ...(flags.zone === undefined ? {} : { zone: flags.zone }),
  });
  const name = basename(file);
  const progress = reporter.progress('imported');
  const producer = await toolkit.openProducer(flags.to);
  let count = 0;
  let bad = 0;
  try {
    for await (const batch of lines) {
      for (const { line, problem } of batch) {
        if (problem === undefined) continue;
        if (flags.onBadRecord === 'fail') throw badLine(name, line, problem, count);
        if (bad++ < SHOWN) reporter.say(`${name}:${line}: ${problem}`);
      }
      await producer.append(batch);
      count += batch.length;
      progress.add(batch.length);
      if (stop.signal.aborted) break;
    }
  } finally {
    await producer.close();
  }
  progress.done();
  if (bad > SHOWN) reporter.say(`... and ${figure(bad - SHOWN)} more`);
  const advice = bad > 0 ? `; ${figure(bad)} of them are bad: the stream will set them aside (dead-letters list)` : '';
  reporter.result(`${figure(count)} lines imported${advice}`, { ok: true, lines: count, bad });
}

function badLine(name: string, line: number, problem: string, count: number): StockafolioError {
  return new StockafolioError('ERR_BAD_RECORD', `${name}:${line}: ${problem}`, {
    hint: `${figure(count)} lines before its batch are in the source; mend the file and import the rest, or let bad lines pass with --on-bad-record dead-letter`,
  });
}
