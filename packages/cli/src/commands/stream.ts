import { StockafolioError } from '@stockafolio/core';
import { describeMany } from '@stockafolio/engine';
import { runStream, type StreamEvent, type StreamResult } from '@stockafolio/runner-stream';
import { needsStages } from '@stockafolio/core/plan';
import type { Source } from '@stockafolio/core/ports';
import type { Command } from 'commander';
import { codecOf, loadApp, partitionedBy, type App } from '../app.js';
import { type RunWatch, watchRun } from '../operations/run-watch.js';
import type { Level } from '../output/log.js';
import { counted, figure } from '../output/counted.js';
import type { Reporter } from '../output/reporter.js';
import { sayWaiting } from '../output/say-waiting.js';
import { stoppedEarly } from '../output/unfinished.js';
import { collected, perStream } from '../per-stream.js';
import { openPerTopic, perTopic } from '../per-topic.js';
import { tracing } from '../telemetry/telemetry.js';
import type { Toolkit } from '../toolkit.js';
import { kafkaPlace } from '../urls/kafka-url.js';
import { areShared, isShared, placeOfTopic } from '../urls/open.js';
import type { NeededPlaces } from '../urls/until-there.js';
import { runStreamWorkers } from '../workers/stream-workers.js';
import { endWithParent } from '../workers/worker-process.js';
import {
  deadLetterOptions,
  FILES,
  onBadRecord,
  wholeNumber,
  withDeadLetterOptions,
  withPartitionOptions,
  type CommonOptions,
  type DeadLetterFlags,
  type PartitionOptions,
} from './options.js';

interface StreamFlags extends CommonOptions, PartitionOptions, DeadLetterFlags {
  readonly source: readonly string[];
  readonly topic?: readonly string[];
  readonly tables: string;
  readonly checkpoints: string;
  readonly format: string;
  readonly group?: string;
  readonly takeGroup?: boolean;
  readonly untilCaughtUp?: boolean;
  readonly commitInterval: number;
  readonly figuresInterval: number;
  readonly commitRecords: number;
  readonly checkpointInterval: number;
  readonly onBadRecord: 'dead-letter' | 'fail';
  readonly acceptPlanChange?: boolean;
  readonly takeOver?: boolean;
  readonly metricsPort?: number;
  readonly metricsHost: string;
  readonly workers: number;
}

/**
 * A commit waits for its checkpoint, but the tables are correct without it. It is better to skip to the next checkpoint
 * than to stop the flow for an unavailable store.
 */
const CHECKPOINT_WAIT = { timeout: 5_000, retryFor: 2_000 };

export function addStream(program: Command, toolkit: Toolkit): void {
  withDeadLetterOptions(withPartitionOptions(program.command('stream')))
    .description('run the pipeline on a live source')
    .requiredOption(
      '--source <source>',
      'source of the records: kafka://HOST:PORT/TOPIC, log:DIR; STREAM=SOURCE for each of several streams',
      collected,
    )
    .option(
      '--topic <topic>',
      'NAME=kafka://HOST:PORT/TOPIC or NAME=log:DIR for each topic that the pipeline sends to; ?partitions=N if it is made',
      collected,
    )
    .requiredOption('--tables <tables>', 'target of the rows: embedded:DIR or cassandra://...')
    .requiredOption('--checkpoints <files>', `location of the checkpoints: ${FILES}`)
    .option('--app <module>', 'the application to run; defaults to Stockafolio')
    .option('--format <name>', 'format of the messages', 'wire')
    .option('--group <name>', 'consumer group; defaults to the name of the pipeline')
    .option('--take-group', 'bind the group to these tables, if it is bound to others that are no longer written')
    .option('--until-caught-up', 'end once all messages present at the start are processed')
    .option('--commit-interval <ms>', 'longest wait before rows are written', wholeNumber(1), 20)
    .option('--figures-interval <ms>', 'longest wait for figures that all partitions share', wholeNumber(1), 1_000)
    .option('--commit-records <n>', 'records after which rows are written anyway', wholeNumber(1), 20_000)
    .option('--checkpoint-interval <ms>', 'time between checkpoints', wholeNumber(1), 5_000)
    .option('--on-bad-record <what>', 'dead-letter: store it as a dead letter; fail: stop', onBadRecord, 'dead-letter')
    .option('--accept-plan-change', 'continue from checkpoints of a pipeline that has changed since')
    .option('--take-over', 'continue with tables whose checkpoints were elsewhere, and are lost or were moved')
    .option(
      '--metrics-port <port>',
      'serve /metrics, /health and /ready; 0 takes a free port; each worker takes the next one',
      wholeNumber(0),
    )
    .option('--metrics-host <host>', 'the address to serve them on', '127.0.0.1')
    .option('--workers <n>', 'processes that share the source; those that die are restarted', wholeNumber(1), 1)
    .option('--json', 'end with one line of JSON')
    .action(async (flags: StreamFlags) => (flags.workers > 1 ? runWorkers(flags, toolkit) : run(flags, toolkit)));
}

/** @throws ERR_USAGE if source or tables allow only one process */
async function runWorkers(flags: StreamFlags, toolkit: Toolkit): Promise<void> {
  const alone = [
    ...flags.source
      .filter((source) => !isShared(urlOf(source)))
      .map((source) => `the partitions of ${source} cannot be shared`),
    ...(flags.topic ?? [])
      .filter((topic) => !isShared(urlOf(topic)))
      .map((topic) => `only one process can write ${topic}`),
    ...(areShared(flags.tables) ? [] : [`only one process can write ${flags.tables}`]),
  ];
  if (alone.length > 0)
    throw new StockafolioError('ERR_USAGE', `--workers ${flags.workers}: ${alone.join(', and ')}`, {
      hint: 'omit --workers, or stream from kafka:// into cassandra://',
    });
  const reporter = toolkit.reporter(flags.json);
  const result = await runStreamWorkers({
    count: flags.workers,
    args: (number) => workerArguments(process.argv.slice(2), flags, number),
    clock: toolkit.clock,
    stop: toolkit.stop(),
    say: (text) => reporter.say(text),
    // A line of a structured log is complete already.
    relay: (number, line) =>
      line.startsWith('{') ? void process.stderr.write(`${line}\n`) : reporter.say(`[${number}] ${line}`),
  });
  tellResult(reporter, flags, result);
}

/** The arguments of one worker: the same, but alone, with its own port and a last line for machines. */
function workerArguments(given: readonly string[], { metricsPort }: StreamFlags, number: number): string[] {
  const replaced = ['--workers', '--metrics-port'];
  const args = given.filter(
    (arg, n) =>
      arg !== '--json' &&
      !replaced.includes(given[n - 1] ?? '') &&
      !replaced.some((option) => arg === option || arg.startsWith(`${option}=`)),
  );
  const port = metricsPort === undefined || metricsPort === 0 ? metricsPort : metricsPort + number - 1;
  return [...args, ...(port === undefined ? [] : ['--metrics-port', String(port)]), '--json'];
}

async function run(flags: StreamFlags, toolkit: Toolkit): Promise<void> {
  endWithParent();
  const app = partitionedBy(await loadApp(flags.app), flags.partitioner);
  const reporter = toolkit.reporter(flags.json);
  const watch = await watchRun(flags, reporter, toolkit.clock);
  await watch.over(() => runWatched(flags, toolkit, { app, reporter, watch }));
}

/** What a run reports to. */
interface Watched {
  readonly app: App;
  readonly reporter: Reporter;
  readonly watch: RunWatch;
}

async function runWatched(flags: StreamFlags, toolkit: Toolkit, { app, reporter, watch }: Watched): Promise<void> {
  const stop = toolkit.stop();
  const progress = reporter.progress('streamed');
  const urls = perStream(app.pipeline, flags.source, '--source');
  const topics = perTopic(app.pipeline, flags.topic, { sources: urls });
  const [codec, ...others] = app.pipeline.streams.map((_, n) => codecOf(app, n === 0 ? flags.format : 'wire', n));
  const waiting = { signal: stop.signal, say: (text: string) => reporter.say(text, {}, 'warn') };
  const open = (url: string): Source => toolkit.openSource(url, waiting);
  const tables = toolkit.openTables(flags.tables);
  const checkpoints = toolkit.openFiles(flags.checkpoints, CHECKPOINT_WAIT);
  /** The offset up to which each partition is in the tables. */
  const offsets = new Map<number, number>();
  try {
    await toolkit.untilThere(needed(flags, urls, [...topics.values()]), reporter, { untilStopped: true });
    const placeOf = (stream: string): string =>
      urls[app.pipeline.streams.findIndex(({ name }) => name === stream)] ?? '';
    const result = await runStream({
      pipeline: app.pipeline,
      codec: codec ?? codecOf(app, flags.format),
      source: open(urls[0] ?? ''),
      others: Object.fromEntries(
        app.pipeline.streams
          .slice(1)
          .flatMap(({ name }, n) =>
            others[n] === undefined ? [] : [[name, { codec: others[n], source: open(urls[n + 1] ?? '') }]],
          ),
      ),
      reopen: (stream) => open(placeOf(stream)),
      ...(needsStages(app.pipeline) ? { repartitions: toolkit.openTopics(urls[0] ?? '', waiting) } : {}),
      topics: openPerTopic(topics, toolkit, waiting),
      tables,
      checkpoints,
      clock: toolkit.clock,
      ...(flags.group === undefined ? {} : { group: flags.group }),
      takeGroup: flags.takeGroup ?? false,
      commitInterval: flags.commitInterval,
      figuresInterval: flags.figuresInterval,
      commitRecords: flags.commitRecords,
      checkpointInterval: flags.checkpointInterval,
      onBadRecord: flags.onBadRecord,
      onPartitionMismatch: flags.onPartitionMismatch,
      ...deadLetterOptions(flags),
      untilCaughtUp: flags.untilCaughtUp ?? false,
      acceptPlanChange: flags.acceptPlanChange ?? false,
      ...(flags.takeOver === undefined ? {} : { takeOver: flags.takeOver }),
      signal: stop.signal,
      ...tracing(watch, { name: app.pipeline.name, attributes: messagingOf(urls) }),
      onEvent: (event) => {
        watch.take(event);
        const isFirst = event.stage === undefined;
        if ('offset' in event && isFirst) offsets.set(event.partition, event.offset);
        if (event.type === 'committed') {
          // Those of the other stages are made of these.
          if (!isFirst) return;
          progress.add(event.records);
          for (const { partition, offset } of event.partitions) offsets.set(partition, offset);
        } else if (event.type !== 'lag') tell(reporter, event);
      },
    });
    progress.done();
    tellResult(reporter, flags, result, offsets);
  } finally {
    await tables.close();
    await checkpoints.close();
  }
}

function needed(
  { tables, checkpoints }: StreamFlags,
  sources: readonly string[],
  topics: readonly string[],
): NeededPlaces {
  return { sources: [...sources], written: topics.map(placeOfTopic), tables: [tables], files: [checkpoints] };
}

/** What OpenTelemetry's conventions say about a topic of Kafka; a pipeline of several streams has no single one. */
function messagingOf([url = '', ...others]: readonly string[]): Readonly<Record<string, string>> {
  if (!url.startsWith('kafka://') || others.length > 0) return {};
  return { 'messaging.system': 'kafka', 'messaging.destination.name': kafkaPlace(url).topic };
}

/** The URL in `STREAM=URL`. */
function urlOf(source: string): string {
  return source.replace(/^[a-z][a-z0-9_-]*=/, '');
}

/** @throws ERR_ABORTED if it was to catch up, but was stopped before that */
function tellResult(
  reporter: Reporter,
  { untilCaughtUp = false }: StreamFlags,
  result: StreamResult,
  offsets?: ReadonlyMap<number, number>,
): void {
  const done = `${counted(result.records, 'message')} processed, ${counted(result.rows, 'row')} written in ${counted(result.commits, 'commit')}, ${figure(result.setAside)} dead-lettered`;
  if (untilCaughtUp && !result.caughtUp) {
    const facts = { ...result, ...(offsets === undefined ? {} : { offsets: Object.fromEntries(offsets) }) };
    throw stoppedEarly(done, facts, 'run the same command again: it continues from its checkpoints');
  }
  reporter.result(done, { ok: true, ...result });
}

function tell(reporter: Reporter, event: Exclude<StreamEvent, { type: 'committed' | 'lag' }>): void {
  const { type, ...rest } = event;
  const facts = 'error' in rest ? { ...rest, error: { code: rest.error.code, message: rest.error.message } } : rest;
  const of = event.stage === undefined ? '' : `${event.stage}: `;
  const say = (text: string, level: Level = 'info'): void =>
    reporter.say(`${of}${text}`, { event: type, ...facts }, level);
  switch (event.type) {
    case 'assigned':
      if (event.partitions.length > 0) return;
      return say('waiting: other members of the group read all partitions');
    case 'started':
      return say(`partition ${event.partition}: begins at offset ${event.offset}`);
    case 'checkpointed':
      return say(`partition ${event.partition}: checkpoint at offset ${event.offset}`, 'debug');
    case 'resumed':
      say(`partition ${event.partition}: continues from offset ${event.offset} (${event.checkpoint})`);
      for (const change of event.changes) if (change.verdict !== 'kept') say(`  ${change.subject} ${change.detail}`);
      return;
    case 'checkpoint-skipped':
      return say(`partition ${event.partition}: skipped a checkpoint for the one before: ${event.reason}`, 'warn');
    case 'went-back':
      return say(`${event.reason}: continues from the checkpoints that they contain`, 'warn');
    case 'grown':
      return say(
        `a source was given partitions, and is read on with all of them: ${Object.entries(event.partitions)
          .map(([stream, count]) => `${count} of '${stream}'`)
          .join(', ')}`,
        'warn',
      );
    case 'many-dead-letters':
      return say(describeMany(event), 'warn');
    case 'checkpoint-failed':
      return say(`no checkpoint could be written, but the tables are correct: ${event.error.message}`, 'warn');
    case 'lost':
      return say(
        `partition ${event.partition}: another process has it; this one sent no heartbeat for too long`,
        'warn',
      );
    case 'revoked':
      return say(`partition ${event.partition}: handed over at offset ${event.offset}`);
    case 'waiting':
      return sayWaiting(reporter, event);
    case 'retry':
      return say(`${event.what}: ${event.error.message}; again in ${event.delay} ms`, 'warn');
  }
}
