import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { addTo, codeOf, looseSales, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  type FinalWindow,
  foldByKey,
  int64,
  into,
  type Mutable,
  pipeline,
  type Pipeline,
  record,
  sessionWindow,
  type SessionWindowed,
  table,
  text,
  timestamp,
  whenFinal,
} from '@stockafolio/core';
import { marbles, pipelineHarness, trace } from '@stockafolio/testing';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';
import { feed, newEngine } from '../../test/engines.js';
import { observed } from '../../test/observed.js';

const GAP = 2_000;
const join = (into: Mutable<Sum>, later: Sum): void => {
  into.amount += later.amount;
  into.count += later.count;
};
const options = { gap: GAP, key: (s: Sale) => [s.user] as const, state: Sum, fold: addTo, merge: join };
const visits = table(
  'visits',
  { partitionBy: ['user'], clusterBy: ['start'] },
  { user: text(), start: timestamp(), end: timestamp(), amount: int64(), count: int64() },
);
const row = map(({ window, key: [user], value }: FinalWindow<readonly [string], Sum>) => ({
  ...{ user, ...window, ...value },
}));

const made = (from = looseSales, more: { readonly allowedLateness?: number } = {}): Pipeline =>
  pipeline('visits', { from }, ({ from }) => [
    into(visits, from.pipe(sessionWindow('w', { ...options, ...more }), row)),
  ]);

const at = {
  a: (time: number): Sale => sale({ time }),
  b: (time: number): Sale => sale({ user: 'bob', time }),
  // Late records, between the records before them.
  x: (): Sale => sale({ time: 1_500, amount: 10 }),
  y: (): Sale => sale({ time: 3_500, amount: 20 }),
  z: (): Sale => sale({ time: 60_000, amount: 50 }),
};

const Total = record('total', { amount: int64(), ends: text() });
const totals = table('totals', { partitionBy: ['user'] }, { user: text(), ...Total.fields });
const sums = pipeline('sums', { looseSales }, ({ looseSales }) => [
  into(
    totals,
    looseSales.pipe(
      sessionWindow('w', options),
      whenFinal(),
      foldByKey('sums', {
        key: ({ key: [user] }) => [user],
        state: Total,
        fold: (sum, { window, value }) => {
          sum.amount += value.amount;
          sum.ends += `${sum.ends === '' ? '' : ' '}${window.end}`;
        },
      }),
    ),
  ),
]);

type Seen = readonly { readonly at: string; readonly value: SessionWindowed<readonly [string], Sum> }[];
const shown = (seen: Seen): unknown[] =>
  seen.map(({ at, value: { window, key, value, isRemoved } }) => [
    ...[at, key[0], window.start, window.end, value.amount],
    ...(isRemoved ? ['removed'] : []),
  ]);

/** Sessions by their definition, of all records at once: in order of time, a new one after each gap. */
function sessionsOf(records: readonly Sale[]): unknown[] {
  const sessions: { user: string; start: number; end: number; amount: number; count: number }[] = [];
  const sorted = [...records].sort((a, b) => (a.user < b.user ? -1 : a.user > b.user ? 1 : a.time - b.time));
  for (const { user, time, amount } of sorted) {
    const last = sessions.at(-1);
    if (last?.user !== user || time >= last.end) {
      sessions.push({ user, start: time, end: time + GAP, amount, count: 1 });
      continue;
    }
    last.end = time + GAP;
    last.amount += amount;
    last.count += 1;
  }
  return sessions;
}

/** Records of which none is late: at most three seconds behind the newest. */
const inTime: fc.Arbitrary<readonly Sale[]> = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob'), amount: fc.integer({ min: 1, max: 9 }) },
      ...{ step: fc.oneof(fc.nat(1_000), fc.constantFrom(0, GAP), fc.nat(5_000)), back: fc.nat(3_000) },
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let newest = 0;
    return steps.map(({ user, amount, step, back }, n) => {
      const time = Math.max(0, n % 2 === 0 ? newest + step : newest - back);
      newest = Math.max(newest, time);
      return sale({ user, amount, time });
    });
  });

describe('sessionWindow', () => {
  it('emits a session when its key had no record for the gap', async () => {
    const seen = await trace(sales, marbles('aab-a--b', at), (s) => s.pipe(sessionWindow('w', options)));
    expect(shown(seen)).to.eql([
      ['a', 'ann', 0, 3_000, 2],
      ['a', 'bob', 2_000, 4_000, 1],
      ['b', 'ann', 4_000, 6_000, 1],
    ]);
  });

  it('keeps two records apart that are exactly the gap apart', async () => {
    const seen = await trace(sales, marbles('a-a-a', at), (s) => s.pipe(sessionWindow('w', options)));
    expect(shown(seen)).to.eql([
      ['a', 'ann', 0, 2_000, 1],
      ['a', 'ann', 2_000, 4_000, 1],
    ]);
  });

  it('joins two sessions, removes the later one, and moves a start', async () => {
    const joined = await trace(looseSales, marbles('a--ax~', at), (s) => s.pipe(sessionWindow('w', options)));
    expect(shown(joined)).to.eql([
      ['x', 'ann', 3_000, 5_000, 1, 'removed'],
      ['~', 'ann', 0, 5_000, 12],
    ]);
    const moved = await trace(looseSales, marbles('--ax---z', at), (s) => s.pipe(sessionWindow('w', options)));
    expect(shown(moved)).to.eql([
      ['x', 'ann', 2_000, 4_000, 1, 'removed'],
      ['z', 'ann', 1_500, 4_000, 11],
    ]);
  });

  it('merges the later session into the earlier one, before it folds the record that joins them', async () => {
    const steps: string[] = [];
    const each = {
      fold: (sum: Mutable<Sum>, { amount }: Sale) => void steps.push(`${(sum.amount += amount)}`),
      merge: (into: Mutable<Sum>, { amount }: Sum) => void steps.push(`${into.amount} and ${amount}`),
    };
    const records = marbles<Sale>('cba', {
      a: () => sale({ time: 1_500, amount: 4 }),
      b: () => sale({ time: 0, amount: 2 }),
      c: () => sale({ time: 3_000, amount: 1 }),
    });
    await trace(looseSales, records, (s) => s.pipe(sessionWindow('w', { ...options, ...each })));
    expect(steps).to.eql(['1', '2', '2 and 1', '6']);
  });

  it('makes the sessions of all records in order of time, if none is late, at any kill', async () => {
    await fc.assert(
      fc.asyncProperty(inTime, anyDisturbances, async (records, between) => {
        const harness = pipelineHarness<Sale>(made(), { partitions: 1 });
        await pushDisturbed(harness, records, between);
        harness.idle();
        await harness.commit();
        expect(await harness.rows(visits)).to.deep.equal(sessionsOf(records));
        expect(await harness.deadLetters()).to.deep.equal([]);
      }),
      { numRuns: 150 },
    );
  });

  it('makes the same states, versions and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(fc.array(inTime, { maxLength: 3 }), fc.constantFrom(0, 1_000, 60_000), (some, allowedLateness) =>
        expectSameInBatches(made(sales, { allowedLateness }), some),
      ),
      { numRuns: 100 },
    );
  });

  it('forgets what a batch has emitted that is processed again, one record after the other', () => {
    const bob = (time: number): Sale => sale({ user: 'bob', time });
    const ann = (time: number): Sale => sale({ time });
    // The third of bob is late, but not before the end of the batch.
    const records = [bob(2_000), bob(1_999), ann(3_754), ann(4_000), bob(2_000), ann(4_000), bob(3_999)];
    expectSameInBatches(made(sales), [records]);
  });

  it('emits the final sessions once, each in order of (end, key), at any kill', async () => {
    await fc.assert(
      fc.asyncProperty(inTime, anyDisturbances, async (records, between) => {
        const harness = pipelineHarness<Sale>(sums, { partitions: 1 });
        await pushDisturbed(harness, [...records, sale({ user: 'end', time: 1_000_000 })], between);
        await harness.commit();
        const sessions = sessionsOf(records) as { user: string; end: number; amount: number }[];
        const users = ['ann', 'bob'].filter((user) => records.some((each) => each.user === user));
        expect(await harness.rows(totals)).to.deep.equal(
          users.map((user) => {
            const mine = sessions.filter((each) => each.user === user);
            const amount = mine.reduce((sum, each) => sum + each.amount, 0);
            return { user, amount, ends: mine.map(({ end }) => end).join(' ') };
          }),
        );
      }),
      { numRuns: 100 },
    );
    const ends: unknown[] = [];
    const final = pipeline('final', { sales }, ({ sales }) => {
      observed(sales.pipe(sessionWindow('w', options), whenFinal()), ({ key: [user], window }) =>
        ends.push([window.end, user]),
      );
      return [];
    });
    const harness = pipelineHarness<Sale>(final, { partitions: 1 });
    await harness.play(marbles('b(ab)---(ba)---(ba)z', at));
    expect(ends).to.eql([
      [3_000, 'ann'],
      [3_000, 'bob'],
      [7_000, 'ann'],
      [7_000, 'bob'],
      [11_000, 'ann'],
      [11_000, 'bob'],
    ]);
  });

  it('updates a closed session for a late record, and removes its row if it is joined', async () => {
    const harness = pipelineHarness<Sale>(made(sales, { allowedLateness: 3_500 }), { partitions: 1 });
    const rows = async (): Promise<unknown> => {
      await harness.commit();
      return (await harness.rows(visits)).map(({ start, end, amount }) => [start, end, amount]);
    };
    harness.push(sale(), sale({ time: 3_000 }), sale({ user: 'bob', time: 5_000 }));
    expect(await rows()).to.eql([
      [0, 2_000, 1],
      [3_000, 5_000, 1],
    ]);
    harness.push(sale({ time: 500, amount: 2 }));
    expect(await rows()).to.eql([
      [0, 2_500, 3],
      [3_000, 5_000, 1],
    ]);
    harness.push(sale({ time: 2_000, amount: 4 }));
    expect(await rows()).to.eql([[0, 5_000, 8]]);
    harness.push(sale({ time: 4_900, amount: 8 }));
    // Open again: its row is that of the last close.
    expect(await rows()).to.eql([[0, 5_000, 8]]);
    harness.push(sale({ user: 'bob', time: 7_000 }));
    expect(await rows()).to.eql([
      [0, 6_900, 16],
      [5_000, 7_000, 1],
    ]);
    expect(await harness.deadLetters()).to.eql([]);
  });

  it('rejects a record whose own session would be final, unless it lies within one that is kept', async () => {
    const harness = pipelineHarness<Sale>(made(sales, { allowedLateness: 1_000 }), { partitions: 1 });
    harness.push(sale({ time: 0 }), sale({ time: 1_000 }), sale({ user: 'bob', time: 3_000 }));
    // Its session ends at 2,000, which is accepted until the watermark is 3,000; that of ann is kept until 4,000.
    harness.push(sale({ time: 0, amount: 2 }));
    // Outside of it: it would move the start.
    harness.push(sale({ time: -1, amount: 4 }));
    harness.push(sale({ user: 'bob', time: 4_000 }));
    harness.push(sale({ time: 1_999, amount: 8 }), sale({ time: 1_000, amount: 16 }));
    await harness.commit();
    expect((await harness.deadLetters()).map(({ offset, operator, code }) => [offset, operator, code])).to.eql([
      [4, 'w', 'ERR_LATE_RECORD'],
      [7, 'w', 'ERR_LATE_RECORD'],
    ]);
    expect((await harness.rows(visits)).map(({ start, end, amount }) => [start, end, amount])).to.eql([
      [0, 3_000, 4],
      [1_999, 3_999, 8],
    ]);
  });

  it('never replaces the row of a final session', async () => {
    const few = fc.array(fc.record({ user: fc.constantFrom('ann', 'bob'), time: fc.nat(9).map((n) => n * 500) }), {
      maxLength: 9,
    });
    await fc.assert(
      fc.asyncProperty(few, fc.constantFrom(0, 700), async (records, allowedLateness) => {
        const finals: string[] = [];
        const both = pipeline('both', { sales }, ({ sales }) => {
          const windows = sales.pipe(sessionWindow('w', { ...options, allowedLateness }));
          observed(windows.pipe(whenFinal(), row), (each) => finals.push(JSON.stringify(each)));
          return [into(visits, windows.pipe(row))];
        });
        const harness = pipelineHarness<Sale>(both, { partitions: 1 });
        harness.push(...records.map((each) => sale(each)), sale({ user: 'end', time: 100_000 }));
        await harness.commit();
        const rows = (await harness.rows(visits)).filter(({ user }) => user !== 'end');
        expect(rows.map((each) => JSON.stringify(each)).sort()).to.deep.equal([...finals].sort());
        const late = (await harness.deadLetters()).length;
        expect(rows.reduce((sum, { count }) => sum + count, 0)).to.equal(records.length - late);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves both sessions as they were if they cannot be joined', async () => {
    const merge = (): void => {
      throw new Error('too long');
    };
    const apart = pipeline('apart', { looseSales }, ({ looseSales }) => [
      into(visits, looseSales.pipe(sessionWindow('w', { ...options, merge }), row)),
    ]);
    const harness = pipelineHarness<Sale>(apart, { partitions: 1 });
    harness.push(sale(), sale({ time: 3_000 }), sale({ time: 1_500 }));
    harness.idle();
    await harness.commit();
    expect((await harness.rows(visits)).map(({ start, count }) => [start, count])).to.eql([
      [0, 1],
      [3_000, 1],
    ]);
    expect((await harness.deadLetters()).map(({ offset, cause }) => [offset, cause])).to.eql([[2, 'too long']]);
  });

  it('begins with the values of the first record that arrived, and keeps them when its start moves', async () => {
    const low = pipeline('low', { looseSales }, ({ looseSales }) => [
      into(
        visits,
        looseSales.pipe(
          sessionWindow('w', {
            ...{ gap: GAP, key: ['user'], state: Sum, initial: ({ amount }) => ({ amount }) },
            fold: (sum, { amount }) => {
              sum.amount = Math.min(sum.amount, amount);
              sum.count += 1;
            },
            merge: (sum, later) => {
              sum.amount = Math.min(sum.amount, later.amount);
              sum.count += later.count;
            },
          }),
          row,
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(low, { partitions: 1 });
    harness.push(sale({ time: 3_000, amount: 5 }), sale({ time: 4_000, amount: 8 }), sale({ time: 2_000, amount: 9 }));
    harness.idle();
    await harness.commit();
    expect((await harness.rows(visits)).map(({ start, amount, count }) => [start, amount, count])).to.eql([
      [2_000, 5, 3],
    ]);
  });

  it('keeps nothing of sessions that are final, nor of their keys', () => {
    const engine = newEngine(made());
    feed(
      engine,
      Array.from({ length: 300 }, (_, n) => sale({ user: `user ${n % 150}`, time: n * 1_000 })),
    );
    expect(engine.states.size).to.be.below(20);
  });

  it('ends sessions before 1970 where it ends others', async () => {
    const final = pipeline('final', { sales }, ({ sales }) => [
      into(visits, sales.pipe(sessionWindow('w', options), whenFinal(), row)),
    ]);
    const harness = pipelineHarness<Sale>(final, { partitions: 1 });
    const far = -1_000_000;
    harness.push(sale({ time: far }), sale({ time: far + options.gap + 1 }));
    await harness.commit();
    expect(await harness.rows(visits)).to.deep.include({
      user: 'ann',
      start: far,
      end: far + options.gap,
      amount: 1,
      count: 1,
    });
  });

  it('rejects what is no gap, lateness or merge, and a key that is not partitioned', async () => {
    for (const gap of [0, -1, 1.5, Number.NaN])
      expect(await codeOf(() => sessionWindow('w', { ...options, gap }))).to.equal('ERR_PIPELINE_INVALID');
    expect(await codeOf(() => made(sales, { allowedLateness: -1 }))).to.equal('ERR_PIPELINE_INVALID');
    const withMerge = (merge: unknown): Pipeline =>
      pipeline('with', { sales }, ({ sales }) => [
        into(visits, sales.pipe(sessionWindow('w', { ...options, merge: merge as typeof join }), row)),
      ]);
    for (const merge of [undefined, async () => Promise.resolve()])
      expect(await codeOf(() => withMerge(merge))).to.equal('ERR_PIPELINE_INVALID');
    const byItem = pipeline('by_item', { sales }, ({ sales }) => [
      into(visits, sales.pipe(sessionWindow('w', { ...options, key: (s) => [s.item] }), row)),
    ]);
    expect(await codeOf(() => pipelineHarness<Sale>(byItem, { partitions: 1 }).push(sale()))).to.equal(
      'ERR_KEY_NOT_PARTITIONED',
    );
  });
});
