import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map, merge, type Observable } from 'rxjs';
import { codeOf, Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  optional,
  pipeline,
  type Pipeline,
  processByKey,
  record,
  repartition,
  seconds,
  shard,
  stream,
  table,
  text,
  timestamp,
  topic,
  type Update,
} from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';
import { pipelineHarness } from '@stockafolio/testing';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';
import { feed, newEngine } from '../../test/engines.js';

const Kept = record('kept', { amount: int64(), at: timestamp(), hidden: text() });
const Moved = record('moved', { user: text(), item: text(), amount: int64(), at: timestamp() });
const columns = { user: text(), item: text(), amount: int64({ max: 1_000 }), at: timestamp(), note: optional(text()) };
const shelves = table('shelves', { partitionBy: ['user'], clusterBy: ['item'] }, columns);
const sharded = table(
  'sharded',
  { partitionBy: ['user'], clusterBy: ['item', 'shard'] },
  { user: text(), item: text({ max: 5 }), shard: shard(), amount: int64() },
);

/**
 * Keeps the amount of each item of a user, for five seconds after the last one. One below 0 removes it, with all others of
 * the user below it; -5 the user, -7 fails.
 */
const shelved: Pipeline = pipeline('shelved', { sales }, ({ sales }) => {
  const { items } = processByKey('shelve', sales, {
    key: ['user'],
    maps: { items: { key: text(), value: Kept, output: true } },
    timers: ['quiet'],
    onRecord: (_, { item, amount, time }, { maps: { items }, timers, remove }) => {
      timers.quiet.set(time + seconds(5));
      if (amount > 0) items.set(item, { amount, at: time, hidden: item });
      else if (amount === -9) items.clear();
      else for (const [name] of items) if (name <= item) items.delete(name);
      // It is there again at once: it has a row.
      if (amount === -2) items.set(item, { amount: 2, at: time, hidden: '' });
      if (amount === -5) remove();
      if (amount === -7) throw new Error('seven');
    },
    onTimer: (_, __, { maps: { items } }) => items.clear(),
  });
  return [into(shelves, items), into(sharded, items)];
});

/** Each record sets and removes as many items as it says. The last one is set again by a timer, at the same record. */
const passing: Pipeline = pipeline('passing', { sales }, ({ sales }) => {
  const { items } = processByKey('pass', sales, {
    key: ['user'],
    maps: { items: { key: text(), value: Kept, output: true } },
    timers: ['last'],
    onRecord: (_, { amount, time }, { maps: { items }, timers }) => {
      for (let n = 0; n < amount; n++) items.set(String(n), { amount: n, at: time, hidden: '' });
      items.clear();
      timers.last.set(time);
    },
    onTimer: (_, { time }, { maps: { items } }) => items.set('399', { amount: 1, at: time, hidden: '' }),
  });
  return [into(shelves, items)];
});

interface Row {
  readonly user: string;
  readonly item: string;
  readonly amount: number;
  readonly at: number;
}

/** What is on the shelves after sales, by user and item. */
function plain(all: readonly Sale[]): Row[] {
  let left: Row[] = [];
  const quiet = new Map<string, number>();
  // Timers fire after the record that moves the watermark, unless it is dead-lettered.
  const fire = (now: number): void => {
    for (const [user, at] of quiet) {
      if (at > now) continue;
      left = left.filter((row) => row.user !== user);
      quiet.delete(user);
    }
  };
  for (const { user, item, amount, time } of all) {
    if (amount === -7) continue;
    const without = (isGone: (row: Row) => boolean): Row[] => left.filter((row) => row.user !== user || !isGone(row));
    if (amount > 0) left = [...without((row) => row.item === item), { user, item, amount, at: time }];
    else left = without((row) => amount === -5 || amount === -9 || row.item <= item);
    if (amount === -2) left = [...left, { user, item, amount: 2, at: time }];
    if (amount === -5) quiet.delete(user);
    else quiet.set(user, time + 5_000);
    fire(time);
  }
  return left;
}

const anySales = fc
  .array(
    fc.record({
      user: fc.constantFrom('ann', 'bob'),
      item: fc.constantFrom('ale', 'rum', 'tea'),
      amount: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -9, max: -1 })),
      step: fc.nat(3_000),
    }),
    { maxLength: 60, size: 'max' },
  )
  .map((all) => {
    let time = 10_000;
    return all.map(({ step, ...each }) => ({ ...each, time: (time += step) }));
  });

const sorted = <T>(rows: Iterable<T>): T[] =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** A map that is an output, of items by amount. */
const amounts = (from: Observable<Sale>) =>
  processByKey('p', from, {
    key: ['user'],
    maps: { items: { key: text(), value: Kept, output: true } },
    outputs: { seen: Sale },
    onRecord: (_, each, { maps: { items }, emit }) => {
      items.set(each.item, { amount: each.amount, at: each.time, hidden: '' });
      emit.seen(each);
    },
  });

describe('maps of processByKey that are outputs', () => {
  it('have the rows of a naive map, at any kill, redelivery and commit', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, anyDisturbances, async (records, disturbances) => {
        const harness = pipelineHarness<Sale>(shelved, { partitions: 1 });
        await pushDisturbed(harness, records, disturbances);
        await harness.commit();
        const left = plain(records);
        expect(sorted(await harness.rows(shelves))).to.deep.equal(sorted(left));
        expect(sorted(await harness.rows(sharded))).to.deep.equal(
          sorted(left.map(({ user, item, amount }) => ({ user, item, shard: 0, amount }))),
        );
        expect(await harness.deadLetters()).to.have.length(records.filter(({ amount }) => amount === -7).length);
      }),
      { numRuns: 100 },
    );
  });

  it('have the same rows and versions in batches of records as one by one', () => {
    fc.assert(
      fc.property(anySales, fc.array(fc.nat(20), { maxLength: 6 }), (records, sizes) => {
        let from = 0;
        const batches = [...sizes, 60].map((size) => records.slice(from, (from += size)));
        expectSameInBatches(shelved, batches);
      }),
      { numRuns: 60 },
    );
  });

  it('are written once for each entry that has changed, in parts if that is asked for', () => {
    const engine = newEngine(shelved);
    const all = ['ale', 'rum', 'tea'].map((item, n) => sale({ item, amount: 1, time: n }));
    feed(engine, [...all, ...all.map((each) => ({ ...each, amount: 2, time: 5 }))]);
    const parts = [...engine.commitInParts(2)].map((rows) =>
      rows.filter(({ table }) => table.name === 'shelves').map(({ values }) => values.slice(1, 3)),
    );
    expect(parts.filter(({ length }) => length > 0)).to.deep.equal([
      [
        ['ale', 2],
        ['rum', 2],
      ],
      [['tea', 2]],
    ]);
    expect(engine.commit()).to.deep.equal([]);
    feed(engine, [sale({ item: 'rum', amount: 3, time: 6 }), sale({ item: 'ale', amount: -1, time: 6 })]);
    expect(engine.commit().map(({ table, values, deleted }) => [table.name, values.slice(1, 2), deleted])).to.eql([
      ['shelves', ['rum'], undefined],
      ['sharded', ['rum'], undefined],
      ['shelves', ['ale'], true],
      ['sharded', ['ale'], true],
    ]);
  });

  it('have their removals written before the commit where there are many', () => {
    const engine = newEngine(passing);
    // So many that the last one is when they are written.
    const records = Array.from({ length: 164 }, (_, time) => sale({ amount: 400, time }));
    feed(engine, records);
    const drained = engine.drain();
    expect(drained).to.have.length.of.at.least(60_000);
    const stored = new Map<unknown, Mutation>();
    for (const row of [...drained, ...engine.commit()]) {
      const known = stored.get(row.values[1])?.version ?? Number.NEGATIVE_INFINITY;
      if (row.version > known) stored.set(row.values[1], row);
    }
    expect(stored).to.have.property('size', 400);
    const left = [...stored.values()].filter(({ deleted }) => deleted !== true);
    expect(left.map(({ values }) => values[1])).to.deep.equal(['399']);
  });

  it('reject the record that sets an entry which is no row, whatever its function makes of it', async () => {
    const careless = pipeline('careless', { sales }, ({ sales }) => {
      const { items } = processByKey('p', sales, {
        key: ['user'],
        maps: { items: { key: text(), value: Kept, output: true } },
        onRecord: (_, { item, amount, time }, { maps: { items } }) => {
          try {
            items.set(item, { amount, at: time, hidden: '' });
          } catch {
            items.set('rum', { amount: 1, at: time, hidden: '' });
          }
        },
      });
      return [into(shelves, items), into(sharded, items)];
    });
    const harness = pipelineHarness<Sale>(careless, { partitions: 1 });
    harness.push(sale({ item: 'ale', amount: 1_000, time: 1 }), sale({ item: 'ale', amount: 1_001, time: 2 }));
    harness.push(sale({ item: 'barley', amount: 1, time: 3 }));
    await harness.commit();
    expect(await harness.rows(shelves)).to.deep.equal([{ user: 'ann', item: 'ale', amount: 1_000, at: 1 }]);
    expect((await harness.deadLetters()).map(({ offset, code }) => [offset, code])).to.deep.equal([
      [1, 'ERR_ROW_INVALID'],
      [2, 'ERR_ROW_INVALID'],
    ]);
  });

  it('are an edge of the plan', () => {
    expect(shelved.plan.edges.slice(1)).to.deep.equal([
      { from: 'shelve', output: 'items', to: 'shelves', table: true },
      { from: 'shelve', output: 'items', to: 'sharded', table: true },
    ]);
    expect(shelved.plan.operators[0]?.settings).to.include({ maps: 'items', outputs: 'items' });
  });

  it('go directly into tables that fit, and nowhere else', async () => {
    const other = stream('other', Sale, { key: 'user', time: ({ time }) => time });
    const rows = map(
      ({ key: [user, item], value }: Update<readonly [string, string], { amount: number; at: number }>) => ({
        ...{ user, item, amount: value.amount, at: value.at },
      }),
    );
    const sums = table('sums', { partitionBy: ['user'] }, { user: text(), ...Sum.fields });
    const byNumber = table('by_number', { partitionBy: ['user'], clusterBy: ['n'] }, { user: text(), n: int64() });
    const wider = table('wider', { partitionBy: ['user'], clusterBy: ['item'] }, { ...columns, more: int64() });
    const refused: Record<string, (from: Observable<Sale>) => unknown> = {
      'a function': (from) => into(shelves, amounts(from).items.pipe(rows)),
      'a filter': (from) => into(shelves, amounts(from).items.pipe(filter(() => true)) as never),
      'a fold': (from) =>
        into(
          sums,
          amounts(from).items.pipe(
            foldByKey('f', { key: ({ key: [user] }) => [user], state: Sum, fold: (sum) => void (sum.count += 1) }),
          ),
        ),
      'a topic': (from) => into(topic(other), amounts(from).items as never),
      'a repartition': (from) =>
        amounts(from).items.pipe(rows, repartition('moved', { key: ['user'], time: ({ at }) => at, schema: Moved })),
      'a key of another kind': (from) => into(byNumber, amounts(from).items as never),
      'a column that entries lack': (from) => into(wider, amounts(from).items as never),
      'one output': (from) =>
        from.pipe(
          processByKey('p', {
            ...{ key: ['user'], maps: { items: { key: text(), value: Kept, output: true } }, output: Sale },
            onRecord: () => undefined,
          }),
        ),
      'two outputs of one name': (from) =>
        processByKey('p', from, {
          ...{ key: ['user'], maps: { items: { key: text(), value: Kept, output: true } }, outputs: { items: Sale } },
          onRecord: () => undefined,
        }),
    };
    for (const [what, made] of Object.entries(refused)) {
      const code = await codeOf(() =>
        pipeline('refused', { sales }, ({ sales }) => {
          made(sales);
          return [];
        }),
      );
      expect(code, what).to.equal('ERR_PIPELINE_INVALID');
    }
    const merged = pipeline('merged', { sales }, ({ sales }) => {
      const { items, seen } = amounts(sales);
      return [into(shelves, merge(items.pipe(rows), seen.pipe(map(({ time: at, ...each }) => ({ ...each, at })))))];
    });
    expect(await codeOf(() => newEngine(merged))).to.equal('ERR_PIPELINE_INVALID');
  });
});
