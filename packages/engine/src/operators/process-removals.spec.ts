import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map, type Observable } from 'rxjs';
import { codeOf, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  type Mutable,
  pipeline,
  type Pipeline,
  processByKey,
  record,
  removable,
  repartition,
  stream,
  table,
  text,
  timestamp,
  topic,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';

const Shelf = record('shelf', { user: text(), item: text(), amount: int64(), at: timestamp() });
const shelves = table('shelves', { partitionBy: ['user'], clusterBy: ['item'] }, Shelf.fields);
const doubled = table('doubled', { partitionBy: ['user'], clusterBy: ['item'] }, Shelf.fields);
const sums = table('sums', { partitionBy: ['user'] }, { user: text(), ...Sum.fields });
const shelfTopic = stream('shelf_topic', Shelf, { key: 'user', time: ({ at }) => at });
const shelfChanges = topic(shelfTopic, { compactBy: ['user', 'item'] });
const NONE = { user: '', item: '', amount: 0, at: 0 };
const count = (sum: Mutable<Infer<typeof Sum>>): void => void (sum.count += 1);

/** Keeps the amount of each item of a user; one below 0 removes it, with all others of the user below it. */
const shelved = (to: 'tables' | 'topic'): Pipeline =>
  pipeline(`shelved-${to}`, { sales }, ({ sales }) => {
    const { shelves: rows, seen } = processByKey('shelve', sales, {
      key: ['user'],
      maps: { items: { key: text(), value: Shelf } },
      outputs: { shelves: removable(Shelf), seen: Shelf },
      onRecord: (_, { user, item, amount, time }, { maps: { items }, emit }) => {
        const row = { user, item, amount, at: time };
        emit.seen(row);
        if (amount > 0) {
          const before = items.get(item);
          // What a function makes of this one may have another key, or nothing may.
          if (before !== undefined) emit.shelves.remove(before);
          items.set(item, row);
          emit.shelves(row);
          return;
        }
        for (const [name, other] of items) {
          if (name > item) continue;
          items.delete(name);
          emit.shelves.remove(other);
        }
        if (amount === -7) throw new Error('seven');
      },
    });
    const counted = into(sums, seen.pipe(foldByKey('sums', { key: ['user'], state: Sum, fold: count })));
    if (to === 'topic') return [counted, into(shelfChanges, rows)];
    const twice = rows.pipe(
      filter(({ amount }) => amount % 3 !== 0),
      map((row) => ({ ...row, amount: 2 * row.amount })),
    );
    return [counted, into(shelves, rows), into(doubled, twice)];
  });

const anySales = fc.array(
  fc.record({
    user: fc.constantFrom('ann', 'bob'),
    item: fc.constantFrom('ale', 'rum', 'tea'),
    amount: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -9, max: -1 })),
    step: fc.nat(3_000),
  }),
  { maxLength: 60, size: 'max' },
);

function timed(all: readonly (Omit<Sale, 'time'> & { readonly step: number })[]): Sale[] {
  let time = 10_000;
  return all.map(({ step, ...each }) => ({ ...each, time: (time += step) }));
}

/** What is on the shelves after sales, by user and item. */
function plain(all: readonly Sale[]): Map<string, { user: string; item: string; amount: number; at: number }> {
  const left = new Map<string, { user: string; item: string; amount: number; at: number }>();
  for (const { user, item, amount, time } of all) {
    if (amount === -7) continue;
    if (amount > 0) left.set(`${user} ${item}`, { user, item, amount, at: time });
    else for (const [key, each] of left) if (each.user === user && each.item <= item) left.delete(key);
  }
  return left;
}

const sorted = <T>(rows: Iterable<T>): T[] =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

describe('values that processByKey removes', () => {
  it('have no rows, as of a naive map, at any kill, redelivery and commit', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, anyDisturbances, async (all, disturbances) => {
        const records = timed(all);
        const harness = pipelineHarness<Sale>(shelved('tables'), { partitions: 2 });
        await pushDisturbed(harness, records, disturbances);
        await harness.commit();
        const left = plain(records);
        expect(sorted(await harness.rows(shelves))).to.deep.equal(sorted(left.values()));
        const passed = [...left.values()].filter(({ amount }) => amount % 3 !== 0);
        expect(sorted(await harness.rows(doubled))).to.deep.equal(
          sorted(passed.map((row) => ({ ...row, amount: 2 * row.amount }))),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('have the same rows and versions in batches of records as one by one', () => {
    fc.assert(
      fc.property(fc.array(anySales, { maxLength: 4 }), (batches) => {
        const all = timed(batches.flat());
        let from = 0;
        expectSameInBatches(
          shelved('tables'),
          batches.map((batch) => all.slice(from, (from += batch.length))),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('are tombstones in a compacted topic', async () => {
    const harness = pipelineHarness<Sale>(shelved('topic'), { partitions: 1 });
    harness.push(sale({ item: 'rum', amount: 3, time: 1 }), sale({ item: 'tea', amount: 4, time: 2 }));
    harness.push(sale({ item: 'rum', amount: -1, time: 3 }));
    await harness.commit();
    const sent = harness.sent(shelfChanges).map(({ record, key }) => [record?.item, key]);
    expect(sent).to.deep.equal([
      ['rum', 'ann\u0000rum'],
      ['tea', 'ann\u0000tea'],
      [undefined, 'ann\u0000rum'],
    ]);
  });

  it('go into no operator, and into no topic that is not compacted', async () => {
    const rowsOf = (from: Observable<Sale>) =>
      from.pipe(
        processByKey('p', {
          key: ['user'],
          output: removable(Shelf),
          onRecord: (_, __, { emit }) => emit.remove(NONE),
        }),
      );
    const folded = (from: Observable<Sale>) =>
      into(sums, rowsOf(from).pipe(foldByKey('f', { key: ['user'], state: Sum, fold: count })));
    const sent = (from: Observable<Sale>) => into(topic(shelfTopic), rowsOf(from));
    const moved = (from: Observable<Sale>) =>
      into(shelves, rowsOf(from).pipe(repartition('moved', { key: ['item'], time: ({ at }) => at, schema: Shelf })));
    for (const refused of [folded, sent, moved])
      expect(await codeOf(() => pipeline('refused', { sales }, ({ sales }) => [refused(sales)]))).to.equal(
        'ERR_PIPELINE_INVALID',
      );
    expect(() => pipeline('taken', { sales }, ({ sales }) => [into(shelves, rowsOf(sales))])).not.to.throw();
  });
});
