import { InvalidArgumentError, type Command } from 'commander';
import { rowObject, type Value } from '@stockafolio/core';
import { formatRow, type Tables } from '@stockafolio/core/ports';
import { deadLetters, inputNames } from '@stockafolio/engine';
import { codecOf, loadApp, partitionedBy } from '../app.js';
import { LineWriter } from '../output/line-writer.js';
import { counted, figure } from '../output/counted.js';
import { stoppedEarly } from '../output/unfinished.js';
import { oneStream } from '../per-stream.js';
import { deadLettersToReplay, wholeText } from '../replay/dead-letters.js';
import { failedCallsOf } from '../replay/failed-calls.js';
import { CorrectedMessages } from '../replay/corrected-messages.js';
import { replayDeadLetters } from '../replay/replay-dead-letters.js';
import type { Toolkit } from '../toolkit.js';
import { partitionerName, type CommonOptions } from './options.js';

interface ListFlags extends CommonOptions {
  readonly tables: string;
  readonly format: 'text' | 'jsonl';
  readonly all?: boolean;
  readonly whole?: boolean;
}

interface ReplayFlags extends CommonOptions {
  readonly tables: string;
  readonly to: string;
  readonly with?: string;
  readonly format: string;
  readonly partitioner?: 'murmur2' | 'crc32';
  readonly assumeNotReplayed?: boolean;
}

export function addDeadLetters(program: Command, toolkit: Toolkit): void {
  const group = program
    .command('dead-letters')
    .description('list dead letters, and replay them, corrected or unchanged');
  group
    .command('list')
    .description('print the dead letters, with their position and cause')
    .requiredOption('--tables <tables>', 'the tables: embedded:DIR or cassandra://...')
    .option('--app <module>', 'the application; defaults to Stockafolio')
    .option('--format <format>', 'text, or jsonl: to be corrected and replayed', formatOf, 'text')
    .option('--whole', 'with jsonl: print messages of more than 4,096 characters in full, not only their beginnings')
    .option('--all', 'include those that were replayed')
    .option('--json', 'end with one line of JSON')
    .action(async (flags: ListFlags) => list(flags, toolkit));
  group
    .command('replay')
    .description('append dead letters to the source again, each exactly once')
    .requiredOption('--tables <tables>', 'the tables: embedded:DIR or cassandra://...')
    .requiredOption(
      '--to <source>',
      'the source: kafka://HOST:PORT/TOPIC, log:DIR; STREAM=SOURCE for the dead letters of one of several streams',
    )
    .option(
      '--with <file>',
      'lines of `list --format jsonl` with corrected messages; without it, all are replayed unchanged',
    )
    .option('--app <module>', 'the application; defaults to Stockafolio')
    .option('--format <name>', 'format of the messages', 'wire')
    .option(
      '--partitioner <name>',
      'how the key chooses the partition: murmur2 or crc32; defaults to the partitioner of the stream',
      partitionerName,
    )
    .option(
      '--assume-not-replayed',
      'also replay dead letters if the source no longer shows whether they were replayed',
    )
    .option('--json', 'end with one line of JSON')
    .addHelpText('after', REPLAY_HELP)
    .action(async (flags: ReplayFlags) => replay(flags, toolkit));
}

const REPLAY_HELP = `
Replayed messages are found in the source by a message header: the source is read from the time of the first dead letter on, about
100,000 messages a second. So each dead letter is appended once, even if the tables were rebuilt, or two replays run at once.`;

function formatOf(text: string): 'text' | 'jsonl' {
  if (text === 'text' || text === 'jsonl') return text;
  throw new InvalidArgumentError('It must be text or jsonl.');
}

async function list(flags: ListFlags, toolkit: Toolkit): Promise<void> {
  const app = await loadApp(flags.app);
  const tables = toolkit.openTables(flags.tables, { readOnly: true });
  const { pipeline } = app;
  const owners = new Set(pipeline.streams.flatMap((_, input) => inputNames(pipeline, input)));
  const isOwn = (owner: string): boolean => owners.has(owner) || owner.startsWith(`${pipeline.name}.`);
  const codes: Record<string, number> = {};
  let letters = 0;
  try {
    const out = new LineWriter(process.stdout);
    for await (const { values } of tables.scanAll(deadLetters)) {
      const letter = rowObject(deadLetters, values);
      if (!isOwn(String(letter['pipeline'])) || (letter['replayed'] !== undefined && flags.all !== true)) continue;
      letters++;
      codes[String(letter['code'])] = (codes[String(letter['code'])] ?? 0) + 1;
      await out.write(flags.format === 'jsonl' ? await rowOf(values, tables, flags) : lineOf(letter));
    }
    await out.flush();
  } finally {
    await tables.close();
  }
  const reporter = toolkit.reporter(flags.json);
  if (flags.json === true) reporter.result('', { ok: true, letters, codes });
  else reporter.say(`${figure(letters)} dead letters`);
}

/** A dead letter as a line of JSON. */
async function rowOf(values: readonly Value[], tables: Tables, { whole }: ListFlags): Promise<string> {
  const text = whole === true ? await wholeText(tables, values) : undefined;
  return formatRow(deadLetters, text === undefined ? values : values.with(MESSAGE, text).with(TRUNCATED, false));
}

const MESSAGE = deadLetters.columns.findIndex(({ name }) => name === 'message');
const TRUNCATED = deadLetters.columns.findIndex(({ name }) => name === 'truncated');

function lineOf(letter: Readonly<Record<string, Value>>): string {
  const message = String(letter['message']).replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
  const shown = message.length > 80 ? `${message.slice(0, 80)}...` : message;
  const operator = letter['operator'] === '' ? '' : ` [${String(letter['operator'])}]`;
  const replayed = letter['replayed'] === undefined ? '' : ` (replayed)`;
  // The lines after the first one are the frames of a function that threw.
  const [cause = ''] = String(letter['cause']).split('\n', 1);
  // With the stream, if the pipeline reads several.
  const [, stream] = String(letter['pipeline']).split('/', 2);
  return `${stream === undefined ? '' : `${stream} `}${String(letter['partition'])}-${String(letter['offset'])}${operator} ${String(letter['code'])}: ${cause}${replayed}: ${shown}`;
}

async function replay(flags: ReplayFlags, toolkit: Toolkit): Promise<void> {
  const app = partitionedBy(await loadApp(flags.app), flags.partitioner);
  const reporter = toolkit.reporter(flags.json);
  const corrected = flags.with === undefined ? undefined : await CorrectedMessages.open(flags.with);
  const tables = toolkit.openTables(flags.tables);
  const stop = toolkit.stop();
  const searched = reporter.progress('messages of the source searched');
  try {
    const { stream, input, value: to } = oneStream(app.pipeline, flags.to, '--to');
    // Each stage that reads the stream has rejected the same messages.
    const [pipeline = app.pipeline.name] = inputNames(app.pipeline, input);
    const codec = codecOf(app, flags.format, input);
    const calls = failedCallsOf(app.pipeline, stream, codec);
    const { letters, skipped } = await deadLettersToReplay(tables, pipeline, corrected, calls);
    const ports = {
      ...{ tables, pipeline, stream, codec, calls },
      clock: toolkit.clock,
      corrected,
      openSource: () => toolkit.openSource(to),
      openProducer: () => toolkit.openProducer(to),
    };
    const { replayed, left } = await replayDeadLetters(letters, ports, {
      assumeNotReplayed: flags.assumeNotReplayed === true,
      signal: stop.signal,
      onWait: (why) => reporter.say(`waiting: ${why}`),
      onSearched: (count) => searched.add(count),
    });
    searched.done();
    const done = `${counted(replayed, 'message')} replayed`;
    if (left > 0) throw stoppedEarly(done, { replayed }, 'run the same command again: it replays the rest');
    const late = `; ${figure(skipped)} skipped that are late, or of a key or a figure: their records count everywhere else`;
    reporter.result(`${done}${skipped > 0 ? late : ''}`, { ok: true, replayed, skipped });
  } finally {
    await tables.close();
    await corrected?.close();
  }
}
