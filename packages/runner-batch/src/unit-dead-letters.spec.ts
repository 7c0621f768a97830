import { expect } from 'chai';
import { foldByKey, int64, into, jsonCodec, pipeline, record, stream } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import { memoryArchive, memoryFiles, memoryTables, pipelineHarness, virtualClock } from '@stockafolio/testing';
import { codeOf } from '@stockafolio/conformance';
import { byUser, Sale, totals } from '../test/totals.js';
import { runBatch, type BatchResult } from './run-batch.js';
import type { BatchOptions } from './options.js';

const codec = jsonCodec(Sale);
const Sum = record('sum', { amount: int64(), count: int64() });

/** A batch over messages of which some are no records. */
async function batchOf(messages: number, isBad: (n: number) => boolean, options: BatchOptions): Promise<BatchResult> {
  const archive = memoryArchive<Sale>();
  const entries = Array.from({ length: messages }, (_, offset) => {
    const at = { offset, ingested: offset };
    if (isBad(offset)) return { ...at, raw: new TextEncoder().encode('{'), cause: 'no record' };
    return { ...at, record: { user: `u${offset % 3}`, amount: 1, time: offset } };
  });
  const part = { partition: 0, first: 0, last: messages - 1, day: '2020-01-01' };
  await archive.write(part, { source: 'source-1' }, entries);
  const stores = { tables: memoryTables(), checkpoints: memoryFiles() };
  return runBatch({ pipeline: totals, codec, archive, ...stores, clock: virtualClock() }, options);
}

describe('a defect of a function', () => {
  it('has the same dead letters in a batch as in a stream, with the same frames', async () => {
    const untagged = (s: Sale): number => (s.amount === 3 ? (undefined as never as string) : 'x').length;
    for (const [timed, folded] of [
      [untagged, () => 1],
      [() => 1, untagged],
    ]) {
      const timedSales = stream('sales', Sale, { key: (s) => s.user, time: (s) => s.time * (timed?.(s) ?? 0) });
      const careless = pipeline('careless', { timedSales }, ({ timedSales }) => [
        into(
          byUser,
          timedSales.pipe(
            foldByKey('f', { key: ['user'], state: Sum, fold: (sum, s) => void (sum.count += folded?.(s) ?? 0) }),
          ),
        ),
      ]);
      const harness = pipelineHarness<Sale>(careless, { partitions: 1, onDefect: 'dead-letter' });
      const archive = memoryArchive<Sale>();
      const entries = Array.from({ length: 9 }, (_, offset) => {
        const sale = { user: 'ann', amount: offset, time: offset };
        harness.pushMessage(codec.encode(sale), 0, offset);
        const at = { offset, ingested: offset };
        return timed === untagged && offset === 3
          ? { ...at, raw: codec.encode(sale), cause: 'no record' }
          : { ...at, record: sale };
      });
      await archive.write({ partition: 0, first: 0, last: 8, day: '2020-01-01' }, { source: 'source-1' }, entries);
      const tables = memoryTables();
      const ports = { pipeline: careless, codec, archive, tables, checkpoints: memoryFiles(), clock: virtualClock() };
      await runBatch(ports);
      await harness.commit();
      const rowsIn = async (of: Tables): Promise<unknown[]> => {
        const rows: unknown[] = [];
        for await (const row of of.scanAll(deadLetters)) rows.push(row);
        return rows;
      };
      const letters = await rowsIn(tables);
      expect(letters).to.have.length(1);
      expect(JSON.stringify(letters)).to.contain('untagged (unit-dead-letters.spec.ts');
      expect(letters).to.deep.equal(await rowsIn(harness.tables));
    }
  });
});

describe('a batch with many dead letters', () => {
  it('has their figures in the result of the unit, and is done all the same', async () => {
    const { units, setAside } = await batchOf(1_000, (n) => n % 50 === 7, {});
    expect(setAside).to.equal(20);
    expect(units[0]?.manyDeadLetters).to.deep.include({ records: 1_000, rejected: 20 });
    expect(units[0]?.manyDeadLetters?.last).to.include({ partition: 0, offset: 957, code: 'ERR_BAD_RECORD' });
  });

  it('has none if they are few, of few messages, or allowed', async () => {
    for (const { units } of [
      await batchOf(1_000, (n) => n < 10, {}),
      await batchOf(99, () => true, {}),
      await batchOf(1_000, (n) => n % 2 === 0, { deadLetterShare: 0.5 }),
    ])
      expect(units[0]).to.not.have.property('manyDeadLetters');
  });

  it('ends if it is to', async () => {
    const fail = { onManyDeadLetters: 'fail' } as const;
    expect(await codeOf(() => batchOf(1_000, (n) => n % 50 === 7, fail))).to.equal('ERR_MANY_DEAD_LETTERS');
    expect(await codeOf(() => batchOf(1_000, (n) => n < 10, fail))).to.equal(undefined);
  });
});
