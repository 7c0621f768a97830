import { foldByKey, int64, into, jsonCodec, money, pipeline, record, table, text } from '@stockafolio/core';
import { runBatch } from '@stockafolio/runner-batch';
import { memoryArchive, memoryFiles, memoryTables, pipelineHarness, virtualClock } from '@stockafolio/testing';
import { expect } from 'chai';
import { Receipt, receipts } from './amendments.js';

const Turnover = record('turnover', { receipts: int64(), amount: money() });
const turnovers = table('turnovers', { partitionBy: ['shop'] }, { shop: text(), ...Turnover.fields });
const shops = pipeline('shops', { receipts }, ({ receipts }) => [
  into(
    turnovers,
    receipts.pipe(
      foldByKey('turnovers', {
        key: ['shop'],
        state: Turnover,
        fold: (sum, { amount }) => {
          sum.receipts += 1;
          sum.amount += amount;
        },
      }),
    ),
  ),
]);

const all: readonly Receipt[] = [
  { number: '1', shop: 'north', amount: 5_0000, time: 1 },
  { number: '2', shop: 'north', amount: 7_0000, time: 2 },
  { number: '3', shop: 'north', amount: 9_0000, time: 3 },
  { number: '4', shop: 'north', amount: 0, time: 4, kind: 'void', of: '1' },
  { number: '5', shop: 'north', amount: 8_0000, time: 5, kind: 'correct', of: '2' },
];

describe('the receipts of the guide', () => {
  it('are as they came in a stream, and as they should have been in the batch', async () => {
    const codec = jsonCodec(Receipt);
    const harness = pipelineHarness(shops, { codec, partitions: 1 });
    harness.push(...all);
    await harness.commit();
    expect(await harness.rows(turnovers)).to.eql([{ shop: 'north', receipts: 3, amount: 21_0000 }]);
    expect((await harness.deadLetters()).map(({ offset, code }) => [offset, code])).to.eql([
      [3, 'ERR_AMENDMENT'],
      [4, 'ERR_AMENDMENT'],
    ]);

    const archive = memoryArchive<Receipt>();
    const entries = all.map((receipt, offset) => ({ offset, ingested: offset, record: receipt }));
    const file = { partition: 0, first: 0, last: all.length - 1, day: '1970-01-01' };
    await archive.write(file, { source: 'till', partitions: 1 }, entries);
    const tables = memoryTables();
    await runBatch({ pipeline: shops, codec, archive, tables, checkpoints: memoryFiles(), clock: virtualClock() });
    const row = await tables.get(turnovers, ['north']);
    expect(row?.values).to.eql(['north', 2, 17_0000]);
  });
});
