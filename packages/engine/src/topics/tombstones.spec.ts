import { expect } from 'chai';
import fc from 'fast-check';
import {
  bounded,
  byPieces,
  forwardTopic,
  isPlenty,
  limits,
  plenty,
  plentyTopic,
  room,
  shelves,
  shopStock,
  stock,
  stocking,
} from '@stockafolio/conformance';
import type { Topic } from '@stockafolio/core';
import { pipelineHarness, type PipelineHarness, type SentMessage } from '@stockafolio/testing';
import { anyDisturbances } from '../../test/disturbed.js';
import {
  foreignChanges,
  repeatedChanges,
  type StockChange,
  stockMessage,
  whatCounts,
} from '../../test/stock-messages.js';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Number(process.env['RANDOM_PLANS'] ?? 60);
const partitions = 2;

function receive(harness: PipelineHarness<unknown>, change: StockChange): void {
  const message = stockMessage(change, partitions) as SentMessage<never>;
  harness.receive(change.of === 'stock' ? stock : limits, [message]);
}

/** All rows of the pipeline, by a plain program. */
function naiveRows(changes: readonly StockChange[]): Readonly<Record<string, readonly object[]>> {
  const counting = whatCounts(changes);
  const of = (name: StockChange['of']) =>
    counting.flatMap(({ of, shop, item, pieces, time }) =>
      of === name && pieces !== undefined ? [{ shop, item, pieces, time }] : [],
    );
  const [there, most] = [of('stock'), of('limits')];
  const mostOf = new Map(most.map(({ shop, item, pieces }) => [`${shop} ${item}`, pieces]));
  const rows = there.map(({ shop, item, pieces }) => ({ shop, item, pieces }));
  const both = rows.flatMap((row) => {
    const max = mostOf.get(`${row.shop} ${row.item}`);
    return max === undefined ? [] : [{ ...row, most: max }];
  });
  const alone = rows.filter(({ shop, item }) => !mostOf.has(`${shop} ${item}`));
  const empty = most.filter(({ shop, item }) => !rows.some((row) => row.shop === shop && row.item === item));
  const shops = [
    ...new Set(changes.filter(({ of, pieces }) => of === 'stock' && pieces !== undefined).map(({ shop }) => shop)),
  ];
  return {
    shelves: there,
    plenty: rows.filter(({ pieces }) => isPlenty(pieces)),
    byPieces: rows,
    shopStock: shops.map((shop) => {
      const own = rows.filter((row) => row.shop === shop);
      return { shop, items: own.length, pieces: own.reduce((sum, { pieces }) => sum + pieces, 0) };
    }),
    bounded: both,
    room: [...both, ...alone, ...empty.map(({ shop, item, pieces: max }) => ({ shop, item, most: max }))],
  };
}

async function rowsOf(harness: PipelineHarness<unknown>): Promise<Readonly<Record<string, readonly object[]>>> {
  return {
    shelves: await harness.rows(shelves),
    plenty: await harness.rows(plenty),
    byPieces: await harness.rows(byPieces),
    shopStock: await harness.rows(shopStock),
    bounded: await harness.rows(bounded),
    room: await harness.rows(room),
  };
}

const sorted = (all: Readonly<Record<string, readonly object[]>>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(all).map(([name, rows]) => [
      name,
      rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort(),
    ]),
  );

/** What a reader of a compacted topic has: of each key the message with the highest version, if that has a value. */
function compacted<T>(harness: PipelineHarness<unknown>, topic: Topic<T>): ReadonlyMap<string, T> {
  const last = new Map<string, { readonly version: number; readonly record: T | undefined }>();
  for (const { key, record, headers } of harness.sent(topic, { repeats: true })) {
    const version = Number(headers['version']);
    if (version >= (last.get(key ?? '')?.version ?? 0)) last.set(key ?? '', { version, record });
  }
  return new Map([...last].flatMap(([key, { record }]) => (record === undefined ? [] : [[key, record]])));
}

describe('a compacted topic that is read as a changelog', () => {
  for (const [of, changes] of [
    ['other producers', foreignChanges],
    ['a pipeline that repeats itself', repeatedChanges],
  ] as const)
    it(`gives the rows that its current values make, of ${of}, however often the reader is killed`, async () => {
      await fc.assert(
        fc.asyncProperty(changes, anyDisturbances, async (all, disturbances) => {
          const harness = pipelineHarness(stocking, { partitions });
          for (const change of all) {
            receive(harness, change);
            const { value } = disturbances.next() as IteratorYieldResult<string>;
            if (value === 'redeliver') await harness.redeliver(3);
            else if (value === 'restart') await harness.restart();
            else if (value === 'checkpoint') await harness.checkpoint();
            else if (value === 'commit') await harness.commit();
            else if (value === 'zombies') await harness.zombies();
          }
          await harness.commit();
          expect((await harness.deadLetters()).map(({ cause }) => cause)).to.deep.equal([]);
          expect(sorted(await rowsOf(harness))).to.deep.equal(sorted(naiveRows(all)));
          const rows = await rowsOf(harness);
          expect([...compacted(harness, forwardTopic).values()].length).to.equal(rows['shelves']?.length);
          expect([...compacted(harness, plentyTopic).values()].length).to.equal(rows['plenty']?.length);
        }),
        { numRuns: RUNS },
      );
    });
});
