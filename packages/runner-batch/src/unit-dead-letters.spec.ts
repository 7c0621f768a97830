import { expect } from 'chai';
import { jsonCodec } from '@stockafolio/core';
import { memoryArchive, memoryFiles, memoryTables, virtualClock } from '@stockafolio/testing';
import { codeOf } from '@stockafolio/conformance';
import { Sale, totals } from '../test/totals.js';
import { runBatch, type BatchResult } from './run-batch.js';
import type { BatchOptions } from './options.js';

const codec = jsonCodec(Sale);

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
