import { formatRow, rowObject, type Value } from '@stockafolio/core';
import { deadLetters } from '@stockafolio/core/engine';
import { InvalidArgumentError, type Command } from 'commander';
import { codecOf, loadApp, partitionedBy } from '../app.js';
import { LineWriter } from '../output/line-writer.js';
import { counted, figure } from '../output/counted.js';
import { lettersToReplay, replayLetters } from '../replay/replay-letters.js';
import type { Toolkit } from '../toolkit.js';
import { partitionerName, type CommonOptions } from './options.js';

interface ListFlags extends CommonOptions {
  readonly tables: string;
  readonly format: 'text' | 'jsonl';
  readonly all?: boolean;
}

interface ReplayFlags extends CommonOptions {
  readonly tables: string;
  readonly to: string;
  readonly with?: string;
  readonly format: string;
  readonly partitioner?: 'murmur2' | 'crc32';
}

export function addDeadLetters(program: Command, toolkit: Toolkit): void {
  const group = program.command('dead-letters').description('what was set aside: look at it, mend it, replay it');
  group
    .command('list')
    .description('print what was set aside, with its position and cause')
    .requiredOption('--tables <tables>', 'the tables: embedded:DIR or cassandra://...')
    .option('--app <module>', 'the application; defaults to Stockafolio')
    .option('--format <format>', 'text, or jsonl: whole messages, to be mended and replayed', formatOf, 'text')
    .option('--all', 'those that were replayed too')
    .option('--json', 'end with one line of JSON')
    .action(async (flags: ListFlags) => list(flags, toolkit));
  group
    .command('replay')
    .description('append messages that were set aside to the source again, each once')
    .requiredOption('--tables <tables>', 'the tables: embedded:DIR or cassandra://...')
    .requiredOption('--to <source>', 'the source: kafka://HOST:PORT/TOPIC, log:DIR')
    .option('--with <file>', 'lines of `list --format jsonl` with mended messages; without it, all as they are')
    .option('--app <module>', 'the application; defaults to Stockafolio')
    .option('--format <name>', 'form of the messages', 'wire')
    .option('--partitioner <name>', 'how messages are placed: murmur2 or crc32; as the stream says', partitionerName)
    .option('--json', 'end with one line of JSON')
    .action(async (flags: ReplayFlags) => replay(flags, toolkit));
}

function formatOf(text: string): 'text' | 'jsonl' {
  if (text === 'text' || text === 'jsonl') return text;
  throw new InvalidArgumentError('It must be text or jsonl.');
}

async function list(flags: ListFlags, toolkit: Toolkit): Promise<void> {
  const app = await loadApp(flags.app);
  const tables = toolkit.openTables(flags.tables, { readOnly: true });
  const codes: Record<string, number> = {};
  let letters = 0;
  try {
    const out = new LineWriter(process.stdout);
    for await (const { values } of tables.scanAll(deadLetters)) {
      const letter = rowObject(deadLetters, values);
      if (letter['pipeline'] !== app.pipeline.name || (letter['replayed'] !== undefined && flags.all !== true))
        continue;
      letters++;
      codes[String(letter['code'])] = (codes[String(letter['code'])] ?? 0) + 1;
      await out.write(flags.format === 'jsonl' ? formatRow(deadLetters, values) : lineOf(letter));
    }
    await out.flush();
  } finally {
    await tables.close();
  }
  const reporter = toolkit.reporter(flags.json);
  if (flags.json === true) reporter.result('', { ok: true, letters, codes });
  else reporter.say(`${figure(letters)} set aside`);
}

function lineOf(letter: Readonly<Record<string, Value>>): string {
  const message = String(letter['message']).replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
  const shown = message.length > 80 ? `${message.slice(0, 80)}...` : message;
  const operator = letter['operator'] === '' ? '' : ` [${String(letter['operator'])}]`;
  const replayed = letter['replayed'] === undefined ? '' : ` (replayed)`;
  return `${String(letter['partition'])}-${String(letter['offset'])}${operator} ${String(letter['code'])}: ${String(letter['cause'])}${replayed}: ${shown}`;
}

async function replay(flags: ReplayFlags, toolkit: Toolkit): Promise<void> {
  const app = partitionedBy(await loadApp(flags.app), flags.partitioner);
  const tables = toolkit.openTables(flags.tables);
  try {
    const { letters, skipped } = await lettersToReplay(tables, app.pipeline.name, flags.with);
    const replayed = await replayLetters(letters, {
      tables,
      stream: app.pipeline.stream,
      codec: codecOf(app, flags.format),
      openSource: () => toolkit.openSource(flags.to),
      openProducer: () => toolkit.openProducer(flags.to),
    });
    toolkit
      .reporter(flags.json)
      .result(
        `${counted(replayed, 'message')} replayed${skipped > 0 ? `; ${figure(skipped)} late left, which count everywhere but in the operator that set them aside` : ''}`,
        {
          ok: true,
          replayed,
          skipped,
        },
      );
  } finally {
    await tables.close();
  }
}
