import { expect } from 'chai';
import fc from 'fast-check';
import type { Sale } from '@stockafolio/conformance';
import {
  anyInputs,
  anyPartsInStages,
  anyStepsInTime,
  bytesOf,
  messagesOf,
  namesOf,
  pipelineOfMany,
  pushTo,
  type RandomMessage,
  sources,
} from '@stockafolio/conformance/random';
import { jsonCodec, type Pipeline, rowObject, type Stream } from '@stockafolio/core';
import type { Codec, Source, Tables } from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import {
  memoryFiles,
  memoryTables,
  memoryTopic,
  type MemoryTopic,
  memoryTopics,
  pipelineHarness,
  virtualClock,
} from '@stockafolio/testing';
import { runStream } from '../run-stream.js';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Math.ceil(Number(process.env['RANDOM_PLANS'] ?? 150) / 10);
const TIMEOUT = 30_000 + 3_000 * RUNS;
const START = 1_700_000_000_000;
const codec = jsonCodec(sources[0].schema) as Codec<unknown>;
const codecOf = ({ schema }: Stream<unknown>): Codec<unknown> => jsonCodec(schema) as Codec<unknown>;

/** @param unversioned tables of rankings: these are written as they are when a commit happens, with its version */
async function rowsOf(tables: Tables, { plan }: Pipeline, unversioned: ReadonlySet<string>): Promise<string[]> {
  const rows: string[] = [];
  for (const table of [...plan.tables, deadLetters])
    for await (const { values, version } of tables.scanAll(table))
      rows.push(
        `${table.name} ${table === deadLetters || unversioned.has(table.name) ? '' : version} ${JSON.stringify(rowObject(table, values))}`,
      );
  return rows.sort();
}

async function harnessed(
  made: Pipeline,
  partitions: number,
  messages: readonly RandomMessage[],
  unversioned: ReadonlySet<string>,
): Promise<string[]> {
  const harness = pipelineHarness<Sale>(made, { partitions, onDefect: 'dead-letter' });
  for (const message of messages) pushTo(harness, message);
  await harness.commit();
  harness.idle();
  await harness.commit();
  return rowsOf(harness.tables, made, unversioned);
}

interface Streamed {
  readonly rows: readonly string[];
  /** The messages as they were sent: a stop takes its time, and nothing is sent before the clock. */
  readonly sent: readonly RandomMessage[];
}

/** What a run makes that is stopped now and then, and may continue from an older checkpoint. */
async function streamed(
  made: Pipeline,
  partitions: number,
  messages: readonly RandomMessage[],
  stops: ReadonlySet<number>,
  unversioned: ReadonlySet<string>,
): Promise<Streamed> {
  const all: RandomMessage[] = [];
  const clock = virtualClock(START);
  const topics = new Map<string, MemoryTopic>(
    made.streams.map(({ name }) => [name, memoryTopic({ clock, partitions, batch: 3, identity: name })]),
  );
  const sourceOf = (stream: string): Source => (topics.get(stream) as MemoryTopic).source();
  const repartitions = memoryTopics({ clock, batch: 3 });
  const [tables, checkpoints] = [memoryTables(), memoryFiles()];
  const run = (signal?: AbortSignal) =>
    runStream<unknown>({
      ...{ pipeline: made, codec, tables, checkpoints, clock, repartitions, onDefect: 'dead-letter' },
      source: sourceOf(made.stream.name),
      others: Object.fromEntries(
        made.streams.slice(1).map((each) => [each.name, { codec: codecOf(each), source: sourceOf(each.name) }]),
      ),
      reopen: sourceOf,
      ...(signal === undefined ? { untilCaughtUp: true } : { signal }),
    });
  let stop = new AbortController();
  let running = run(stop.signal);
  for (const [n, planned] of messages.entries()) {
    if (planned.sent > clock.now()) await clock.advance(planned.sent - clock.now());
    const message = { ...planned, sent: clock.now() };
    all.push(message);
    const { stream, partition, sent } = message;
    await topics.get(stream)?.append([{ ...bytesOf(message), partition, timestamp: sent }]);
    if (!stops.has(n)) continue;
    stop.abort();
    await clock.until(running);
    stop = new AbortController();
    running = run(stop.signal);
  }
  stop.abort();
  await clock.until(running);
  await clock.until(run());
  return { rows: await rowsOf(tables, made, unversioned), sent: all };
}

describe('random plans in stages, live', () => {
  it('make the rows, versions and dead letters of a run in memory, whenever they are stopped', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyPartsInStages,
        anyInputs,
        anyStepsInTime,
        fc.constantFrom(1, 3),
        fc.uniqueArray(fc.nat(30), { maxLength: 3 }),
        async (parts, inputs, steps, partitions, stops) => {
          const rankings = namesOf(parts, 'rank');
          const made = pipelineOfMany(parts, inputs);
          fc.pre(made.plan.tables.length > 0);
          const messages = messagesOf(steps, partitions, START);
          const { rows, sent } = await streamed(made, partitions, messages, new Set(stops), rankings);
          expect(rows).to.deep.equal(await harnessed(made, partitions, sent, rankings));
        },
      ),
      { numRuns: RUNS },
    );
  }).timeout(TIMEOUT);
});
