import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { addTo, codeOf, looseSales, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  countWindow,
  foldByKey,
  int64,
  into,
  type Mutable,
  pipeline,
  type Pipeline,
  table,
  text,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { marbles, pipelineHarness, trace } from '@stockafolio/testing';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';
import { feed, newEngine } from '../../test/engines.js';

const options = { key: (s: Sale) => [s.user] as const, state: Sum, fold: addTo };
const counted = table(
  'counted',
  { partitionBy: ['user'], clusterBy: ['index'] },
  { user: text(), index: int64(), amount: int64(), count: int64() },
);
/** A record of this amount fails behind the window. */
const POISON = 13;

const made = (size: number, slide: number): Pipeline =>
  pipeline('counted', { looseSales }, ({ looseSales }) => [
    into(
      counted,
      looseSales.pipe(
        countWindow('w', { size, slide, ...options }),
        map(({ key: [user], index, value }) => ({ user, index, ...value })),
      ),
    ),
    into(
      table('poisoned', { partitionBy: ['user'] }, { user: text(), amount: int64(), count: int64() }),
      looseSales.pipe(
        foldByKey('poisoned', {
          ...{ key: ['user'], state: Sum },
          fold: (sum: Mutable<Sum>, each) => {
            if (each.amount === POISON) throw new Error('poison');
            addTo(sum, each);
          },
        }),
      ),
    ),
  ]);

/** The windows by their definition: slices of the records of each key. */
function windowsOf(records: readonly Sale[], size: number, slide: number): unknown[] {
  return ['ann', 'bob'].flatMap((user) => {
    const mine = records.filter((each) => each.user === user && each.amount !== POISON);
    const rows: unknown[] = [];
    for (let from = 0; from + size <= mine.length; from += slide) {
      const amount = mine.slice(from, from + size).reduce((sum, each) => sum + each.amount, 0);
      rows.push({ user, index: from / slide, amount, count: size });
    }
    return rows;
  });
}

const anySales = fc.array(
  fc
    .record({
      ...{ user: fc.constantFrom('ann', 'bob'), amount: fc.constantFrom(1, 2, 5, 8, POISON), time: fc.nat(60_000) },
    })
    .map(sale),
  { maxLength: 40 },
);
const anyWindow = fc.constantFrom<[number, number]>([1, 1], [3, 3], [4, 1], [5, 2], [6, 3]);

describe('countWindow', () => {
  it('emits every so many records of a key, with the last of them', async () => {
    const at = {
      a: (time: number): Sale => sale({ time, amount: 1 + time / 1_000 }),
      b: (time: number): Sale => sale({ user: 'bob', time, amount: 100 }),
    };
    const seen = await trace(sales, marbles('abaa-ba~a|', at), (s) =>
      s.pipe(countWindow('w', { size: 2, ...options })),
    );
    expect(seen.map(({ at, value: { key, index, value } }) => [at, ...key, index, value.amount])).to.eql([
      ['a', 'ann', 0, 4],
      ['b', 'bob', 0, 200],
      ['a', 'ann', 1, 11],
    ]);
  });

  it('makes slices of the records in order of their offsets, late or not, without those that fail, at any kill', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, anyWindow, anyDisturbances, async (records, [size, slide], between) => {
        const harness = pipelineHarness<Sale>(made(size, slide), { partitions: 1 });
        await pushDisturbed(harness, records, between);
        await harness.commit();
        expect(await harness.rows(counted)).to.deep.equal(windowsOf(records, size, slide));
        expect((await harness.deadLetters()).map(({ cause }) => cause)).to.deep.equal(
          records.filter(({ amount }) => amount === POISON).map(() => 'poison'),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('makes the same states, versions and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(fc.array(anySales, { maxLength: 3 }), anyWindow, (some, [size, slide]) =>
        expectSameInBatches(made(size, slide), some),
      ),
      { numRuns: 100 },
    );
  });

  it('begins each window with values of its first record', async () => {
    const seen = await trace(
      sales,
      marbles('abcd', Object.fromEntries([...'abcd'].map((name, n) => [name, () => sale({ amount: 4 - n })]))),
      (s) =>
        s.pipe(
          countWindow('w', {
            ...{ size: 2, key: ['user'], state: Sum, initial: ({ amount }) => ({ amount: amount * 100 }) },
            fold: (sum, { amount }) => void (sum.amount += amount),
          }),
        ),
    );
    expect(seen.map(({ value }) => value.value.amount)).to.eql([407, 203]);
  });

  it('counts final values of windows too, and is counted again', async () => {
    const pairs = pipeline('pairs', { sales }, ({ sales }) => [
      into(
        counted,
        sales.pipe(
          tumblingWindow('seconds', { size: 1_000, ...options }),
          whenFinal(),
          countWindow('pairs', {
            ...{ size: 2, key: ({ key: [user] }) => [user], state: Sum },
            fold: (sum, { value }) => void (sum.amount += value.amount),
          }),
          countWindow('fours', {
            ...{ size: 2, key: ({ key: [user] }) => [user], state: Sum },
            fold: (sum, { value }) => {
              sum.amount += value.amount;
              sum.count += 1;
            },
          }),
          map(({ key: [user], index, value }) => ({ user, index, ...value })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(pairs, { partitions: 1 });
    for (let n = 0; n < 9; n++) harness.push(sale({ time: n * 1_000, amount: 10 ** n }));
    await harness.commit();
    expect(await harness.rows(counted)).to.eql([
      { user: 'ann', index: 0, amount: 1_111, count: 2 },
      { user: 'ann', index: 1, amount: 11_110_000, count: 2 },
    ]);
  });

  it('keeps nothing of complete windows', () => {
    const engine = newEngine(made(4, 2));
    feed(
      engine,
      Array.from({ length: 101 }, (_, n) => sale({ time: n })),
    );
    // A key in each operator, and the windows that are not full.
    expect(engine.states.size).to.equal(1 + 1 + 2);
  });

  it('rejects other sizes, and a key that is not partitioned', async () => {
    for (const [size, slide] of [[0], [-1], [1.5], [Number.NaN], [2, 0], [2, 3], [2, 0.5]] as [number, number?][]) {
      const windows = slide === undefined ? { size } : { size, slide };
      expect(await codeOf(() => countWindow('w', { ...windows, ...options }))).to.equal('ERR_PIPELINE_INVALID');
    }
    const byItem = pipeline('by_item', { sales }, ({ sales }) => [
      into(
        counted,
        sales.pipe(
          countWindow('w', { size: 1, ...options, key: (s) => [s.item] }),
          map(({ key: [user], index, value }) => ({ user, index, ...value })),
        ),
      ),
    ]);
    expect(await codeOf(() => pipelineHarness<Sale>(byItem, { partitions: 1 }).push(sale()))).to.equal(
      'ERR_KEY_NOT_PARTITIONED',
    );
  });
});
