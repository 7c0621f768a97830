import { expect } from 'chai';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  jsonCodec,
  type Pipeline,
  pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import type { ArchiveEntry, ArchiveFacts, Codec, ReadEntry } from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import { memoryArchive, memoryFiles, memoryTables, virtualClock } from '@stockafolio/testing';
import type { BatchOptions } from './options.js';
import { runBatch } from './run-batch.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 5);

const Sale = record('sale', { user: text(), n: int64({ max: 1_000 }), time: timestamp() });
type Sale = Infer<typeof Sale>;
const sales = stream('sales', Sale, { key: (s) => s.user, time: (s) => s.time });
const Sum = record('sum', { n: int64() });
const sums = table('sums', { partitionBy: ['user'] }, { user: text(), n: int64() });
const totals: Pipeline = pipeline('totals', { sales }, ({ sales }) => [
  into(sums, sales.pipe(foldByKey('f', { key: (s) => [s.user], state: Sum, fold: (sum, s) => void (sum.n += s.n) }))),
]);
const codec = jsonCodec(Sale);
const raw = (sale: Partial<Sale>): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ user: 'ann', n: 1, time: NOW, ...sale }));
const sale = (facts: Partial<Sale> = {}): Sale => ({ user: 'ann', n: 1, time: NOW, ...facts });

interface Outcome {
  readonly rows: readonly unknown[];
  readonly letters: readonly unknown[];
}

/** The outcome of a batch over the entries of one file. */
async function outcomeOf(
  entries: readonly ReadEntry<Sale>[],
  facts: Partial<ArchiveFacts> = {},
  options: BatchOptions = {},
  by: Codec<Sale> = codec,
): Promise<Outcome> {
  const archive = memoryArchive<Sale>();
  const told = { source: 'sales-1', ...facts };
  await archive.write(
    { partition: 0, first: 0, last: entries.length - 1, day: '2026-01-05' },
    told,
    entries as readonly ArchiveEntry<Sale>[],
  );
  const tables = memoryTables();
  const ports = { pipeline: totals, codec: by, archive, tables, checkpoints: memoryFiles(), clock: virtualClock() };
  // One partition is enough here, whatever their number.
  await runBatch(ports, { allowMissingPartitions: true, ...options });
  const [rows, letters]: [unknown[], unknown[]] = [[], []];
  for await (const { values } of tables.scanAll(sums)) rows.push(values);
  for await (const { values } of tables.scanAll(deadLetters)) letters.push([values[2], values[4], values[6]]);
  return { rows, letters };
}

describe('an archived message', () => {
  it('is judged again: one that was invalid then and is valid now counts', async () => {
    const { rows, letters } = await outcomeOf([
      { offset: 0, ingested: NOW, record: sale({ n: 1 }) },
      { offset: 1, ingested: NOW, raw: raw({ n: 500 }), cause: 'n: 500 is above the largest, 10' },
      { offset: 2, ingested: NOW, raw: raw({ n: 5_000 }), cause: 'n: 5000 is above the largest, 10' },
    ]);
    expect(rows).to.eql([['ann', 501]]);
    expect(letters).to.eql([[2, 'ERR_BAD_RECORD', '{"user":"ann","n":5000,"time":1767571200000}']]);
  });

  it('is judged again: one that was valid then and is invalid now is dead-lettered, encoded if possible', async () => {
    const { rows, letters } = await outcomeOf([
      { offset: 0, ingested: NOW, record: sale({ n: 2 }) },
      { offset: 1, ingested: NOW, unfit: sale({ n: 2_000 }), cause: 'n: 2000 is not within 0 and 1000' },
    ]);
    expect(rows).to.eql([['ann', 2]]);
    expect(letters).to.have.length(1);
    expect(letters[0]).to.have.nested.property('[2]').that.contains('"n":2000');
  });

  it('keeps its time of arrival: a time from a fast producer clock stays wrong later', async () => {
    const fast = { time: NOW + 3 * DAY };
    const { rows, letters } = await outcomeOf([
      { offset: 0, ingested: NOW, record: sale() },
      { offset: 1, ingested: fast.time, raw: raw(fast), cause: 'its time is ahead', seen: NOW },
      { offset: 2, ingested: NOW, record: sale({ n: 4 }) },
    ]);
    expect(rows).to.eql([['ann', 5]]);
    expect(letters).to.have.length(1);
  });

  it('is read by the codec that the batch is given', async () => {
    const german = jsonCodec(Sale, { names: { user: 'kunde', n: 'anzahl', time: 'zeit' } });
    const message = new TextEncoder().encode(JSON.stringify({ kunde: 'ann', anzahl: 7, zeit: NOW }));
    const entries: ReadEntry<Sale>[] = [{ offset: 0, ingested: NOW, raw: message, cause: 'anzahl: is missing' }];
    expect((await outcomeOf(entries)).rows).to.eql([]);
    expect((await outcomeOf(entries, {}, {}, german)).rows).to.eql([['ann', 7]]);
  });

  it('is checked for its partition again, unless the archiver checked it with the same partitioner', async () => {
    // With this many partitions, not all three belong to the first.
    const entries: ReadEntry<Sale>[] = [
      { offset: 0, ingested: NOW, record: sale({ user: 'bob' }) },
      { offset: 1, ingested: NOW, record: sale() },
      { offset: 2, ingested: NOW, record: sale({ user: 'cid' }) },
    ];
    const codeOf = (facts: Partial<ArchiveFacts>): Promise<unknown> =>
      outcomeOf(entries, facts).then(
        () => undefined,
        (error: { code?: string }) => error.code,
      );
    expect(await codeOf({ partitions: 64 })).to.equal('ERR_PARTITION_MISMATCH');
    expect(await codeOf({ partitions: 64, partitioner: 'crc32' })).to.equal('ERR_PARTITION_MISMATCH');
    expect(await codeOf({ partitions: 64, partitioner: 'murmur2' })).to.equal(undefined);
    expect(await codeOf({ partitions: 1 })).to.equal(undefined);
    expect(await codeOf({})).to.equal(undefined);
    const { letters } = await outcomeOf(entries, { partitions: 64 }, { onPartitionMismatch: 'dead-letter' });
    expect(letters.map((letter) => (letter as unknown[])[1])).to.include('ERR_PARTITION_MISMATCH');
  });
});
