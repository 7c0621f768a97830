import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { addTo, byUser, codeOf, sale, type Sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  int32,
  int64,
  into,
  pipeline,
  type Pipeline,
  shard,
  table,
  text,
  topByKey,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { feed, feedAll, newEngine } from '../../test/engines.js';
import { checkedUntil } from './expiry.js';

/** The sums of users, whose keys expire when the records say. */
function expiring(expires: (s: Sale) => number): ReturnType<typeof pipelineHarness<Sale>> {
  const made: Pipeline = pipeline('expiring', { sales }, ({ sales }) => [
    into(byUser, sales.pipe(foldByKey('f', { key: (s) => [s.user], state: Sum, fold: addTo, expires }))),
  ]);
  return pipelineHarness<Sale>(made, { partitions: 1 });
}

describe('checkedUntil', () => {
  it('rounds a time down to its millisecond, accepts Infinity for never, and nothing else', async () => {
    expect([checkedUntil('f', 999.5), checkedUntil('f', -0.5), checkedUntil('f', 7)]).to.eql([999, -1, 7]);
    expect(checkedUntil('f', Infinity)).to.equal(Number.MAX_SAFE_INTEGER);
    for (const odd of [Number.NaN, -Infinity, 2 ** 60, '5', 5n, undefined, null, new Date(5)]) {
      expect(await codeOf(() => checkedUntil('f', odd)), String(odd)).to.equal('ERR_BAD_RECORD');
    }
  });
});

describe('expires', () => {
  it('rejects a record with another expiry than an earlier one of its key: no total shrinks silently', async () => {
    const harness = expiring((s) => s.time + 100);
    harness.push(sale({ amount: 1 }), sale({ amount: 2, time: 50 }), sale({ amount: 4, time: 0 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.eql([{ user: 'ann', amount: 5, count: 2 }]);
    const rejected = await harness.deadLetters();
    expect(rejected.map(({ offset, operator, code }) => [offset, operator, code])).to.eql([[1, '', 'ERR_BAD_RECORD']]);
    expect(rejected[0]?.cause).to.contain('expires returned 150').and.to.contain('100 for an earlier record');
  });

  it('drops a key at any time, even in 1970, and dead-letters what is of that time or later, or arrives later', async () => {
    for (const until of [0, -1, 1_000]) {
      const harness = expiring(() => until);
      harness.push(sale({ time: until - 500 }), sale({ time: until - 1 }), sale({ time: until }));
      expect(harness.engines[0]?.operators[0]?.state.size, String(until)).to.equal(0);
      harness.push(sale({ time: until - 1 }));
      await harness.commit();
      expect(await harness.rows(byUser)).to.eql([{ user: 'ann', amount: 2, count: 2 }]);
      expect((await harness.deadLetters()).map(({ offset, code }) => [offset, code])).to.eql([
        [2, 'ERR_LATE_RECORD'],
        [3, 'ERR_LATE_RECORD'],
      ]);
    }
  });

  it('keeps a key forever if its records say Infinity, and dead-letters records without a valid time', async () => {
    const harness = expiring((s) => (s.item === 'tea' ? Infinity : Number.NaN));
    harness.push(sale(), sale({ item: 'odd' }), sale({ time: 9e9 }), sale());
    await harness.commit();
    expect(await harness.rows(byUser)).to.eql([{ user: 'ann', amount: 3, count: 3 }]);
    expect((await harness.deadLetters()).map(({ offset, code }) => [offset, code])).to.eql([[1, 'ERR_BAD_RECORD']]);
  });

  it('has no key at two ranks of a group: all keys of one expire at the same time, or their record is rejected', async () => {
    const days = table(
      'days',
      { partitionBy: ['day'], clusterBy: ['rank', 'shard'] },
      { day: int32(), rank: int32(), shard: shard(), user: text(), amount: int64() },
    );
    const dayOf = (s: Sale): number => Math.floor(s.time / 100);
    const ranked = pipeline('ranked', { sales }, ({ sales }) => [
      into(
        days,
        sales.pipe(
          topByKey('top', {
            ...{ k: 3, by: 'amount', key: (s) => [s.user], state: Sum, fold: addTo, group: (s) => [dayOf(s)] },
            expires: (s) => (s.item === 'odd' ? s.time + 7 : (dayOf(s) + 2) * 100),
          }),
          map(({ group: [day], rank, key: [user], value }) => ({ day, rank, user, amount: value.amount })),
        ),
      ),
    ]);
    const one: fc.Arbitrary<Sale> = fc.record({
      user: fc.constantFrom('ann', 'bob', 'cid', 'dan'),
      item: fc.constantFrom('tea', 'tea', 'tea', 'odd'),
      amount: fc.integer({ min: -2, max: 9 }),
      time: fc.integer({ min: 0, max: 400 }),
    });
    const step = fc.oneof({ weight: 6, arbitrary: one }, fc.constantFrom('commit', 'checkpoint', 'restart'));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const harness = pipelineHarness<Sale>(ranked, { partitions: 1 });
        for (const each of steps) {
          if (typeof each === 'string') await harness[each as 'commit']();
          else harness.push(each);
        }
        await harness.commit();
        const keys = (await harness.rows(days)).map(({ day, user }) => `${day}/${user}`);
        expect(keys).to.eql([...new Set(keys)]);
        const records = steps.filter((each): each is Sale => typeof each === 'object');
        const [single, together] = [newEngine(ranked), newEngine(ranked)];
        feed(single, records);
        feedAll(together, records);
        expect(together.commit()).to.eql(single.commit());
      }),
      { numRuns: 150 },
    );
  });

  it('remembers when a group expires, also after a restart, and after one of its records was undone', async () => {
    const tops = table(
      'tops',
      { partitionBy: ['hour'], clusterBy: ['rank', 'shard'] },
      { hour: int32(), rank: int32(), shard: shard(), user: text() },
    );
    const ranked = pipeline('ranked', { sales }, ({ sales }) => [
      into(
        tops,
        sales.pipe(
          topByKey('top', {
            ...{ k: 2, by: 'amount', key: (s) => [s.user], state: Sum, group: () => [1] },
            expires: (s) => (s.item === 'odd' ? 777 : 1_000),
            fold: (sum, s) => {
              addTo(sum, s);
              if (s.amount === 13) throw new Error('thirteen');
            },
          }),
          map(({ group: [hour], rank, key: [user] }) => ({ hour, rank, user })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(ranked, { partitions: 1 });
    harness.push(sale());
    await harness.checkpoint();
    await harness.restart();
    harness.push(sale({ user: 'bob', item: 'odd' }));
    harness.push(sale({ user: 'cid', amount: 13 }));
    harness.push(sale({ user: 'dan', item: 'odd' }));
    await harness.commit();
    expect((await harness.deadLetters()).map(({ offset, cause }) => [offset, /same group/.test(cause)])).to.eql([
      [1, true],
      [2, false],
      [3, true],
    ]);
  });
});
