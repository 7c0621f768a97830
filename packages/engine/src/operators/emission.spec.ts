import { expect } from 'chai';
import fc from 'fast-check';
import { map, type Observable } from 'rxjs';
import { addTo, bySecond, codeOf, looseSales, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  type FinalWindow,
  hoppingWindow,
  into,
  jsonCodec,
  pipeline,
  type Pipeline,
  sessionWindow,
  tumblingWindow,
  whenFinal,
  type Windowed,
  type WindowEmission,
} from '@stockafolio/core';
import { CheckpointWriter, findCheckpoint, PartitionEngine, restoreCheckpoint } from '@stockafolio/engine';
import { marbles, memoryFiles, pipelineHarness, trace } from '@stockafolio/testing';
import { anyScatteredSales as anySales } from '../../test/any-sales.js';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';
import { feed, newEngine } from '../../test/engines.js';
import { observed } from '../../test/observed.js';

type Sums = Windowed<readonly [string], Sum>;
type Windows = (records: Observable<Sale>) => Observable<Sums>;

const options = { key: (s: Sale) => [s.user] as const, state: Sum, fold: addTo, allowedLateness: 1_000 };
const merge = (into: { amount: number; count: number }, later: Sum): void => {
  into.amount += later.amount;
  into.count += later.count;
};
/** Windows of at least five seconds, in each of their forms. */
const forms = (emit?: WindowEmission): readonly Windows[] => {
  const emission = emit === undefined ? {} : { emit };
  return [
    tumblingWindow('w', { ...options, ...emission, size: 5_000 }),
    hoppingWindow('w', { ...options, ...emission, size: 5_000, step: 2_500 }),
    sessionWindow('w', { ...options, ...emission, gap: 5_000, merge }),
  ];
};
const row = map(({ window, key: [item], value }: FinalWindow<readonly [string], Sum>) => ({
  ...{ second: window.start, item },
  ...value,
}));
const made = (windows: Windows, onFinal: (final: Row) => void = () => undefined): Pipeline =>
  pipeline('emitting', { looseSales }, ({ looseSales }) => {
    const all = windows(looseSales);
    observed(all.pipe(whenFinal(), row), onFinal);
    return [into(bySecond, all.pipe(row))];
  });
interface Row extends Sum {
  readonly second: number;
  readonly item: string;
}
const line = ({ second, item, amount, count }: Row): string => `${second} ${item} ${amount} ${count}`;
const policies: readonly WindowEmission[] = ['at close', 'final only', { every: 700 }, { everyMs: 1 }];

const at = {
  a: (time: number): Sale => sale({ time }),
  b: (time: number): Sale => sale({ user: 'bob', time }),
  x: (): Sale => sale({ time: 4_900, amount: 10 }),
};
const shown = (seen: readonly { at: string; value: Sums }[]): unknown[] =>
  seen.map(({ at, value: { window, key, value } }) => [at, key[0], window.start, value.amount]);

describe('the emission of windows', () => {
  it('every so often in event time: of those that changed, once the watermark passes a multiple', async () => {
    const seen = await trace(sales, marbles('aaba--aab', at), (s) =>
      s.pipe(tumblingWindow('w', { ...options, size: 5_000, emit: { every: 2_000 } })),
    );
    expect(shown(seen)).to.eql([
      ['b', 'ann', 0, 2],
      ['b', 'bob', 0, 1],
      ['a', 'ann', 0, 3],
      ['a', 'ann', 5_000, 1],
      ['b', 'ann', 5_000, 2],
      ['b', 'bob', 5_000, 1],
    ]);
  });

  it('every so often in the time of the machine: at commits, of those that changed', () => {
    let now = 1_000;
    const engine = new PartitionEngine({
      ...{ pipeline: made((s) => s.pipe(tumblingWindow('w', { ...options, size: 5_000, emit: { everyMs: 100 } }))) },
      ...{ partition: 0, source: 's', codec: jsonCodec(looseSales.schema) as never, onBadRecord: 'fail' },
      clock: { elapsed: () => now },
    });
    const commit = (...records: Sale[]): unknown[] => {
      feed(engine, records);
      return engine.commit().map(({ values }) => values[3]);
    };
    expect(commit(sale({ amount: 1 }), sale({ amount: 2 }))).to.eql([3]);
    expect(commit(sale({ amount: 4 }))).to.eql([]);
    now += 99;
    expect(commit(sale({ amount: 8 }))).to.eql([]);
    now += 1;
    expect(commit()).to.eql([15]);
    now += 200;
    expect(commit()).to.eql([]);
    expect(commit(sale({ amount: 16 }))).to.eql([]);
    expect(commit(sale({ time: 8_000 }))).to.eql([31]);
  });

  it('only when they are final: neither at the close, nor for late records, nor in a lull', async () => {
    const seen = await trace(sales, marbles('aa~a--x~b', at, { frame: 1_000 }), (s) =>
      s.pipe(tumblingWindow('w', { ...options, size: 5_000, emit: 'final only' })),
    );
    expect(shown(seen)).to.eql([['b', 'ann', 0, 13]]);
    const sessions = await trace(sales, marbles('aa~a--x~---b', at), (s) =>
      s.pipe(sessionWindow('w', { ...options, gap: 2_000, merge, emit: 'final only' })),
    );
    expect(shown(sessions)).to.eql([
      ['b', 'ann', 0, 3],
      ['b', 'ann', 4_900, 10],
    ]);
  });

  it('changes neither the last rows nor the final values, at any kill', async () => {
    const every = policies.flatMap((emit) => forms(emit).map((windows, form) => ({ windows, form, emit })));
    await fc.assert(
      fc.asyncProperty(anySales, anyDisturbances, fc.constantFrom(...every), async (records, between, each) => {
        const end = sale({ user: 'end', time: 1_000_000 });
        const finals: string[] = [];
        const plain = pipelineHarness<Sale>(
          made(forms()[each.form] as Windows, (final) => finals.push(line(final))),
          { partitions: 1 },
        );
        plain.push(...records, end);
        await plain.commit();
        const harness = pipelineHarness<Sale>(made(each.windows), { partitions: 1 });
        await pushDisturbed(harness, [...records, end], between);
        await harness.commit();
        const rows = (await harness.rows(bySecond)).filter(({ item }) => item !== 'end');
        expect(rows.map(line).sort()).to.deep.equal([...finals].sort());
        expect(await harness.deadLetters()).to.deep.equal(await plain.deadLetters());
      }),
      { numRuns: 200 },
    );
  });

  it('makes the same rows, with the same versions, of batches of records as of single ones', () => {
    const every = policies.flatMap((emit) => forms(emit));
    fc.assert(
      fc.property(fc.array(anySales, { maxLength: 4 }), fc.constantFrom(...every), (batches, windows) =>
        expectSameInBatches(made(windows), batches),
      ),
      { numRuns: 200 },
    );
  });

  it('dead-letters nothing that fails early: it is emitted again', async () => {
    for (const emit of [{ every: 1_000 }, { everyMs: 1 }]) {
      const picky = pipeline('picky', { sales }, ({ sales }) => [
        into(
          bySecond,
          sales.pipe(
            tumblingWindow('w', { ...options, size: 5_000, emit }),
            row,
            map((each) => {
              if (each.count < 3) throw new Error('too few');
              return each;
            }),
          ),
        ),
      ]);
      const harness = pipelineHarness<Sale>(picky, { partitions: 1 });
      await harness.play(marbles('a|a|a|--a|', at));
      expect(await harness.deadLetters()).to.eql([]);
      expect((await harness.rows(bySecond)).map(({ second, count }) => [second, count])).to.eql([[0, 3]]);
    }
  });

  it('is a setting of the plan', async () => {
    const settings = policies.map((emit) => made((s) => s.pipe(tumblingWindow('w', { ...options, size: 5, emit }))));
    expect(settings.map(({ plan }) => plan.operators[0]?.settings)).to.eql([
      { size: 5, allowedLateness: 1_000 },
      { size: 5, allowedLateness: 1_000, emit: 'final only' },
      { size: 5, allowedLateness: 1_000, emitEvery: 700 },
      { size: 5, allowedLateness: 1_000, emitEveryMs: 1 },
    ]);
    for (const emit of ['later', {}, { every: 0 }, { everyMs: 1.5 }, { every: 1, everyMs: 1 }, null] as never[])
      for (const windows of forms(emit)) expect(await codeOf(() => made(windows))).to.equal('ERR_PIPELINE_INVALID');
  });

  it('may change: what had closed and was not emitted is emitted', async () => {
    const records = [sale({ time: 0 }), sale({ user: 'bob', time: 8_500 })];
    for (const form of [0, 2]) {
      const [before, now] = (['final only', 'at close'] as const).map((emit) =>
        newEngine(made(forms(emit)[form] as Windows)),
      ) as [PartitionEngine, PartitionEngine];
      feed(before, records);
      expect(before.commit().map(({ values }) => values[0])).to.eql([]);
      const files = memoryFiles();
      const writer = new CheckpointWriter({ pipeline: 'emitting', source: 'source-1', engine: before, files });
      const prepared = writer.prepare() ?? expect.fail('no checkpoint');
      await writer.store(prepared);
      const chain = (await findCheckpoint(files, 'emitting', 0, () => undefined)) ?? expect.fail('no checkpoint');
      const [change] = restoreCheckpoint(now, chain, { source: 'source-1', acceptPlanChange: false });
      expect(change?.verdict ?? 'kept').to.equal('kept');
      feed(now, [sale({ user: 'bob', time: 8_600 })]);
      expect(now.commit().map(({ values }) => values[0])).to.eql([0]);
    }
  });
});
