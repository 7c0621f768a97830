import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map, mergeMap } from 'rxjs';
import { addTo, byItem, byUser, codeOf, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import { foldByKey, int64, into, optional, pipeline, record, table, text } from '@stockafolio/core';
import { marbles, pipelineHarness, trace } from '@stockafolio/testing';

const totals = pipeline('totals', { sales }, ({ sales }) => [
  into(byUser, sales.pipe(foldByKey('totals', { key: (s) => [s.user], state: Sum, fold: addTo }))),
]);

const users = fc.constantFrom('ann', 'bob', 'cid', 'dan', 'eve');
const anySale: fc.Arbitrary<Sale> = fc.record({
  user: users,
  item: fc.constantFrom('tea', 'rum'),
  amount: fc.integer({ min: -100, max: 100 }),
  time: fc.integer({ min: 0, max: 100_000 }),
});

function modelRows(records: readonly Sale[]): { user: string; amount: number; count: number }[] {
  const sums = new Map<string, { user: string; amount: number; count: number }>();
  for (const { user, amount } of records) {
    const { amount: before, count } = sums.get(user) ?? { amount: 0, count: 0 };
    sums.set(user, { user, amount: before + amount, count: count + 1 });
  }
  return [...sums.values()].sort((a, b) => (a.user < b.user ? -1 : 1));
}

describe('foldByKey', () => {
  it('emits, for every record, the key, the state after it, the record and what the fold returned', async () => {
    const script = marbles('ab-a', {
      a: (time) => sale({ amount: 2, time }),
      b: (time) => sale({ user: 'bob', amount: 5, time }),
    });
    const seen = await trace(sales, script, (sales) =>
      sales.pipe(
        foldByKey('totals', {
          key: (s) => [s.user],
          state: Sum,
          fold: (sum, s) => {
            addTo(sum, s);
            return sum.amount * 10;
          },
        }),
      ),
    );
    expect(seen.map(({ at, value: { key, value, record, result } }) => [at, key, value, record.time, result])).to.eql([
      ['a', ['ann'], { amount: 2, count: 1 }, 0, 20],
      ['b', ['bob'], { amount: 5, count: 1 }, 1_000, 50],
      ['a', ['ann'], { amount: 4, count: 2 }, 3_000, 40],
    ]);
  });

  it('emits plain copies: they do not change with later records', async () => {
    const script = marbles('aaaa', { a: () => sale() });
    const seen = await trace(sales, script, (sales) =>
      sales.pipe(foldByKey('totals', { key: (s) => [s.user], state: Sum, fold: addTo })),
    );
    expect(seen.map(({ value }) => value.value.count)).to.eql([1, 2, 3, 4]);
    expect(Object.getPrototypeOf(seen[0]?.value.value)).to.equal(Object.prototype);
  });

  it('writes only the state at the commit if it goes directly into a table', () => {
    const harness = pipelineHarness<Sale>(totals, { partitions: 1 });
    harness.push(sale(), sale(), sale({ user: 'bob' }), sale());
    const rows = harness.engines[0]?.commit() ?? [];
    expect(rows.map(({ values }) => values)).to.eql([
      ['ann', 3, 3],
      ['bob', 1, 1],
    ]);
    expect(harness.engines[0]?.commit()).to.eql([]);
  });

  it('holds the fold of all records of each key, whatever commits and restarts are in between', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: anySale },
      { weight: 1, arbitrary: fc.constantFrom('commit', 'checkpoint', 'restart', 'zombies') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const harness = pipelineHarness<Sale>(totals);
        for (const each of steps) {
          if (typeof each === 'object') harness.push(each);
          else await harness[each as 'commit']();
        }
        await harness.commit();
        expect(await harness.rows(byUser)).to.eql(modelRows(steps.filter((each) => typeof each === 'object')));
      }),
      { numRuns: 60 },
    );
  });

  it('ends the run if a key does not begin with the key of the stream', async () => {
    const wrong = pipeline('wrong', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          foldByKey('by-item', { key: (s) => [s.item], state: Sum, fold: addTo }),
          map(({ key: [user], value }) => ({ user, ...value })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(wrong);
    expect(await codeOf(() => harness.push(sale()))).to.equal('ERR_KEY_NOT_PARTITIONED');
  });

  it('undoes a record whose fold throws half-way, in every operator, and dead-letters it', async () => {
    const touchy = pipeline('touchy', { sales }, ({ sales }) => [
      into(byUser, sales.pipe(foldByKey('first', { key: (s) => [s.user], state: Sum, fold: addTo }))),
      into(
        byItemOfUser,
        sales.pipe(
          mergeMap((s) => [s, { ...s, item: 'all' }]),
          foldByKey('second', {
            key: (s) => [s.user, s.item],
            state: Sum,
            fold: (sum, s) => {
              addTo(sum, s);
              if (s.item === 'all' && s.amount < 0) throw new Error('below zero');
            },
          }),
        ),
      ),
    ]);
    await fc.assert(
      fc.asyncProperty(fc.array(anySale, { maxLength: 40 }), fc.nat(40), async (records, cut) => {
        const harness = pipelineHarness<Sale>(touchy, { partitions: 1 });
        harness.push(...records.slice(0, cut));
        await harness.checkpoint();
        harness.push(...records.slice(cut));
        await harness.restart();
        await harness.commit();
        const good = records.filter(({ amount }) => amount >= 0);
        expect(await harness.rows(byUser)).to.eql(modelRows(good));
        const alls = (await harness.rows(byItemOfUser)).filter(({ item }) => item === 'all');
        expect(alls.map(({ user, amount, count }) => ({ user, amount, count }))).to.eql(modelRows(good));
        const rejected = await harness.deadLetters();
        expect(rejected.map(({ offset }) => offset)).to.eql(
          records.flatMap(({ amount }, offset) => (amount < 0 ? [offset] : [])),
        );
        for (const { code, cause, operator } of rejected) {
          expect([code, cause, operator]).to.eql(['ERR_BAD_RECORD', 'below zero', '']);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('dead-letters a record that would make its state inexact', async () => {
    const harness = pipelineHarness<Sale>(totals, { partitions: 1 });
    harness.push(sale({ amount: Number.MAX_SAFE_INTEGER }), sale(), sale({ amount: -1 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.eql([{ user: 'ann', amount: Number.MAX_SAFE_INTEGER - 1, count: 2 }]);
    expect((await harness.deadLetters()).map(({ offset, code }) => [offset, code])).to.eql([[1, 'ERR_OVERFLOW']]);
  });

  it('folds what another fold emits', async () => {
    const nested = pipeline('nested', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          foldByKey('items', { key: (s) => [s.user, s.item], state: Sum, fold: addTo }),
          filter(({ value }) => value.count === 1),
          foldByKey('kinds', { key: (u) => [u.key[0]], state: Sum, fold: (sum) => void (sum.count += 1) }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(nested);
    harness.push(sale(), sale({ item: 'rum' }), sale());
    await harness.commit();
    expect(await harness.rows(byUser)).to.eql([{ user: 'ann', amount: 0, count: 2 }]);
  });

  it('drops a key once the watermark passes its expiry, and dead-letters later records for it', async () => {
    const dayly = pipeline('dayly', { sales }, ({ sales }) => [
      into(
        byMinute,
        sales.pipe(
          foldByKey('minutes', {
            key: (s) => [s.user, Math.floor(s.time / 60_000)],
            state: Sum,
            fold: addTo,
            expires: (s) => (Math.floor(s.time / 60_000) + 2) * 60_000,
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(dayly, { partitions: 1 });
    harness.push(sale({ time: 1_000 }), sale({ time: 70_000 }), sale({ time: 2_000 }), sale({ time: 120_000 }));
    await harness.checkpoint();
    expect(harness.engines[0]?.operators[0]?.state.size).to.equal(2);
    await harness.restart();
    harness.push(sale({ time: 3_000 }), sale({ time: 71_000 }));
    await harness.commit();
    expect(await harness.rows(byMinute)).to.eql([
      { user: 'ann', minute: 0, amount: 2, count: 2 },
      { user: 'ann', minute: 1, amount: 2, count: 2 },
      { user: 'ann', minute: 2, amount: 1, count: 1 },
    ]);
    expect((await harness.deadLetters()).map(({ offset, code, operator }) => [offset, code, operator])).to.eql([
      [4, 'ERR_LATE_RECORD', 'minutes'],
    ]);
    harness.push(sale({ time: 180_000 }));
    expect(harness.engines[0]?.operators[0]?.state.size).to.equal(2);
  });

  it('begins a state with zeros, empty texts and absent optional fields', async () => {
    const State = record('state', { label: text(), last: optional(int64()), count: int64() });
    const seen = await trace(sales, marbles('aa', { a: () => sale() }), (sales) =>
      sales.pipe(
        foldByKey('states', {
          key: (s) => [s.user],
          state: State,
          fold: (state, s) => {
            const before = { ...state };
            state.last = state.last === undefined ? s.amount : undefined;
            return before.last;
          },
        }),
      ),
    );
    expect(seen.map(({ value }) => value.value)).to.eql([
      { label: '', last: 1, count: 0 },
      { label: '', last: undefined, count: 0 },
    ]);
  });

  it('dead-letters records whose keys have more or fewer parts than those of its table, even the first one', async () => {
    for (const odd of [
      ['ann', 'tea'],
      ['ann', 'tea', 'x'],
    ]) {
      const made = pipeline('parts', { sales }, ({ sales }) => [
        into(
          byUser,
          sales.pipe(
            foldByKey('f', { key: (s) => (s.item === 'odd' ? odd : [s.user]) as [string], state: Sum, fold: addTo }),
          ),
        ),
      ]);
      const harness = pipelineHarness<Sale>(made, { partitions: 1 });
      harness.push(sale({ item: 'odd' }), sale(), sale({ item: 'odd' }), sale());
      await harness.commit();
      expect(await harness.rows(byUser), JSON.stringify(odd)).to.eql([{ user: 'ann', amount: 2, count: 2 }]);
      expect((await harness.deadLetters()).map(({ offset }) => offset)).to.eql([0, 2]);
    }
  });

  it('rejects a table whose columns are not those of the state', async () => {
    const wrong = (): unknown =>
      pipeline('wrong', { sales }, ({ sales }) => [
        into(
          byItem,
          // as code without types could do
          sales.pipe(foldByKey('sums', { key: (s) => [s.user], state: Other, fold: () => undefined })) as never,
        ),
      ]);
    expect(await codeOf(wrong)).to.equal('ERR_PIPELINE_INVALID');
  });
});

const Other = record('other', { amount: text() });

const byItemOfUser = table(
  'by_item_of_user',
  { partitionBy: ['user'], clusterBy: ['item'] },
  { user: text(), item: text(), amount: int64(), count: int64() },
);

const byMinute = table(
  'by_minute',
  { partitionBy: ['user'], clusterBy: ['minute'] },
  { user: text(), minute: int64(), amount: int64(), count: int64() },
);
