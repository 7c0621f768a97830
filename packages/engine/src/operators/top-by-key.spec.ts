import { expect } from 'chai';
import fc from 'fast-check';
import { map, merge, NEVER } from 'rxjs';
import { addTo, codeOf, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  type Infer,
  int32,
  int64,
  into,
  type Mutable,
  pipeline,
  type Pipeline,
  record,
  shard,
  table,
  text,
  topByKey,
} from '@stockafolio/core';
import { marbles, pipelineHarness, trace } from '@stockafolio/testing';
import { observed } from '../../test/observed.js';

const tops = table(
  'tops',
  { partitionBy: ['hour'], clusterBy: ['shard', 'rank'] },
  { hour: int64(), shard: shard(), rank: int32(), user: text(), amount: int64() },
);

const hourOf = (s: Sale): number => Math.floor(s.time / 10_000);

/** The best sellers of each ten seconds; a group expires ten seconds after its end. */
const best = (k: number): Pipeline =>
  pipeline('best', { sales }, ({ sales }) => [
    into(
      tops,
      sales.pipe(
        topByKey('best', {
          k,
          by: 'amount',
          group: (s) => [hourOf(s)],
          key: (s) => [s.user],
          state: Sum,
          fold: addTo,
          expires: (s) => (hourOf(s) + 2) * 10_000,
        }),
        map(({ group: [hour], rank, key: [user], value }) => ({ hour, rank, user, amount: value.amount })),
      ),
    ),
  ]);

const options = { k: 2, by: 'amount', key: (s: Sale) => [s.user] as const, state: Sum, fold: addTo } as const;

/** The ranking computed directly: all sums, sorted. */
function model(records: readonly Sale[], k: number): { hour: number; rank: number; user: string; amount: number }[] {
  const hours = new Map<number, Map<string, number>>();
  let latest = Number.NEGATIVE_INFINITY;
  for (const record of records) {
    const hour = hourOf(record);
    if ((hour + 2) * 10_000 > latest) {
      const sums = hours.get(hour) ?? new Map<string, number>();
      hours.set(hour, sums.set(record.user, (sums.get(record.user) ?? 0) + record.amount));
    }
    latest = Math.max(latest, record.time);
  }
  return [...hours]
    .sort(([a], [b]) => a - b)
    .flatMap(([hour, sums]) =>
      [...sums]
        .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        .slice(0, k)
        .map(([user, amount], n) => ({ hour, rank: n + 1, user, amount })),
    );
}

/** A marble for each of many records. */
const codeAt = (n: number): string => String.fromCharCode(0x4e00 + n);

describe('topByKey', () => {
  it('emits nothing for a record that fails behind it, even if a value had fallen', async () => {
    let ranks = 0;
    const failing = pipeline('failing', { sales }, ({ sales }) => {
      observed(sales.pipe(topByKey('top', options)), () => ranks++);
      const refuse = (sum: Mutable<Sum>, each: Sale): void => {
        addTo(sum, each);
        if (each.amount < 0) throw new Error('no amount');
      };
      observed(sales.pipe(foldByKey('sums', { key: ['user'], state: Sum, fold: refuse })));
      return [];
    });
    const harness = pipelineHarness<Sale>(failing, { partitions: 1 });
    harness.push(sale({ amount: 5 }), sale({ user: 'bob', amount: 3 }));
    await harness.commit();
    expect(ranks).to.equal(2);
    harness.push(sale({ amount: -3 }), sale({ user: 'cid', amount: 1 }));
    await harness.commit();
    expect(ranks).to.equal(2);
  });

  it('emits, at a commit, the ranks that have changed since the last, and all ranks if a value has fallen', async () => {
    const by = (user: string, amount: number) => (): Sale => sale({ user, amount });
    const records = { a: by('ann', 5), b: by('bob', 3), c: by('cid', 4), d: by('dan', 1), e: by('ann', -3) };
    const seen = await trace(sales, marbles('abc|d|e|c||', records), (sales) => sales.pipe(topByKey('top', options)));
    expect(seen.map(({ at, value: { rank, key, value } }) => [at, rank, key[0], value.amount])).to.eql([
      ['|', 1, 'ann', 5],
      ['|', 2, 'cid', 4],
      ['|', 1, 'cid', 4],
      ['|', 2, 'bob', 3],
      ['|', 1, 'cid', 8],
    ]);
  });

  it('ranks like sorting all sums, through falls, ties, restarts and expiry', async () => {
    const anySale: fc.Arbitrary<Sale> = fc.record({
      user: fc.constantFrom('ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal'),
      item: fc.constant('tea'),
      amount: fc.integer({ min: -4, max: 4 }),
      time: fc.integer({ min: 0, max: 60_000 }),
    });
    const step = fc.oneof(
      { weight: 6, arbitrary: anySale },
      { weight: 1, arbitrary: fc.constantFrom('commit', 'checkpoint', 'restart', 'zombies', 'redeliver') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 5 }), async (steps, k) => {
        const harness = pipelineHarness<Sale>(best(k), { partitions: 1 });
        for (const each of steps) {
          if (typeof each === 'object') harness.push(each);
          else if (each === 'redeliver') await harness.redeliver(4);
          else await harness[each as 'commit']();
        }
        await harness.commit();
        const records = steps.filter((each) => typeof each === 'object');
        const rows = await harness.rows(tops);
        expect(rows.map(({ hour, rank, user, amount }) => ({ hour, rank, user, amount }))).to.eql(model(records, k));
      }),
      { numRuns: 150 },
    );
  });

  it('ranks amounts beyond what a double holds, and large groups with many changes between commits', async () => {
    const harness = pipelineHarness<Sale>(best(100), { partitions: 1 });
    const all: Sale[] = [];
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 6_000; n++) {
        all.push(sale({ user: `u${n}`, amount: ((n * 7_919 + round * 31) % 6_007) - (round === 1 ? 3_000 : 0) }));
      }
      harness.push(...all.slice(-6_000));
      await harness.commit();
    }
    const rows = await harness.rows(tops);
    expect(rows.map(({ hour, rank, user, amount }) => ({ hour, rank, user, amount }))).to.eql(model(all, 100));
  });

  it('leaves no trace of a record that is rolled back', async () => {
    const touchy = pipeline('touchy', { sales }, ({ sales }) => [
      into(
        tops,
        sales.pipe(
          topByKey('top', {
            ...options,
            fold: (sum, s) => {
              addTo(sum, s);
              if (s.item === 'bad') throw new Error('bad');
            },
          }),
          map(({ rank, key: [user], value }) => ({ hour: 0, rank, user, amount: value.amount })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(touchy, { partitions: 1 });
    harness.push(sale(), sale({ user: 'bob', item: 'bad', amount: 99 }), sale({ item: 'bad', amount: 50 }));
    await harness.commit();
    expect((await harness.rows(tops)).map(({ rank, user, amount }) => [rank, user, amount])).to.eql([[1, 'ann', 1]]);
    expect(await harness.deadLetters()).to.have.length(2);
  });

  it('ends the run if a key does not begin with the key of the stream, or a table has no shard', async () => {
    const byItem = await codeOf(() =>
      trace(sales, marbles('a', { a: () => sale() }), (sales) =>
        sales.pipe(topByKey('top', { ...options, key: (s) => [s.item] })),
      ),
    );
    expect(byItem).to.equal('ERR_KEY_NOT_PARTITIONED');
    const flat = table('flat', { partitionBy: ['rank'] }, { rank: int32(), user: text() });
    const row = map(({ rank, key: [user] }: { rank: number; key: readonly [string] }) => ({ rank, user }));
    const whole = (): unknown =>
      pipeline('whole', { sales }, ({ sales }) => [into(flat, sales.pipe(topByKey('top', options), row))]);
    expect(await codeOf(whole)).to.equal('ERR_SHARD_MISSING');
    const merged = pipeline('merged', { sales }, ({ sales }) => [
      into(flat, merge(NEVER, sales.pipe(topByKey('top', options))).pipe(row)),
    ]);
    const harness = pipelineHarness<Sale>(merged, { partitions: 1 });
    harness.push(sale());
    expect(await codeOf(() => harness.commit())).to.equal('ERR_SHARD_MISSING');
  });

  it('ranks one state by several fields, each like a separate ranking', async () => {
    const Two = record('two', { amount: int64(), sales: int64() });
    const both = {
      key: (s: Sale) => [s.user] as const,
      state: Two,
      fold: (sum: Mutable<Infer<typeof Two>>, s: Sale): void => {
        sum.amount += s.amount;
        sum.sales += 1;
      },
    };
    const step = fc.record({
      user: fc.constantFrom('ann', 'bob', 'cid', 'dan', 'eve'),
      item: fc.constant('tea'),
      amount: fc.integer({ min: -4, max: 4 }),
      time: fc.integer({ min: 0, max: 9_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 6 }), async (commits) => {
        const records = Object.fromEntries(commits.flat().map((s, n) => [codeAt(n), (): Sale => s]));
        let at = 0;
        const times = `${commits.map((some) => some.map(() => codeAt(at++)).join('')).join('|')}||`;
        const ranksBy = async (by: Parameters<typeof topByKey<Sale, readonly [string], typeof Two.fields>>[1]['by']) =>
          (
            await trace(sales, marbles(times, records), (sales) => sales.pipe(topByKey('top', { ...both, k: 2, by })))
          ).map(({ value: { by: field, rank, key, value } }) => ({ field, rank, key, value }));
        const all = await ranksBy(['amount', 'sales']);
        for (const field of ['amount', 'sales'] as const) {
          expect(all.filter((each) => each.field === field)).to.eql(await ranksBy(field));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuses to rank by no field, by one twice, or by a missing one', async () => {
    const by = (...fields: string[]): never => fields as never;
    for (const fields of [by(), by('amount', 'amount'), by('missing'), by('amount', 'missing')]) {
      expect(await codeOf(() => topByKey('top', { ...options, by: fields }))).to.equal('ERR_PIPELINE_INVALID');
    }
  });

  it('refuses to rank no keys, or too many', async () => {
    for (const k of [1, 10_000]) topByKey('top', { ...options, k });
    for (const k of [0, -1, 1.5, 10_001]) {
      expect(await codeOf(() => topByKey('top', { ...options, k }))).to.equal('ERR_PIPELINE_INVALID');
    }
  });
});
