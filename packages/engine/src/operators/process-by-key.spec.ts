import { expect } from 'chai';
import fc from 'fast-check';
import { map, merge } from 'rxjs';
import { addTo, bySecond, byUser, looseSales, Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  pipeline,
  type Pipeline,
  processByKey,
  record,
  table,
  text,
  timestamp,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { marbles, pipelineHarness, trace } from '@stockafolio/testing';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';
import { feed, newEngine } from '../../test/engines.js';

const Told = record('told', { user: text(), what: text(), at: timestamp() });
const Story = record('story', { told: text({ max: 100_000 }) });
const stories = table('stories', { partitionBy: ['user'] }, { user: text(), ...Story.fields });
const told = table(
  'told',
  { partitionBy: ['user'], clusterBy: ['at', 'what'] },
  { user: text(), at: timestamp(), what: text() },
);

const at = { a: (time: number) => sale({ time }), b: (time: number) => sale({ user: 'bob', time }) };

/** Sets timer x to 2 s after each record, and tells what happens. */
const silent = processByKey<Sale, typeof Told, [string], typeof Sum.fields, never, never, 'x'>('p', {
  ...{ key: ({ user }) => [user], state: Sum, timers: ['x'], output: Told },
  onRecord: (state, { user, time }, { timers, emit }) => {
    state.count += 1;
    timers.x.set(time + 2_000);
    emit({ user, what: 'seen', at: time });
  },
  onTimer: ({ count }, { name, time }, { key: [user], emit }) => emit({ user, what: `${name}${count}`, at: time }),
});

/** What sales ask for, by their item: timers to set, by name and seconds from the time of the sale. */
const asked: Pipeline = pipeline('asked', { looseSales }, ({ looseSales }) => [
  into(
    stories,
    looseSales.pipe(
      processByKey('asked', {
        key: ['user', 'amount'],
        timers: ['a', 'b', 'c'],
        output: Told,
        onRecord: (_, { item, time }, { timers }) => {
          for (const [name = '', seconds = ''] of item.split(' ').map((each) => [each.slice(0, 1), each.slice(1)])) {
            const timer = timers[name as 'a' | 'b' | 'c'];
            if (seconds === '') timer.cancel();
            else timer.set(time + 1_000 * Number(seconds));
          }
        },
        onTimer: (_, { name, time }, { key: [user, amount], emit, watermark }) => {
          if (watermark !== time) throw new Error('its time is not its watermark');
          emit({ user, what: `${amount}${name}`, at: time });
        },
      }),
      foldByKey('stories', {
        ...{ key: ['user'], state: Story },
        fold: (story, { what, at }) => void (story.told += `${at} ${what}\n`),
      }),
    ),
  ),
]);

const anyAsking = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob'), amount: fc.integer({ min: 1, max: 3 }), back: fc.nat(5_000) },
      item: fc
        .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('', '-9', '0', '1', '4', '4')), {
          minLength: 1,
        })
        .map((timers) => timers.map(([name, to]) => name + to).join(' ')),
      step: fc.oneof(fc.constant(0), fc.constant(1_000), fc.nat(5_000)),
    }),
    { maxLength: 30 },
  )
  .map((all) => {
    let time = 0;
    return all.map(({ step, back, ...facts }) =>
      sale({ ...facts, time: (time += step) + 5_000 - (back - (back % 1_000)) }),
    );
  });

/** The stories by the plain definition: all timers in a list. */
function storiesOf(records: readonly Sale[]): Record<string, string> {
  const result: Record<string, string> = {};
  let [watermark, timers] = [
    Number.NEGATIVE_INFINITY,
    [] as { user: string; amount: number; name: string; to: number }[],
  ];
  for (const { user, amount, item, time } of records) {
    for (const each of item.split(' ')) {
      const [name, seconds] = [each.slice(0, 1), each.slice(1)];
      timers = timers.filter((other) => other.user !== user || other.amount !== amount || other.name !== name);
      const to = Math.max(watermark + 1, time + 1_000 * Number(seconds));
      if (seconds !== '') timers.push({ user, amount, name, to });
    }
    watermark = Math.max(watermark, time - 3_000);
    const due = timers.filter(({ to }) => to <= watermark);
    due.sort(
      (a, b) => a.to - b.to || a.user.localeCompare(b.user) || a.amount - b.amount || a.name.localeCompare(b.name),
    );
    for (const { user: owner, amount: n, name, to } of due) result[owner] = `${result[owner] ?? ''}${to} ${n}${name}\n`;
    timers = timers.filter(({ to }) => to > watermark);
  }
  return result;
}

describe('processByKey', () => {
  it('fires a timer after the record that moves the watermark to its time, once, with that time', async () => {
    const seen = await trace(sales, marbles('a-ab-b--a|', at), (sales) => sales.pipe(silent));
    expect(seen.map(({ at, value: { user, what, at: time } }) => [at, user, what, time])).to.deep.equal([
      ['a', 'ann', 'seen', 0],
      ['a', 'ann', 'seen', 2_000],
      ['b', 'bob', 'seen', 3_000],
      ['b', 'bob', 'seen', 5_000],
      ['b', 'ann', 'x2', 4_000],
      ['a', 'ann', 'seen', 8_000],
      ['a', 'bob', 'x2', 7_000],
    ]);
  });

  it('fires timers in the order (time, key, name), moved and cancelled ones too, at any kill', async () => {
    await fc.assert(
      fc.asyncProperty(anyAsking, anyDisturbances, async (records, between) => {
        const harness = pipelineHarness<Sale>(asked, { partitions: 1 });
        await pushDisturbed(harness, records, between);
        await harness.commit();
        const rows = (await harness.rows(stories)).map(({ user, told }) => [user, told]);
        expect(Object.fromEntries(rows)).to.deep.equal(storiesOf(records));
        expect(await harness.deadLetters()).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });

  it('makes the same states and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(fc.array(anyAsking, { maxLength: 3 }), (some) => expectSameInBatches(asked, some)),
      { numRuns: 50 },
    );
  });

  it('fires no timer in the past: one that is set there fires a millisecond after the watermark', async () => {
    const seen: number[][] = [];
    const past = pipeline('past', { sales }, ({ sales }) => [
      into(
        told,
        sales.pipe(
          processByKey('p', {
            ...{ key: ['user'], timers: ['x'], output: Told },
            onRecord: (_, { amount }, { timers: { x }, watermark }) => {
              if (amount > 1) return;
              x.set(watermark - 500);
              seen.push([x.at ?? Number.NaN]);
            },
            onTimer: (_, { time }, { key: [user], emit, timers: { x }, watermark }) => {
              if (seen.length < 4) x.set(time);
              seen.push([time, watermark, x.at ?? Number.NaN]);
              emit({ user, what: 'fired', at: time });
            },
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(past, { partitions: 1 });
    harness.push(sale({ time: 1_000, amount: 2 }), sale({ time: 700 }));
    expect(seen).to.deep.equal([[1_001]]);
    harness.push(sale({ time: 1_002, amount: 2 }));
    expect(seen.slice(1)).to.deep.equal([
      [1_001, 1_001, 1_002],
      [1_002, 1_002, 1_003],
    ]);
    harness.push(sale({ time: 1_003, amount: 2 }));
    expect(seen.slice(3)).to.deep.equal([[1_003, 1_003, 1_004]]);
  });

  it('moves the time of what is behind it timer by timer: a window counts what belongs to it', async () => {
    const counted = pipeline('counted', { sales }, ({ sales }) => [
      into(
        bySecond,
        sales.pipe(
          silent,
          tumblingWindow('seconds', {
            ...{ size: 1_000, key: ['user', 'what'], state: Sum },
            fold: (sum) => void (sum.count += 1),
          }),
          map(({ window: { start }, key: [user, what], value }) => ({ second: start, item: user + what, ...value })),
        ) as never,
      ),
    ]);
    const harness = pipelineHarness<Sale>(counted, { partitions: 1 });
    harness.push(sale({ time: 0 }), sale({ user: 'bob', time: 1_500 }), sale({ user: 'cy', time: 90_000 }));
    harness.idle();
    await harness.commit();
    expect(await harness.deadLetters()).to.deep.equal([]);
    expect((await harness.rows(bySecond)).map(({ second, item }) => [second, item])).to.deep.equal([
      [0, 'annseen'],
      [1_000, 'bobseen'],
      [2_000, 'annx1'],
      [3_000, 'bobx1'],
      [90_000, 'cyseen'],
    ]);
  });

  it('does not go back in time where final values, which are of earlier times, are merged with records', () => {
    const seen: { readonly watermark: number; readonly fires: number | undefined }[] = [];
    const merged = pipeline('merged', { sales }, ({ sales }) => {
      const windows = sales.pipe(
        tumblingWindow('w', { size: 1_000, allowedLateness: 5_000, key: ['user'], state: Sum, fold: addTo }),
        whenFinal(),
        map(({ key: [user], window: { end } }) => sale({ user, time: end - 1 })),
      );
      merge(sales, windows).pipe(
        processByKey('p', {
          ...{ key: ['user'], timers: ['x'], output: Sale },
          onRecord: (_, { time }, { timers: { x }, watermark }) => {
            x.set(time + 1);
            seen.push({ watermark, fires: x.at });
          },
          onTimer: (_, { time }, { watermark }) => void seen.push({ watermark, fires: time }),
        }),
      );
      return [];
    });
    feed(
      newEngine(merged),
      [0, 5_500, 6_500, 9_000].map((time) => sale({ time })),
    );
    const watermarks = seen.map(({ watermark }) => watermark);
    expect(watermarks).to.deep.equal([...watermarks].sort((a, b) => a - b));
    expect(seen.find(({ watermark, fires = 0 }) => fires < watermark)).to.equal(undefined);
    // The final value of the first second comes after 5.5 s, the last time that has passed here.
    expect(seen).to.deep.include({ watermark: 5_500, fires: 5_501 });
  });

  it('removes a key with all of its state and timers, and begins it anew', () => {
    const seen: unknown[] = [];
    const removing = pipeline('removing', { sales }, ({ sales }) => [
      into(
        told,
        sales.pipe(
          processByKey('p', {
            ...{ key: ['user'], state: Sum, initial: { amount: 7 }, timers: ['x', 'y'], output: Told },
            ...{ maps: { items: { key: text(), value: Sum } }, lists: { all: Sum } },
            onRecord: (state, { item, amount }, { timers, maps: { items }, lists: { all }, remove }) => {
              seen.push([state.amount, items.size, all.length, timers.x.at]);
              state.amount = amount;
              items.set(item, { amount, count: 1 });
              all.append({ amount, count: 1 });
              timers.x.set(5_000);
              if (item === 'last') remove();
            },
            onTimer: (state, { name }, { remove }) => {
              seen.push([name, state.amount]);
              remove();
            },
          }),
        ),
      ),
    ]);
    const engine = newEngine(removing);
    feed(engine, [sale({ amount: 1 }), sale({ amount: 2, item: 'last' }), sale({ amount: 3, time: 1 })]);
    feed(engine, [sale({ user: 'bob', time: 6_000, item: 'last' })]);
    expect(seen).to.deep.equal([
      [7, 0, 0, undefined],
      [1, 1, 1, 5_000],
      [7, 0, 0, undefined],
      [7, 0, 0, undefined],
      ['x', 3],
    ]);
    expect(engine.operators[0]?.state.size).to.equal(0);
    expect(engine.operators[0]?.due).to.equal(Number.POSITIVE_INFINITY);
  });

  it('needs neither fields nor timers: a count in a list is enough', async () => {
    const Count = record('count', { n: int64() });
    const counting = pipeline('counting', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          processByKey('p', {
            ...{ key: ['user'], lists: { all: Count }, output: Sale },
            onRecord: (_, each, { lists: { all }, emit }) => {
              all.append({ n: each.amount });
              emit({ ...each, amount: all.length });
            },
          }),
          map(({ user, amount }) => ({ user, amount, count: 0 })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(counting, { partitions: 1 });
    harness.push(sale(), sale(), sale());
    await harness.checkpoint();
    await harness.restart();
    harness.push(sale());
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([{ user: 'ann', amount: 4, count: 0 }]);
  });
});
