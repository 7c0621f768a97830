/**
 * Nexmark beside Apache Flink: both read the same topics of Kafka and discard their rows. First the answers of both over a
 * small input are compared. Then they take turns; what is compared is the processor time of all processes of each.
 *
 * node --max-old-space-size=8192 --import tsx benchmarks/nexmark/beside-flink.ts [--events N] [--rounds R] [--query q4]
 *   [--only check] [--only measure]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKafka } from '@stockafolio/servers';
import { memoryTables } from '@stockafolio/testing';
import { median, printTable } from '../measure.js';
import { queryOf } from './check.js';
import { difference } from './flink/answers.js';
import { askFlink, compileFlink, HEAP, startFlink } from './flink/flink.js';
import { repartitioned } from './flink/repartitioned.js';
import { pipelineOf, type QueryRun, runQuery } from './flink/run-query.js';
import { fillTopics } from './flink/topics.js';
import { CHECKPOINT_INTERVAL, flinkWay, jobTopics, ourWay, type Places, type Took, type Way } from './flink/ways.js';
import { closing } from './generator/closing.js';
import { generate } from './generator/generate.js';
import { defaults, type Settings } from './generator/settings.js';
import { PARTITIONS } from './inputs.js';
import type { Answer } from './query.js';
import { outcomeOf } from './ways/outcome.js';

const QUERIES = ['q4', 'q5', 'q7', 'q8', 'q17', 'q18'];
/** Nexmark's events a second of event time. */
const RATE = 10_000;
/** The short input has so few of the events of the long one. */
const SHORTER = 20;
const SMALL: Partial<Settings> = { events: 20_000, rate: 200 };

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    query: { type: 'string', multiple: true },
    only: { type: 'string' },
  },
});
const events = numberOf('events', values.events);
const rounds = numberOf('rounds', values.rounds);
const queries = values.query ?? QUERIES;
for (const query of queries)
  if (!QUERIES.includes(query)) throw new Error(`${query} is not measured beside Flink: ${QUERIES.join(', ')} are`);

// Event times are older than the week for which messages are kept by default.
const kafka = await startKafka({ properties: { 'log.retention.ms': '-1' } });
const folder = await mkdtemp(join(tmpdir(), 'nexmark-flink-'));
const brokers = [`127.0.0.1:${kafka.port}`];
const counts = new Map<string, ReadonlyMap<string, number>>();
try {
  const places: Places = { brokers, folder, flink: await compileFlink(folder) };
  if (values.only !== 'measure') {
    await fill('small', SMALL);
    await checkAnswers(places);
  }
  if (values.only !== 'check' && process.exitCode !== 1) {
    await fill('short', { events: Math.ceil(events / SHORTER), rate: RATE });
    await fill('long', { events, rate: RATE });
    await measure(places);
  }
} finally {
  await kafka.close();
  await rm(folder, { recursive: true, force: true });
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${option} is a number above zero, not ${text}`);
}

async function fill(set: string, settings: Partial<Settings>): Promise<void> {
  // Most events are bids.
  const needsBids = queries.some((query) => query !== 'q8');
  const generated = generate({ ...defaults, ...settings }, ({ kind }) => needsBids || kind !== 'bid');
  generated.push(...closing(generated, PARTITIONS));
  counts.set(set, await fillTopics(brokers, set, generated));
}

/** The messages that a run counts in a set of topics: with a repartition, those of the stream that goes through it. */
function messagesOf(query: string, set: string, repartition = false): number {
  const read = new Set(
    (repartition ? repartitioned(query, set) : queryOf(query).pipeline)?.streams.map(({ name }) => name),
  );
  if (repartition) read.delete('persons');
  return [...read].reduce((sum, name) => sum + (counts.get(set)?.get(name) ?? 0), 0);
}

async function checkAnswers({ flink }: Places): Promise<void> {
  for (const miniBatch of [false, true]) {
    const checkpoints = join(folder, 'flink');
    const options = { brokers, miniBatch, checkpoints, checkpointInterval: CHECKPOINT_INTERVAL };
    const started = await startFlink(flink, options);
    for (const query of queries) {
      const { lines } = await askFlink(started, 'answer', query, jobTopics('small'));
      const flinks = lines.map((line) => JSON.parse(line) as Answer[number]);
      const ways = [false, ...(repartitioned(query, 'small') === undefined ? [] : [true])];
      for (const repartition of ways) {
        const differs = difference(query, await ourAnswer(query, repartition, miniBatch), flinks);
        const way = `${repartition ? 'with repartition, ' : ''}Flink ${miniBatch ? 'with' : 'without'} mini-batch`;
        console.log(`${query}, ${way}: ${differs ?? `the same ${flinks.length} rows`}`);
        if (differs !== undefined) process.exitCode = 1;
      }
    }
    await started.end();
  }
}

async function ourAnswer(query: string, repartition: boolean, miniBatch: boolean): Promise<Answer> {
  const run = `small-${query}-${repartition}-${miniBatch}`;
  const checkpoints = join(folder, run);
  const checkpointInterval = CHECKPOINT_INTERVAL;
  const given: QueryRun = { brokers, query, set: 'small', run, repartition, checkpoints, checkpointInterval };
  const pipeline = pipelineOf(given);
  const tables = memoryTables();
  await runQuery(given, pipeline, tables);
  const { read } = await outcomeOf(pipeline, tables);
  return queryOf(query).answer(read);
}

async function measure(places: Places): Promise<void> {
  console.log(
    `one process of ours; Flink with a heap of ${HEAP} and parallelism 2; a checkpoint each ${CHECKPOINT_INTERVAL} ms; ` +
      `the median of ${rounds} rounds, after one to warm up`,
  );
  const header = ['query', 'records', 'processor s', 'elapsed s', 'thousand/s of one core', 'peak MiB', 'by round'];
  for (const query of queries) {
    const rows = await measureQuery(places, query);
    printTable([...header, 'times Flink', 'times Flink, mini-batch'], rows);
    console.log(`load ${loadavg()[0]?.toFixed(1)}\n`);
  }
}

async function measureQuery(places: Places, query: string): Promise<string[][]> {
  const records = messagesOf(query, 'long') - messagesOf(query, 'short');
  const isRepartitioned = repartitioned(query, 'any') !== undefined;
  const ways: Way[] = [];
  try {
    for (const repartition of isRepartitioned ? [false, true] : [false])
      ways.push(await ourWay(places, query, { repartition, expected: (set) => messagesOf(query, set, repartition) }));
    for (const miniBatch of [false, true]) ways.push(await flinkWay(places, query, miniBatch));
    const took = await inTurns(ways);
    const flinks = ways.filter(({ name }) => name.startsWith('Flink')).map(({ name }) => took.get(name) ?? []);
    return ways.map(({ name, peakMemory }) => {
      const own = took.get(name) ?? [];
      const processor = own.map((one) => one.processor);
      const ratios = flinks.map((theirs) =>
        median(processor.map((seconds, n) => (theirs[n]?.processor ?? Number.NaN) / seconds)).toFixed(2),
      );
      return [
        `${query} ${name}`,
        records.toLocaleString('en'),
        median(processor).toFixed(2),
        median(own.map(({ elapsed }) => elapsed)).toFixed(1),
        (records / median(processor) / 1_000).toFixed(0),
        peakMemory().toFixed(0),
        processor.map((seconds) => seconds.toFixed(2)).join(' '),
        ...ratios,
      ];
    });
  } finally {
    for (const each of ways) await each.end();
  }
}

/**
 * What the long input took each of them more than the short one, by round. What a run costs that has nothing to do with its records
 * is in both: planning a job, joining a group, the last checkpoint.
 */
async function inTurns(ways: readonly Way[]): Promise<ReadonlyMap<string, Took[]>> {
  const took = new Map<string, Took[]>();
  for (let round = -1; round < rounds; round++) {
    for (const { name, run } of round % 2 === 0 ? ways : ways.toReversed()) {
      const short = await run('short');
      const long = await run('long');
      const more = { processor: long.processor - short.processor, elapsed: long.elapsed - short.elapsed };
      if (round >= 0) took.set(name, [...(took.get(name) ?? []), more]);
    }
  }
  return took;
}
