import { runArchive } from '@stockafolio/runner-stream';
import type { Command } from 'commander';
import { codecOf, loadApp, partitionedBy } from '../app.js';
import { counted } from '../output/counted.js';
import { stoppedEarly } from '../output/unfinished.js';
import { sayWaiting } from '../output/say-waiting.js';
import { oneStream } from '../per-stream.js';
import type { Toolkit } from '../toolkit.js';
import { FILES, wholeNumber, withPartitionOptions, type CommonOptions, type PartitionOptions } from './options.js';

interface ArchiveFlags extends CommonOptions, PartitionOptions {
  readonly source: string;
  readonly files: string;
  readonly format: string;
  readonly group?: string;
  readonly takeGroup?: boolean;
  readonly rollRecords: number;
  readonly rollInterval: number;
  readonly untilCaughtUp?: boolean;
}

export function addArchive(program: Command, toolkit: Toolkit): void {
  withPartitionOptions(program.command('archive'))
    .description('copy a source into Parquet files, each message exactly once')
    .requiredOption(
      '--source <source>',
      'source of the records: kafka://HOST:PORT/TOPIC, log:DIR; STREAM=SOURCE if there are several streams',
    )
    .requiredOption('--files <files>', `location of the archive: ${FILES}`)
    .option('--app <module>', 'the application that defines the records; defaults to Stockafolio')
    .option('--format <name>', 'format of the messages', 'wire')
    .option('--group <name>', 'consumer group; defaults to the name of the stream followed by -archive')
    .option('--take-group', 'bind the group to this archive, if it is bound to another that is no longer written')
    .option('--roll-records <n>', 'most messages in one file', wholeNumber(1), 100_000)
    .option('--roll-interval <ms>', 'longest wait before a file is written', wholeNumber(1), 60_000)
    .option('--until-caught-up', 'end once all messages present at the start are archived')
    .option('--json', 'end with one line of JSON')
    .action(async (flags: ArchiveFlags) => run(flags, toolkit));
}

async function run(flags: ArchiveFlags, toolkit: Toolkit): Promise<void> {
  const app = partitionedBy(await loadApp(flags.app), flags.partitioner);
  const reporter = toolkit.reporter(flags.json);
  const stop = toolkit.stop();
  const progress = reporter.progress('archived');
  const files = toolkit.openFiles(flags.files);
  const { stream, input, value: source } = oneStream(app.pipeline, flags.source, '--source');
  const codec = codecOf(app, flags.format, input);
  await toolkit.untilThere({ sources: [source], files: [flags.files] }, reporter, { untilStopped: true });
  /** The offset up to which this run has archived each partition. */
  const offsets = new Map<number, number>();
  try {
    const result = await runArchive({
      stream,
      codec,
      form: flags.format,
      onPartitionMismatch: flags.onPartitionMismatch,
      source: toolkit.openSource(source, {
        signal: stop.signal,
        say: (text) => reporter.say(text, {}, 'warn'),
      }),
      archive: toolkit.openArchive(files, stream),
      clock: toolkit.clock,
      ...(app.dayOf === undefined ? {} : { dayOf: app.dayOf }),
      ...(flags.group === undefined ? {} : { group: flags.group }),
      takeGroup: flags.takeGroup ?? false,
      rollRecords: flags.rollRecords,
      rollInterval: flags.rollInterval,
      untilCaughtUp: flags.untilCaughtUp ?? false,
      signal: stop.signal,
      onRecords: (count) => progress.add(count),
      onEvent: (event) => {
        if (event.type === 'waiting') return sayWaiting(reporter, event);
        const { what, error, delay } = event;
        reporter.say(`${what}: ${error.message}; again in ${delay} ms`, { event: 'retry' }, 'warn');
      },
      onFile: ({ partition, last }) => offsets.set(partition, last + 1),
    });
    progress.done();
    const done = `${counted(result.records, 'message')} archived in ${counted(result.files, 'file')}`;
    if (flags.untilCaughtUp === true && !result.caughtUp) {
      const facts = { ...result, offsets: Object.fromEntries(offsets) };
      throw stoppedEarly(done, facts, 'run the same command again: it continues after the archived messages');
    }
    reporter.result(done, { ok: true, ...result });
  } finally {
    await files.close();
  }
}
