import { expect } from 'chai';
import fc from 'fast-check';
import { repartitioned, type Sale, sale, Sale as SaleSchema } from '@stockafolio/conformance';
import { jsonCodec, keyBytes, partitionOf, type Pipeline, rowObject, type Stream } from '@stockafolio/core';
import type { OwnArchives, Tables } from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import {
  memoryArchive,
  type MemoryArchive,
  memoryFiles,
  memoryTables,
  pipelineHarness,
  virtualClock,
} from '@stockafolio/testing';
import { runBatch } from '../run-batch.js';

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

async function harnessed(pipeline: Pipeline, partitions: number, messages: readonly Message[]): Promise<string[]> {
  const harness = pipelineHarness<Sale>(pipeline, { partitions, onDefect: 'dead-letter' });
  for (const message of messages) {
    const stream = pipeline.streams[message.input % pipeline.streams.length];
    harness.pushMessage(
      codec.encode(message.record),
      partitionFor(message, pipeline, partitions),
      message.sent,
      stream,
    );
  }
  await harness.commit();
  return rowsOf(harness.tables, pipeline);
}

/** Archives of a pipeline's own, in memory. */
function memoryOwn(): OwnArchives {
  const archives = new Map<string, MemoryArchive<unknown>>();
  return {
    open: ({ name }: Stream<unknown>) => {
      const archive = archives.get(name) ?? memoryArchive<unknown>();
      archives.set(name, archive);
      return archive;
    },
    remove: async ({ name }) => void archives.delete(name),
  };
}

/** The rows of batches over an archive that grows. */
async function batched(
  pipeline: Pipeline,
  partitions: number,
  parts: readonly (readonly Message[])[],
): Promise<string[]> {
  const archives = pipeline.streams.map(() => memoryArchive<Sale>());
  const ends = pipeline.streams.map(() => new Array<number>(partitions).fill(0));
  const [tables, checkpoints, own, clock] = [memoryTables(), memoryFiles(), memoryOwn(), virtualClock()];
  const [archive = memoryArchive<Sale>(), ...others] = archives;
  for (const [n, part] of parts.entries()) {
    for (const [input, each] of archives.entries()) {
      const source = pipeline.streams[input]?.name ?? '';
      const end = ends[input] ?? [];
      for (let partition = 0; partition < partitions; partition++) {
        const first = end[partition] ?? 0;
        const entries = part
          .filter((message) => message.input % archives.length === input)
          .filter((message) => partitionFor(message, pipeline, partitions) === partition)
          .map(({ record, sent }, at) => ({ offset: first + at, ingested: sent, record }));
        if (entries.length === 0) continue;
        const last = first + entries.length - 1;
        end[partition] = last + 1;
        await each.write({ partition, first, last, day: '2026-01-02' }, { source, partitions }, entries);
      }
      const ranges = end.map((at, partition) => ({ partition, oldest: 0, end: at }));
      await each.writeExtent?.({
        source,
        at:
          parts
            .slice(0, n + 1)
            .flat()
            .at(-1)?.sent ?? START,
        ranges,
      });
    }
    // A batch needs to know of each stream what it is.
    const facts = await Promise.all(archives.map((each) => each.facts()));
    if (facts.includes(undefined) && n < parts.length - 1) continue;
    await runBatch<Sale>(
      {
        ...{ pipeline, codec, archive, tables, own, checkpoints, clock },
        others: Object.fromEntries(
          others.map((each, at) => [pipeline.streams[at + 1]?.name ?? '', { codec, archive: each }]),
        ),
      },
      { toEnd: n === parts.length - 1, allowMissingPartitions: archives.length > 1 },
    );
  }
  return rowsOf(tables, pipeline);
}

describe('repartitions of all shapes, in the batch', () => {
  for (const [name, make] of Object.entries(repartitioned)) {
    const pipeline = make();
    it(`${name}: the rows of the stream, in one run or in several`, async () => {
      await fc.assert(
        fc.asyncProperty(anyMessages, fc.constantFrom(1, 3), fc.nat(30), async (messages, partitions, at) => {
          const parts = [messages.slice(0, at), messages.slice(at)];
          expect(await batched(pipeline, partitions, parts)).to.deep.equal(
            await harnessed(pipeline, partitions, messages),
          );
        }),
        { numRuns: RUNS },
      );
    });
  }
});
