import { expect } from 'chai';
import fc from 'fast-check';
import { repartitioned, type Sale, sale, Sale as SaleSchema } from '@stockafolio/conformance';
import { jsonCodec, keyBytes, partitionOf, type Pipeline, rowObject } from '@stockafolio/core';
import type { Source, Tables } from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import {
  memoryFiles,
  memoryTables,
  memoryTopic,
  type MemoryTopic,
  memoryTopics,
  type PipelineHarness,
  pipelineHarness,
  virtualClock,
} from '@stockafolio/testing';
import { runStream } from '../run-stream.js';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Math.ceil(Number(process.env['RANDOM_PLANS'] ?? 150) / 15);
const START = 1_700_000_000_000;
const codec = jsonCodec(SaleSchema);

interface Message {
  readonly record: Sale;
  /** Of the streams. */
  readonly input: number;
  readonly sent: number;
}

const anyMessages = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob', 'cem', 'dan'), item: fc.constantFrom('tea', 'rum', 'ale', 'gin') },
      amount: fc.integer({ min: 1, max: 15 }),
      back: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(4_000)),
      step: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(9_000)),
      input: fc.nat(1),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((steps): Message[] => {
    let sent = START;
    return steps.map(({ step, back, input, ...facts }) => {
      sent += step;
      return { record: sale({ ...facts, time: sent - back }), input, sent };
    });
  });

const partitionFor = ({ record, sent }: Message, { stream }: Pipeline, partitions: number): number =>
  stream.partitioner === undefined ? sent % partitions : partitionOf(keyBytes(record.user), partitions);

async function rowsOf(tables: Tables, { plan }: Pipeline): Promise<string[]> {
  const rows: string[] = [];
  for (const table of [...plan.tables, deadLetters])
    for await (const { values, version } of tables.scanAll(table))
      rows.push(`${table.name} ${table === deadLetters ? '' : version} ${JSON.stringify(rowObject(table, values))}`);
  return rows.sort();
}

async function harnessed(
  pipeline: Pipeline,
  partitions: number,
  messages: readonly Message[],
  disturb: (harness: PipelineHarness<Sale>) => Promise<void> = async () => undefined,
): Promise<string[]> {
  const harness = pipelineHarness<Sale>(pipeline, { partitions, onDefect: 'dead-letter' });
  for (const message of messages) {
    const stream = pipeline.streams[message.input % pipeline.streams.length];
    harness.pushMessage(
      codec.encode(message.record),
      partitionFor(message, pipeline, partitions),
      message.sent,
      stream,
    );
    await disturb(harness);
  }
  await harness.commit();
  return rowsOf(harness.tables, pipeline);
}

interface Streamed {
  readonly rows: readonly string[];
  /** The messages as they were sent: a stop takes its time, and nothing is sent before the clock. */
  readonly sent: readonly Message[];
}

/** What a run makes that is stopped now and then, and may continue from an older checkpoint. */
async function streamed(
  pipeline: Pipeline,
  partitions: number,
  messages: readonly Message[],
  stops: ReadonlySet<number>,
): Promise<Streamed> {
  const sent: Message[] = [];
  const clock = virtualClock(START);
  const topics = pipeline.streams.map(({ name }) => memoryTopic({ clock, partitions, batch: 3, identity: name }));
  const sourceOf = (stream: string): Source =>
    (topics[pipeline.streams.findIndex(({ name }) => name === stream)] as MemoryTopic).source();
  const repartitions = memoryTopics({ clock, batch: 3 });
  const [tables, checkpoints] = [memoryTables(), memoryFiles()];
  const run = (signal?: AbortSignal) =>
    runStream<Sale>({
      ...{ pipeline, codec, tables, checkpoints, clock, repartitions },
      source: sourceOf(pipeline.stream.name),
      others: Object.fromEntries(
        pipeline.streams.slice(1).map(({ name }) => [name, { codec, source: sourceOf(name) }]),
      ),
      reopen: sourceOf,
      ...(signal === undefined ? { untilCaughtUp: true } : { signal }),
    });
  let stop = new AbortController();
  let running = run(stop.signal);
  for (const [n, planned] of messages.entries()) {
    if (planned.sent > clock.now()) await clock.advance(planned.sent - clock.now());
    const message = { ...planned, sent: clock.now() };
    sent.push(message);
    const partition = partitionFor(message, pipeline, partitions);
    await topics[message.input % topics.length]?.append([
      { key: keyBytes(message.record.user), value: codec.encode(message.record), partition, timestamp: message.sent },
    ]);
    if (!stops.has(n)) continue;
    stop.abort();
    await clock.until(running);
    stop = new AbortController();
    running = run(stop.signal);
  }
  stop.abort();
  await clock.until(running);
  await clock.until(run());
  return { rows: await rowsOf(tables, pipeline), sent };
}

describe('repartitions of all shapes', () => {
  for (const [name, make] of Object.entries(repartitioned)) {
    const pipeline = make();
    it(`${name}: equal rows at any restart, redelivery and commit`, async () => {
      await fc.assert(
        fc.asyncProperty(
          anyMessages,
          fc.constantFrom(1, 3),
          fc.infiniteStream(fc.constantFrom('', '', 'commit', 'checkpoint', 'restart', 'part', 'redeliver', 'zombies')),
          async (messages, partitions, between) => {
            const expected = await harnessed(pipeline, partitions, messages);
            const found = await harnessed(pipeline, partitions, messages, async (harness) => {
              const what = (between.next() as IteratorYieldResult<string>).value;
              if (what === 'commit') await harness.commit({ settle: false });
              else if (what === 'checkpoint') await harness.checkpoint({ settle: false });
              else if (what === 'restart') await harness.restart();
              else if (what === 'part') await harness.restart([partitions - 1]);
              else if (what === 'redeliver') await harness.redeliver(3);
              else if (what === 'zombies') await harness.zombies();
            });
            expect(found).to.deep.equal(expected);
          },
        ),
        { numRuns: RUNS },
      );
    });

    it(`${name}: the same rows live, whenever it is stopped`, async () => {
      await fc.assert(
        fc.asyncProperty(
          anyMessages,
          fc.constantFrom(1, 3),
          fc.uniqueArray(fc.nat(30), { maxLength: 3 }),
          async (messages, partitions, stops) => {
            const { rows, sent } = await streamed(pipeline, partitions, messages, new Set(stops));
            expect(rows).to.deep.equal(await harnessed(pipeline, partitions, sent));
          },
        ),
        { numRuns: RUNS },
      );
    });
  }
});
