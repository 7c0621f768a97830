import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map, mergeMap, type Observable, type OperatorFunction } from 'rxjs';
import { addTo, bySecond, looseSales, type Sale, sale, Sum } from '@stockafolio/conformance';
import {
  type FinalWindow,
  hoppingWindow,
  into,
  pipeline,
  type Pipeline,
  sessionWindow,
  tumblingWindow,
  whenFinal,
  type Windowed,
  type WindowEmission,
} from '@stockafolio/core';
import { earlyRows } from '@stockafolio/engine';
import { marbles, pipelineHarness } from '@stockafolio/testing';
import { anyScatteredSales as anySales } from '../../test/any-sales.js';
import { anyDeaths, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';
import { observed } from '../../test/observed.js';

type Windows = (records: Observable<Sale>) => Observable<Windowed<readonly [string], Sum>>;

interface Row extends Sum {
  readonly second: number;
  readonly item: string;
}

const options = { key: (s: Sale) => [s.user] as const, state: Sum, fold: addTo, allowedLateness: 1_000 };
const merge = (into: { amount: number; count: number }, later: Sum): void => {
  into.amount += later.amount;
  into.count += later.count;
};
const forms: readonly ((emit: WindowEmission) => Windows)[] = [
  (emit) => tumblingWindow('w', { ...options, emit, size: 5_000 }),
  (emit) => tumblingWindow('w', { ...options, emit, size: 5_000, allowedLateness: 0 }),
  (emit) => hoppingWindow('w', { ...options, emit, size: 5_000, step: 2_500 }),
  (emit) => sessionWindow('w', { ...options, emit, gap: 5_000, merge }),
];
const policies: readonly WindowEmission[] = ['at close', 'final only', { every: 700 }, { everyMs: 1 }];
const row = map(({ window, key: [item], value }: FinalWindow<readonly [string], Sum>): Row => ({
  ...{ second: window.start, item },
  ...value,
}));

/** Functions that make other rows of one value of a window than of another. */
const functions: Readonly<Record<string, OperatorFunction<Row, Row>>> = {
  'a filter that a value passes once': filter(({ count }) => count === 1),
  'a filter that values pass by turns': filter(({ amount }) => amount % 2 === 0),
  'a key made from the value': map((each) => ({ ...each, item: `${each.item}-${each.count % 3}` })),
  'several rows of a value': mergeMap((each) =>
    Array.from({ length: each.amount % 3 }, (_, n) => ({ ...each, item: `${each.item}-${n}` })),
  ),
};
const throwing = map((each: Row) => {
  if (each.count === 2) throw new Error('two');
  return each;
});

const made = (windows: Windows, then: OperatorFunction<Row, Row>, onFinal?: (row: Row) => void): Pipeline =>
  pipeline('earlier', { looseSales }, ({ looseSales }) => {
    const all = windows(looseSales);
    if (onFinal !== undefined) observed(all.pipe(whenFinal(), row, then), onFinal);
    return [into(bySecond, all.pipe(row, then))];
  });

/** Windows of windows: several values come with one version. */
const nested = (emit: WindowEmission, then: OperatorFunction<Row, Row>, onFinal?: (row: Row) => void): Pipeline =>
  pipeline('nested', { looseSales }, ({ looseSales }) => {
    const all = looseSales.pipe(
      tumblingWindow('inner', { ...options, size: 1_000 }),
      whenFinal(),
      tumblingWindow('w', {
        ...{ size: 10_000, allowedLateness: 1_000, emit, state: Sum },
        key: ({ key: [user] }) => [user] as const,
        fold: (sum, { value }) => merge(sum, value),
      }),
    );
    if (onFinal !== undefined) observed(all.pipe(whenFinal(), row, then), onFinal);
    return [into(bySecond, all.pipe(row, then))];
  });

const line = ({ second, item, amount, count }: Row): string => `${second} ${item} ${amount} ${count}`;
const at = { a: (time: number): Sale => sale({ time }), b: (time: number): Sale => sale({ user: 'bob', time }) };
const end = sale({ user: 'end', time: 1_000_000 });
const named = Object.entries(functions).map(([name, then]) => ({ name, then }));
type Make = (then: OperatorFunction<Row, Row>, onFinal?: (row: Row) => void) => Pipeline;
const makers: readonly Make[] = policies.flatMap((emit) => [
  ...forms.map(
    (form): Make =>
      (then, onFinal) =>
        made(form(emit), then, onFinal),
  ),
  (then, onFinal) => nested(emit, then, onFinal),
]);

describe('rows of windows that are not final', () => {
  it('are removed if a later value does not write them', async () => {
    for (const emit of policies) {
      const make = made(
        tumblingWindow('w', { ...options, emit, size: 5_000 }),
        functions['a key made from the value'] as never,
      );
      const harness = pipelineHarness<Sale>(make, { partitions: 1 });
      const items = async (): Promise<string[]> => (await harness.rows(bySecond)).map(({ item }) => item);
      const isOpenShown = emit !== 'final only';
      await harness.play(marbles('a~|', at));
      expect(await items()).to.eql(isOpenShown ? ['ann-1'] : []);
      await harness.play(marbles('a|', at));
      expect(await items()).to.eql(isOpenShown && typeof emit === 'object' && 'everyMs' in emit ? ['ann-2'] : []);
      await harness.play(marbles('~|', at));
      expect(await items()).to.eql(isOpenShown ? ['ann-2'] : []);
      harness.push(end);
      await harness.commit();
      expect((await items()).filter((item) => !item.startsWith('end'))).to.eql(['ann-2']);
    }
  });

  it('are made of the last values alone in the end, at any kill, commit and lull', async () => {
    await fc.assert(
      fc.asyncProperty(
        ...([anySales, anyDeaths, fc.constantFrom(...makers), fc.constantFrom(...named)] as const),
        async (records, between, make, { then }) => {
          const finals: string[] = [];
          const plain = pipelineHarness<Sale>(
            make(then, (final) => finals.push(line(final))),
            { partitions: 1 },
          );
          plain.push(...records, end);
          await plain.commit();
          const harness = pipelineHarness<Sale>(make(then), { partitions: 1 });
          await pushDisturbed(harness, [...records, end], between);
          await harness.commit();
          const rows = (await harness.rows(bySecond)).filter(({ item }) => !item.startsWith('end'));
          expect(rows.map(line).sort()).to.deep.equal([...finals].sort());
          expect(await harness.deadLetters()).to.deep.equal(await plain.deadLetters());
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are removed if a function throws for a later value', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, anyDeaths, fc.constantFrom(...makers), async (records, between, make) => {
        const [plain, harness] = [make(throwing), make(throwing)].map((each) =>
          pipelineHarness<Sale>(each, { partitions: 1 }),
        );
        if (plain === undefined || harness === undefined) expect.fail('not made');
        plain.push(...records, end);
        await plain.commit();
        await pushDisturbed(harness, [...records, end], between);
        await harness.commit();
        const rows = async (of: typeof plain): Promise<unknown> =>
          (await of.rows(bySecond)).filter(({ item }) => item !== 'end');
        expect(await rows(harness)).to.deep.equal(await rows(plain));
        expect(await harness.deadLetters()).to.deep.equal(await plain.deadLetters());
      }),
      { numRuns: 200 },
    );
  });

  it('are those of single records if records come in batches', () => {
    fc.assert(
      fc.property(
        ...([fc.array(anySales, { maxLength: 4 }), fc.constantFrom(...makers), fc.constantFrom(...named)] as const),
        (batches, make, { then }) => expectSameInBatches(make(then), batches),
      ),
      { numRuns: 200 },
    );
  });

  it('are announced by offset before they are written, for the run that repeats a killed one', async () => {
    const make = made(
      tumblingWindow('w', { ...options, size: 5_000 }),
      functions['a filter that a value passes once'] as never,
    );
    const harness = pipelineHarness<Sale>(make, { partitions: 1 });
    await harness.play(marbles('a|', at));
    expect(await harness.rows(earlyRows)).to.eql([]);
    await harness.play(marbles('~|', at));
    expect(await harness.rows(earlyRows)).to.eql([{ pipeline: 'earlier', partition: 0, offset: 1 }]);
    // Killed without a checkpoint: the next run knows nothing else of the row.
    await harness.restart();
    await harness.play(marbles('aa|', at));
    expect(await harness.rows(bySecond)).to.eql([]);
  });
});
