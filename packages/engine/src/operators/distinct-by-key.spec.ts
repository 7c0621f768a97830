import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { addTo, byUser, codeOf, looseSales, Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  distinctByKey,
  foldByKey,
  into,
  pipeline,
  type Pipeline,
  stream,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';
import { feed, newEngine } from '../../test/engines.js';

/** Keyed by the name of a field, so that plans know it. */
const named = stream('sales', Sale, { key: 'user', time: (s) => s.time });
const WITHIN = 4_000;
const OUT_OF_ORDER = 3_000;

/** Sums of the sales of which no copy came before; two sales of a user and an item are copies. */
const once: Pipeline = pipeline('once', { looseSales }, ({ looseSales }) => [
  into(
    byUser,
    looseSales.pipe(
      distinctByKey('once', { key: ['user', 'item'], within: WITHIN }),
      foldByKey('sums', { key: ['user'], state: Sum, fold: addTo }),
    ),
  ),
]);

/** What passes, and how many are too late to know, by the plain definition. */
function passing(records: readonly Sale[]): { readonly passed: Sale[]; readonly late: number } {
  const until = new Map<string, number>();
  const passed: Sale[] = [];
  let [late, watermark] = [0, Number.NEGATIVE_INFINITY];
  for (const each of records) {
    const key = `${each.user} ${each.item}`;
    if (each.time + WITHIN <= watermark) late++;
    else if ((until.get(key) ?? Number.NEGATIVE_INFINITY) <= watermark) {
      passed.push(each);
      until.set(key, each.time + WITHIN);
    }
    watermark = Math.max(watermark, each.time - OUT_OF_ORDER);
  }
  return { passed, late };
}

function sums(records: readonly Sale[]): unknown[] {
  const users = [...new Set(records.map(({ user }) => user))].sort();
  return users.map((user) => {
    const mine = records.filter((each) => each.user === user);
    return { user, amount: mine.reduce((sum, { amount }) => sum + amount, 0), count: mine.length };
  });
}

const anySales = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob'), item: fc.constantFrom('tea', 'rum', 'ale') },
      ...{ amount: fc.integer({ min: 1, max: 9 }), step: fc.oneof(fc.constant(0), fc.nat(1_500), fc.nat(12_000)) },
      back: fc.nat(6_000),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let start = 0;
    return steps.map(({ step, back, ...facts }) => sale({ ...facts, time: (start += step) + 6_000 - back }));
  });

describe('distinctByKey', () => {
  it('passes the first of several copies, and says which came too late to know, at any kill', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, anyDisturbances, async (records, between) => {
        const harness = pipelineHarness<Sale>(once, { partitions: 1 });
        await pushDisturbed(harness, records, between);
        await harness.commit();
        const { passed, late } = passing(records);
        expect(await harness.rows(byUser)).to.deep.equal(sums(passed));
        const letters = await harness.deadLetters();
        expect(letters.map(({ operator, code }) => [operator, code])).to.deep.equal(
          Array.from({ length: late }, () => ['once', 'ERR_LATE_RECORD']),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('makes the same states and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(fc.array(anySales, { maxLength: 3 }), (some) => expectSameInBatches(once, some)),
      { numRuns: 50 },
    );
  });

  it('doubles nothing of a producer that sends its messages again', async () => {
    const records = Array.from({ length: 200 }, (_, n) => sale({ item: String(n), time: n * 100 }));
    const harness = pipelineHarness<Sale>(once, { partitions: 1 });
    for (let at = 0; at < records.length; at += 20) {
      const some = records.slice(at, at + 20);
      harness.push(...some, ...some);
    }
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([{ user: 'ann', amount: 200, count: 200 }]);
  });

  it('forgets a record that another operator rejects, so that its copy counts', async () => {
    let failures = 1;
    const failing = pipeline('failing', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          distinctByKey('once', { key: ['user', 'item'], within: WITHIN }),
          foldByKey('sums', {
            key: ['user'],
            state: Sum,
            fold: (sum, each) => {
              addTo(sum, each);
              if (failures-- > 0) throw new Error('not now');
            },
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(failing, { partitions: 1 });
    harness.push(sale(), sale(), sale());
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([{ user: 'ann', amount: 1, count: 1 }]);
    expect(await harness.deadLetters()).to.have.length(1);
  });

  it('keeps no key longer than it must', () => {
    const engine = newEngine(once);
    feed(
      engine,
      Array.from({ length: 500 }, (_, n) => sale({ item: String(n), time: n * 1_000 })),
    );
    let keys = 0;
    engine.operators[0]?.state.forEachLive(() => keys++);
    expect(keys).to.equal((WITHIN + OUT_OF_ORDER) / 1_000);
  });

  it('passes final values of windows too', async () => {
    const users = pipeline('users', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          tumblingWindow('seconds', { size: 1_000, key: ['user', 'item'], state: Sum, fold: addTo }),
          whenFinal(),
          distinctByKey('first', { key: ({ key: [user] }) => [user], within: 60_000 }),
          map(({ key: [user], value }) => ({ user, ...value })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(users, { partitions: 1 });
    harness.push(sale({ amount: 3 }), sale({ amount: 5, time: 1_000 }), sale({ time: 90_000 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([{ user: 'ann', amount: 3, count: 1 }]);
  });

  it('needs a key that begins with that of the stream, and a time that is one', async () => {
    const with_ = (key: readonly ['item'] | ((s: Sale) => [string])): Pipeline =>
      pipeline('with', { named }, ({ named }) => [
        into(
          byUser,
          named.pipe(
            distinctByKey('once', { key: key as (s: Sale) => [string], within: 1 }),
            map(({ user, amount }) => ({ user, amount, count: 1 })),
          ),
        ),
      ]);
    expect(await codeOf(() => with_(['item']))).to.equal('ERR_KEY_NOT_PARTITIONED');
    const harness = pipelineHarness<Sale>(
      with_((s) => [s.item]),
      { partitions: 1 },
    );
    expect(await codeOf(() => harness.push(sale()))).to.equal('ERR_KEY_NOT_PARTITIONED');
    for (const within of [0, -1, 0.5, Number.NaN])
      expect(await codeOf(() => distinctByKey<Sale, [string]>('once', { key: (s) => [s.user], within }))).to.equal(
        'ERR_PIPELINE_INVALID',
      );
  });

  it('leaves known what the records are: keys behind it are checked when the plan is made', async () => {
    const behind = (field: string): Pipeline =>
      pipeline('behind', { named }, ({ named }) => [
        into(
          byUser,
          named.pipe(
            distinctByKey('once', { key: ['user'], within: 1 }),
            foldByKey('sums', { key: [field as 'user'], state: Sum, fold: addTo }),
          ),
        ),
      ]);
    expect([...behind('user').plan.keyKinds.values()]).to.deep.equal([['text'], ['text']]);
    expect(await codeOf(() => behind('usr'))).to.equal('ERR_PIPELINE_INVALID');
    expect(await codeOf(() => behind('item'))).to.equal('ERR_KEY_NOT_PARTITIONED');
  });
});
