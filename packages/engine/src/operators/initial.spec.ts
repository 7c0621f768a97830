import { expect } from 'chai';
import fc from 'fast-check';
import type { Observable } from 'rxjs';
import { codeOf, looseSales, type Sale, sale, sales } from '@stockafolio/conformance';
import {
  calendar,
  calendarWindow,
  foldByKey,
  hoppingWindow,
  type Infer,
  type Initial,
  int64,
  into,
  latestByKey,
  type Mutable,
  pipeline,
  type Pipeline,
  record,
  shardedFold,
  table,
  text,
  topByKey,
  tumblingWindow,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { feed, feedAll, newEngine, shown, stateOf } from '../../test/engines.js';

const Range = record('range', { low: int64(), high: int64(), count: int64() });
type Range = Infer<typeof Range>;
type Begin = Initial<Sale, (typeof Range)['fields']>;

const MAX = Number.MAX_SAFE_INTEGER;
const asData: Begin = { low: MAX, high: -MAX };
const ofFirst: Begin = ({ amount }) => ({ low: amount, high: amount });

function widen(range: Mutable<Range>, { amount }: Sale): void {
  range.low = Math.min(range.low, amount);
  range.high = Math.max(range.high, amount);
  range.count++;
}

const threes = calendar(
  'threes',
  (time) => Math.floor(time / 3_000) * 3_000,
  (start) => start + 3_000,
);
const lasting = { allowedLateness: 100_000 };
const options = (initial: Begin) => ({ key: (s: Sale) => [s.user] as const, state: Range, fold: widen, initial });

/** Every kind of operator that has a state, with keys that begin in this way. */
const operators: Readonly<Record<string, (records: Observable<Sale>, initial: Begin) => Observable<unknown>>> = {
  foldByKey: (records, initial) => records.pipe(foldByKey('f', options(initial))),
  shardedFold: (records, initial) => records.pipe(shardedFold('f', options(initial))),
  latestByKey: (records, initial) => records.pipe(latestByKey('f', options(initial))),
  topByKey: (records, initial) => records.pipe(topByKey('f', { k: 2, by: 'high', ...options(initial) })),
  tumblingWindow: (records, initial) =>
    records.pipe(tumblingWindow('f', { size: 2_000, ...lasting, ...options(initial) })),
  hoppingWindow: (records, initial) =>
    records.pipe(hoppingWindow('f', { size: 4_000, step: 2_000, ...lasting, ...options(initial) })),
  calendarWindow: (records, initial) =>
    records.pipe(calendarWindow('f', { windows: threes, ...lasting, ...options(initial) })),
};

function made(kind: string, initial: Begin): Pipeline {
  return pipeline('initial', { looseSales }, ({ looseSales }) => {
    operators[kind]?.(looseSales, initial);
    return [];
  });
}

/** By window and user, in the order of their keys, the range of these sales. */
function naive(kind: string, all: readonly Sale[]): string[] {
  const ranges = new Map<string, Range>();
  let newest = -Infinity;
  for (const { user, amount, time } of all) {
    const floor = (size: number): number => Math.floor(time / size) * size;
    const starts: Record<string, number[]> = {
      tumblingWindow: [floor(2_000)],
      hoppingWindow: [floor(2_000), floor(2_000) - 2_000],
      calendarWindow: [floor(3_000)],
    };
    if (kind === 'latestByKey' && time < (ranges.get(`latest ${user}`)?.count ?? -Infinity)) continue;
    if (kind === 'latestByKey') ranges.set(`latest ${user}`, { low: 0, high: 0, count: time });
    newest = Math.max(newest, time);
    for (const start of starts[kind] ?? [undefined]) {
      const key = shown([...(start === undefined ? [] : [start]), user]);
      const { low, high, count } = ranges.get(key) ?? { low: amount, high: amount, count: 0 };
      ranges.set(key, { low: Math.min(low, amount), high: Math.max(high, amount), count: count + 1 });
    }
  }
  const lines = [...ranges].filter(([key]) => key.startsWith('[')).map(([key, range]) => `${key} ${shown(range)}`);
  return lines.sort();
}

/** The state of an engine, without the name of its operator and versions. */
function rangesOf(engine: ReturnType<typeof newEngine>): string[] {
  return stateOf(engine)
    .map((line) => JSON.parse(line) as [string, unknown, unknown])
    .map(([, key, range]) => `${shown(key)} ${shown(range)}`)
    .sort();
}

const anySale: fc.Arbitrary<Sale> = fc.record({
  user: fc.constantFrom('ann', 'bob', 'cid'),
  item: fc.constant('tea'),
  amount: fc.integer({ min: -50, max: 50 }),
  time: fc.integer({ min: 0, max: 12_000 }),
});

describe('initial', () => {
  for (const kind of Object.keys(operators)) {
    it(`lets a minimum and a maximum of ${kind} begin right, as data and from the first record`, () => {
      fc.assert(
        fc.property(fc.array(anySale, { maxLength: 40 }), (all) => {
          const expected = naive(kind, all);
          for (const initial of [asData, ofFirst]) {
            const single = newEngine(made(kind, initial));
            feed(single, all);
            const together = newEngine(made(kind, initial));
            feedAll(together, all);
            expect(rangesOf(single)).to.eql(expected);
            expect(stateOf(together)).to.eql(stateOf(single));
          }
        }),
        { numRuns: 60 },
      );
    });
  }

  it('is used again when a key that has expired begins anew', () => {
    for (const initial of [asData, ofFirst]) {
      const expiring = pipeline('initial', { sales }, ({ sales }) => {
        const until = (s: Sale): number => (Math.floor(s.time / 1_000) + 1) * 1_000;
        sales.pipe(foldByKey('f', { ...options(initial), expires: until }));
        return [];
      });
      const engine = newEngine(expiring);
      const times = [sale({ amount: 3, time: 10 }), sale({ user: 'bob', time: 1_005 })];
      feed(engine, [...times, sale({ amount: 5, time: 1_010 }), sale({ amount: 7, time: 1_020 })]);
      expect(rangesOf(engine)).to.include('["ann"] {"low":5,"high":7,"count":2}').and.to.have.length(2);
    }
  });

  it('leaves the fields that it does not state as their types begin', () => {
    for (const initial of [{}, { count: 0 }, () => ({})] as Begin[]) {
      const engine = newEngine(made('foldByKey', initial));
      feed(engine, [sale({ amount: 4 })]);
      expect(rangesOf(engine)).to.eql(['["ann"] {"low":0,"high":4,"count":1}']);
    }
  });

  it('keeps nothing of a record whose function throws, and dead-letters it as for a fold that throws', async () => {
    const picky: Begin = ({ amount }) => {
      if (amount < 0) throw new Error('below zero');
      return { low: amount };
    };
    for (const kind of Object.keys(operators)) {
      const harness = pipelineHarness<Sale>(made(kind, picky), { partitions: 1 });
      harness.push(sale({ amount: -1 }), sale({ user: 'bob', amount: 2 }));
      await harness.commit();
      const [letter, ...others] = await harness.deadLetters();
      expect(others).to.eql([]);
      expect(letter, kind).to.include({ offset: 0, operator: '', code: 'ERR_BAD_RECORD', cause: 'below zero' });
      const [engine] = harness.engines;
      expect(engine && rangesOf(engine).some((line) => line.includes('ann')), kind).to.equal(false);
    }
  });

  it('rejects a record from which a value comes that its field cannot have, naming operator and field', async () => {
    const byUser = table('ranges', { partitionBy: ['user'] }, { user: text(), low: int64(), high: int64() });
    const halves = pipeline('initial', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          foldByKey(
            'f',
            options(({ amount }) => ({ low: amount / 2 })),
          ),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(halves, { partitions: 1 });
    harness.push(sale({ amount: 3 }), sale({ amount: 8 }));
    await harness.commit();
    const [letter] = await harness.deadLetters();
    expect(letter).to.include({ offset: 0, code: 'ERR_ROW_INVALID' });
    expect(letter?.cause).to.equal(
      "operator 'f': its initial value 1.5 cannot be 'low': it is not a whole number within 2^53",
    );
    expect(await harness.rows(byUser)).to.eql([{ user: 'ann', low: 4, high: 8 }]);
  });

  it('ends the run for what no record can be to blame for', () => {
    const wrong: [unknown, string][] = [
      [() => ({ lwo: 1 }), "'lwo', which is no field"],
      [() => ({ toString: 1 }), "'toString', which is no field"],
      [() => undefined, 'undefined'],
      [() => 5, '5'],
      [() => [1], 'an array'],
      [() => Promise.resolve({ low: 1 }), 'a promise'],
    ];
    for (const [initial, words] of wrong) {
      for (const push of [feed, feedAll]) {
        const engine = newEngine(made('topByKey', initial as Begin));
        expect(() => push(engine, [sale()]), words)
          .to.throw(`operator 'f'`)
          .with.property('code', 'ERR_PIPELINE_INVALID');
      }
    }
  });

  it('is checked when the pipeline is made', async () => {
    const wrong: unknown[] = [
      { lwo: 1 },
      { constructor: 1 },
      { low: 1.5 },
      { low: undefined },
      { low: 'one' },
      { low: 1n },
      null,
      5,
      [1],
      async () => Promise.resolve({ low: 1 }),
    ];
    for (const initial of wrong)
      for (const kind of Object.keys(operators))
        expect(await codeOf(() => made(kind, initial as Begin)), `${kind} ${shown(initial)}`).to.equal(
          'ERR_PIPELINE_INVALID',
        );
  });

  it('is a setting of the operator: its values if it is data, the fact if it is a function', () => {
    const settings = (initial: Begin): unknown => made('foldByKey', initial).plan.operators[0]?.settings;
    expect(settings(asData)).to.eql({ initial: `low ${MAX}, high -${MAX}` });
    expect(settings(ofFirst)).to.eql({ initial: 'of the first record' });
    expect(settings({ low: 0 })).to.eql({});
  });

  it('must be the same whenever the plan is made', async () => {
    let low = 1;
    const changing = pipeline('initial', { sales }, ({ sales }) => {
      sales.pipe(foldByKey('f', options({ low: low++ })));
      return [];
    });
    expect(await codeOf(() => newEngine(changing))).to.equal('ERR_PIPELINE_INVALID');
  });

  it('may change a record without an effect on the result of batches: these are then processed one by one', () => {
    const both = (): Pipeline =>
      pipeline('initial', { sales }, ({ sales }) => {
        const spoiling: Begin = (s) => {
          (s as { amount: number }).amount++;
          return { low: s.amount };
        };
        sales.pipe(foldByKey('a', options(spoiling)));
        sales.pipe(foldByKey('b', options(ofFirst)));
        return [];
      });
    const all = Array.from({ length: 30 }, (_, n) => sale({ user: `u${n % 4}`, amount: n, time: n }));
    const [single, together] = [newEngine(both()), newEngine(both())];
    feed(
      single,
      all.map((each) => ({ ...each })),
    );
    feedAll(
      together,
      all.map((each) => ({ ...each })),
    );
    expect(stateOf(together)).to.eql(stateOf(single));
  });
});
