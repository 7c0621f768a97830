import { expect } from 'chai';
import fc from 'fast-check';
import type { Sale } from '@stockafolio/conformance';
import {
  anyInputs,
  anyPartsInStages,
  anyRecords,
  messagesOf,
  namesOf,
  pipelineOfMany,
  pushTo,
  type RandomMessage,
  readAs,
  sources,
} from '@stockafolio/conformance/random';
import { jsonCodec, type Pipeline, rowObject, type Stream } from '@stockafolio/core';
import type { Codec, OwnArchives, Tables } from '@stockafolio/core/ports';
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
const RUNS = Math.ceil(Number(process.env['RANDOM_PLANS'] ?? 150) / 10);
const TIMEOUT = 30_000 + 1_000 * RUNS;
const START = 1_700_000_000_000;
const codec = jsonCodec(sources[0].schema) as Codec<unknown>;

/** @param unversioned tables of rankings: these are written as they are when a commit happens, with its version */
async function rowsOf(tables: Tables, { plan }: Pipeline, unversioned: ReadonlySet<string>): Promise<string[]> {
  const rows: string[] = [];
  // A batch of nothing makes none.
  await tables.create([...plan.tables, deadLetters]);
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

/** The rows of batches over archives that grow by parts, the last one to the end. */
async function batched(
  made: Pipeline,
  partitions: number,
  parts: readonly (readonly RandomMessage[])[],
  unversioned: ReadonlySet<string>,
): Promise<string[]> {
  const archives = new Map(made.streams.map(({ name }) => [name, memoryArchive<unknown>()]));
  const [archive, ...others] = made.streams.map(({ name }) => archives.get(name) as MemoryArchive<unknown>);
  const [tables, checkpoints, own, clock] = [memoryTables(), memoryFiles(), memoryOwn(), virtualClock()];
  const ends = new Map<string, number>();
  for (const [n, part] of parts.entries()) {
    for (const [source, each] of archives) {
      for (let partition = 0; partition < partitions; partition++) {
        const entries = part
          .filter((message) => message.stream === source && message.partition === partition)
          .map(({ offset, sent, record }) => ({
            ...{ offset, ingested: sent },
            record: record === undefined ? undefined : readAs({ name: source }, record, sent),
          }));
        const [first, last] = [entries[0]?.offset, entries.at(-1)?.offset];
        if (first === undefined || last === undefined) continue;
        ends.set(`${source} ${partition}`, last + 1);
        await each.write({ partition, first, last, day: '2026-01-02' }, { source, partitions }, entries);
      }
      const ranges = Array.from({ length: partitions }, (_, partition) => {
        return { partition, oldest: 0, end: ends.get(`${source} ${partition}`) ?? 0 };
      });
      const at =
        parts
          .slice(0, n + 1)
          .flat()
          .at(-1)?.sent ?? START;
      await each.writeExtent?.({ source, at, ranges });
    }
    const isLast = n === parts.length - 1;
    // A batch needs to know of each stream what it is.
    const facts = await Promise.all([...archives.values()].map((each) => each.facts()));
    if (facts.includes(undefined) && !isLast) continue;
    await runBatch<unknown>(
      {
        ...{ pipeline: made, codec, tables, own, checkpoints, clock, archive: archive ?? memoryArchive<unknown>() },
        others: Object.fromEntries(
          others.map((each, at) => {
            const stream = made.streams[at + 1] as Stream<unknown>;
            return [stream.name, { codec: jsonCodec(stream.schema) as Codec<unknown>, archive: each }];
          }),
        ),
      },
      { toEnd: isLast, allowMissingPartitions: true },
    );
  }
  return rowsOf(tables, made, unversioned);
}

describe('random plans in stages, in the batch', () => {
  it('make the rows, versions and dead letters of the stream, in one run or in several', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyPartsInStages,
        anyInputs,
        anyRecords,
        fc.constantFrom(1, 3),
        fc.array(fc.nat(30), { maxLength: 2 }),
        async (plan, inputs, steps, partitions, cuts) => {
          const rankings = namesOf(plan, 'rank');
          const made = pipelineOfMany(plan, inputs);
          fc.pre(made.plan.tables.length > 0 && steps.length > 0);
          const messages = messagesOf(steps, partitions, START);
          const [first = 0, second = first] = [...cuts].sort((a, b) => a - b);
          const parts = [messages.slice(0, first), messages.slice(first, second), messages.slice(second)];
          expect(await batched(made, partitions, parts, rankings)).to.deep.equal(
            await harnessed(made, partitions, messages, rankings),
          );
        },
      ),
      { numRuns: RUNS },
    );
  }).timeout(TIMEOUT);
});
