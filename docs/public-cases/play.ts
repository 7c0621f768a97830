import { jsonCodec, rowObject, type Stream, type Table } from '@stockafolio/core';
import type { ArchiveEntry, Mutation, OwnArchives, RowValues, Tables } from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import { runBatch } from '@stockafolio/runner-batch';
import {
  memoryArchive,
  type MemoryArchive,
  memoryFiles,
  memoryTables,
  pipelineHarness,
  type PipelineHarness,
  virtualClock,
} from '@stockafolio/testing';
import { expect } from 'chai';
import type { Side } from './case.js';
import { type Built, Event } from './events.js';
import { type Placed, placedIn, send } from './placed.js';

/** `KEY = VALUES` of a row, or `KEY = ` if it is removed. */
export type RowText = string;

/** What a case gave in the end. */
export interface Final {
  /** The rows of the table, sorted. */
  readonly rows: readonly RowText[];
  /** The codes of its dead letters. */
  readonly letters: readonly string[];
}

export interface Played extends Final {
  /** The rows that each record changed, in no order. */
  readonly changes: readonly (readonly RowText[])[];
}

/** An event, or a message without a value. */
export type Step = Event | { readonly absent: true; readonly side: Side; readonly time: number };

/** One record after the other, each followed by a commit. */
export async function playEach({ pipeline, table }: Built, steps: readonly Step[]): Promise<Played> {
  const stored = memoryTables();
  const changes: RowText[][] = [];
  const tables: Tables = {
    ...stored,
    async write(mutations: readonly Mutation[]) {
      for (const { table: written, values, deleted = false } of mutations) {
        if (written.name !== table.name) continue;
        // A row that was never written may be removed: that changes nothing.
        const changed = !deleted || (await stored.get(table, values)) !== undefined;
        if (changed) changes.at(-1)?.push(textOf(table, deleted ? values.slice(0, table.keyLength) : values));
      }
      await stored.write(mutations);
    },
  };
  const harness = pipelineHarness<Event>(pipeline, { partitions: 1, tables });
  for (const step of steps) {
    changes.push([]);
    if ('absent' in step) harness.pushMessage(null, 0, step.time);
    else harness.push(step);
    await harness.commit();
  }
  return { changes, ...(await result(stored, table)) };
}

/** All records at once, then a lull. */
export async function playAtOnce(
  { pipeline, table }: Built,
  steps: readonly Step[],
  partitions: number,
): Promise<Final> {
  const harness = pipelineHarness<Event>(pipeline, { partitions });
  send(harness, placedIn(steps, pipeline, partitions));
  return afterLull(harness, table);
}

/** With a checkpoint after every number of records and a kill at the end; the killed process writes once more. */
export async function playWithKills(
  { pipeline, table }: Built,
  steps: readonly Step[],
  partitions: number,
): Promise<Final[]> {
  const finals: Final[] = [];
  const placed = placedIn(steps, pipeline, partitions);
  for (const kept of steps.keys()) {
    const harness = pipelineHarness<Event>(pipeline, { partitions });
    send(harness, placed.slice(0, kept));
    await harness.checkpoint({ settle: false });
    send(harness, placed.slice(kept));
    await harness.restart();
    const final = await afterLull(harness, table);
    await harness.zombies();
    expect(await result(harness.tables, table)).to.deep.equal(final);
    finals.push(final);
  }
  return finals;
}

/** From an archive of each stream. What is sent to other partitions is kept in archives of the pipeline's own. */
export async function playBatch(
  { pipeline, table }: Built,
  steps: readonly Step[],
  partitions: number,
): Promise<Final> {
  const tables = memoryTables();
  const codec = jsonCodec(Event);
  const placed = placedIn(steps, pipeline, partitions);
  const archived = await Promise.all(
    pipeline.streams.map(async ({ name }) => ({ name, codec, archive: await archiveOf(name, placed, partitions) })),
  );
  const [first, ...others] = archived;
  if (first === undefined) throw new Error('a pipeline without streams');
  const ports = { tables, checkpoints: memoryFiles(), own: memoryOwn(), clock: virtualClock() };
  await runBatch<unknown>(
    { pipeline, ...first, others: Object.fromEntries(others.map((each) => [each.name, each])), ...ports },
    { toEnd: true, allowMissingPartitions: true },
  );
  return result(tables, table);
}

async function archiveOf(
  source: string,
  placed: readonly Placed[],
  partitions: number,
): Promise<MemoryArchive<unknown>> {
  const archive = memoryArchive<unknown>();
  for (let partition = 0; partition < partitions; partition++) {
    const entries = placed
      .filter((each) => each.stream.name === source && each.partition === partition)
      .map((each, offset) => entryOf(each, offset));
    if (entries.length === 0) continue;
    const file = { partition, first: 0, last: entries.length - 1, day: '1970-01-01' };
    await archive.write(file, { source, partitions }, entries);
  }
  return archive;
}

function entryOf({ step, sent }: Placed, offset: number): ArchiveEntry<Event> {
  const at = { offset, ingested: sent };
  return 'absent' in step ? { ...at, raw: new Uint8Array(0), cause: 'it has no value' } : { ...at, record: step };
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

async function afterLull(harness: PipelineHarness<Event>, table: Table): Promise<Final> {
  // Records reach the partitions to which they are sent when they are committed.
  await harness.commit();
  harness.idle();
  await harness.commit();
  return result(harness.tables, table);
}

async function result(tables: Tables, table: Table): Promise<Final> {
  const rows: RowText[] = [];
  for await (const { values } of tables.scanAll(table)) rows.push(textOf(table, values));
  const letters: string[] = [];
  for await (const { values } of tables.scanAll(deadLetters)) {
    letters.push(String(rowObject(deadLetters, values)['code']));
  }
  return { rows: rows.sort(), letters: letters.sort() };
}

/** Key and values; the shard is none of the case's columns. */
function textOf({ columns, keyLength }: Table, values: RowValues): RowText {
  const key = values.filter((_, n) => n < keyLength && columns[n]?.name !== 'shard');
  return `${key.join(' ')} = ${values.slice(keyLength).join(' ')}`;
}
