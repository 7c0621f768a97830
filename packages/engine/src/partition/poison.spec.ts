import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { byUser, codeOf, Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  date,
  double,
  type Fields,
  foldByKey,
  type Infer,
  int32,
  int64,
  into,
  jsonCodec,
  money,
  type Mutable,
  type ObjectOf,
  oneOf,
  optional,
  pipeline,
  type Pipeline,
  record,
  shard,
  stream,
  table,
  type Table,
  text,
  timestamp,
  topByKey,
  tumblingWindow,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { feed, feedAll, newEngine } from '../../test/engines.js';

/** Offset, operator and code of every dead letter. */
async function deadLettersOf(harness: ReturnType<typeof pipelineHarness<Sale>>): Promise<string[]> {
  return (await harness.deadLetters()).map(({ offset, operator, code }) => `${offset}/${operator}/${code}`);
}

/** A pipeline that keeps one field for each user, computed from the item of a sale, in a table with that column. */
function keeping<F extends Fields>(
  fields: F,
  column: Fields,
  fold: (state: Mutable<ObjectOf<F>>, item: string) => void,
): { readonly made: Pipeline; readonly kept: Table } {
  const State = record('state', fields);
  const kept = table('kept', { partitionBy: ['user'] }, { user: text(), ...column });
  const made = pipeline('keeping', { sales }, ({ sales }) => [
    into(
      kept,
      // The column is what the case tests: it may be one that the types do not allow.
      sales.pipe(foldByKey('keep', { key: (s) => [s.user], state: State, fold: (s, r) => fold(s, r.item) })) as never,
    ),
  ]);
  return { made, kept };
}

describe('a row that its column rejects', () => {
  it('dead-letters its record, and leaves the key unchanged, whatever does not fit', async () => {
    const day = date();
    const words = oneOf('a', 'b');
    const cases: readonly [what: string, pipeline: ReturnType<typeof keeping>, good: string, bad: string][] = [
      [
        'below the smallest',
        keeping({ v: int64() }, { v: int64({ min: 0 }) }, (s, i) => void (s.v += Number(i))),
        '7',
        '-8',
      ],
      [
        'above the largest',
        keeping({ v: int32() }, { v: int32({ max: 9 }) }, (s, i) => void (s.v = Number(i))),
        '7',
        '10',
      ],
      ['money below', keeping({ v: money() }, { v: money({ min: 1 }) }, (s, i) => void (s.v = Number(i))), '7', '0'],
      [
        'a double outside',
        keeping({ v: double() }, { v: double({ max: 9 }) }, (s, i) => void (s.v = Number(i))),
        '7',
        '9.5',
      ],
      [
        'no moment',
        keeping({ v: timestamp() }, { v: timestamp() }, (s, i) => void (s.v = Number(i))),
        '7',
        '8640000000000001',
      ],
      ['half an emoji', keeping({ v: text() }, { v: text() }, (s, i) => void (s.v = i.slice(0, 2))), 'a', 'a\u{1f600}'],
      [
        'too long for the state',
        keeping({ v: text({ max: 3 }) }, { v: text() }, (s, i) => void (s.v = i)),
        'a',
        'long',
      ],
      [
        'too long for the column',
        keeping({ v: text() }, { v: text({ max: 3 }) }, (s, i) => void (s.v = i)),
        'a',
        'long',
      ],
      ['too short', keeping({ v: text() }, { v: text({ min: 1 }) }, (s, i) => void (s.v = i.slice(1))), 'ab', 'x'],
      ['a day before year 1', keeping({ v: day }, { v: day }, (s, i) => void (s.v = i)), '2026-01-05', '-000001-01-01'],
      ['no day of a month', keeping({ v: day }, { v: day }, (s, i) => void (s.v = i)), '2026-01-05', '2026-02-31'],
      ['no word of the state', keeping({ v: words }, { v: words }, (s, i) => void (s.v = i as 'a')), 'a', 'c'],
      ['no word of the column', keeping({ v: words }, { v: oneOf('a') }, (s, i) => void (s.v = i as 'a')), 'a', 'b'],
      [
        'optional, and outside',
        keeping({ v: optional(int64()) }, { v: optional(int64({ max: 9 })) }, (s, i) => void (s.v = Number(i))),
        '7',
        '10',
      ],
    ];
    for (const [what, { made, kept }, good, bad] of cases) {
      const harness = pipelineHarness<Sale>(made, { partitions: 1 });
      harness.push(sale({ item: good }), sale({ user: 'new', item: bad }), sale({ item: bad }));
      harness.push(sale({ user: 'bob', item: good }));
      await harness.commit();
      const rows = (await harness.rows(kept)) as Readonly<Record<string, unknown>>[];
      expect(
        rows.map(({ user }) => user),
        what,
      ).to.eql(['ann', 'bob']);
      expect(await deadLettersOf(harness), what).to.eql(['1//ERR_ROW_INVALID', '2//ERR_ROW_INVALID']);
    }
  });

  it('dead-letters its record for a day that the fold never set', async () => {
    const { made, kept } = keeping({ v: date() }, { v: date() }, (s, i) => {
      if (i !== '') s.v = i;
    });
    const harness = pipelineHarness<Sale>(made, { partitions: 1 });
    harness.push(sale({ item: '' }), sale({ item: '2026-01-05' }), sale({ item: '' }));
    await harness.commit();
    expect(await harness.rows(kept)).to.eql([{ user: 'ann', v: '2026-01-05' }]);
    expect(await deadLettersOf(harness)).to.eql(['0//ERR_ROW_INVALID']);
  });

  it('dead-letters its record for a key that its column rejects', async () => {
    const days = table(
      'days',
      { partitionBy: ['user'], clusterBy: ['day'] },
      { user: text({ max: 5 }), day: date(), ...Sum.fields },
    );
    const made = pipeline('p', { sales }, ({ sales }) => [
      into(
        days,
        sales.pipe(
          foldByKey('days', {
            key: (s) => [s.user, new Date(s.time).toISOString().slice(0, 10)],
            state: Sum,
            fold: (sum, s) => void (sum.amount += s.amount),
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(made, { partitions: 1 });
    harness.push(sale({ time: -62_200_000_000_000 }), sale({ user: 'a-long-name' }), sale(), sale());
    await harness.commit();
    expect(await harness.rows(days)).to.eql([{ user: 'ann', day: '1970-01-01', amount: 2, count: 0 }]);
    expect(await deadLettersOf(harness)).to.eql(['0//ERR_ROW_INVALID', '1//ERR_ROW_INVALID']);
  });

  it('processes records alike, one by one and in batches, whichever of them do not fit', () => {
    const bounded = table(
      'bounded',
      { partitionBy: ['user'] },
      { user: text({ max: 3 }), amount: int64({ min: -3, max: 9 }), count: int64() },
    );
    const made = pipeline('p', { sales }, ({ sales }) => [
      into(
        bounded,
        sales.pipe(
          foldByKey('f', {
            key: (s) => [s.user],
            state: Sum,
            fold: (sum, s) => {
              sum.amount += s.amount;
              sum.count += 1;
            },
          }),
        ),
      ),
    ]);
    const each = fc.record({ user: fc.constantFrom('ann', 'bob', 'longer'), amount: fc.integer({ min: -6, max: 8 }) });
    fc.assert(
      fc.property(fc.array(each, { maxLength: 40 }), (facts) => {
        const records = facts.map((fact, time) => sale({ ...fact, time }));
        const [single, together] = [newEngine(made), newEngine(made)];
        feed(single, records);
        feedAll(together, records);
        const sums = new Map<string, number>();
        let bad = 0;
        for (const { user, amount } of records) {
          const sum = (sums.get(user) ?? 0) + amount;
          if (user.length > 3 || sum < -3 || sum > 9) bad++;
          else sums.set(user, sum);
        }
        const rowsOf = (engine: typeof single): unknown[] =>
          engine.commit().flatMap(({ table: of, values }) => (of === (bounded as never) ? [values.slice(0, 2)] : []));
        const wanted = [...sums];
        expect(rowsOf(single)).to.have.deep.members(wanted);
        expect(rowsOf(together)).to.have.deep.members(wanted);
        expect([single.setAside, together.setAside]).to.eql([bad, bad]);
      }),
    );
  });
});

describe('what a function of the pipeline throws', () => {
  for (const thrown of [undefined, null, 'no', 7]) {
    it(`dead-letters its record, as a whole, if it is ${String(thrown)}`, async () => {
      const made = pipeline('p', { sales }, ({ sales }) => [
        into(
          byUser,
          sales.pipe(
            foldByKey('f', {
              key: (s) => [s.user],
              state: Sum,
              fold: (sum, s) => {
                sum.amount += s.amount;
                if (s.amount === 2) throw thrown;
              },
            }),
          ),
        ),
      ]);
      const harness = pipelineHarness<Sale>(made, { partitions: 1 });
      harness.push(sale(), sale({ amount: 2 }), sale({ amount: 4 }));
      await harness.commit();
      expect(await harness.rows(byUser)).to.eql([{ user: 'ann', amount: 5, count: 0 }]);
      expect(await deadLettersOf(harness)).to.eql(['1//ERR_BAD_RECORD']);
    });
  }

  it('between a window, or a ranking, and its table dead-letters only the figure, and does not end the run', async () => {
    const firstRanks = table(
      'first_ranks',
      { partitionBy: ['rank'], clusterBy: ['shard'] },
      { rank: int32(), shard: shard(), user: text(), amount: int64({ max: 9 }), count: int64() },
    );
    const starts = table(
      'starts',
      { partitionBy: ['user'], clusterBy: ['start'] },
      { user: text(), start: timestamp(), amount: int64({ max: 9 }), count: int64() },
    );
    const add = (sum: Mutable<ObjectOf<typeof Sum.fields>>, s: Sale): void => void (sum.amount += s.amount);
    const made = pipeline('p', { sales }, ({ sales }) => [
      into(
        starts,
        sales.pipe(
          tumblingWindow('w', { size: 10, key: (s) => [s.user], state: Sum, fold: add }),
          map(({ window: { start }, key: [user], value }) => ({ user, start, ...value })),
        ),
      ),
      into(
        firstRanks,
        sales.pipe(
          topByKey('top', { k: 2, by: 'amount', key: (s) => [s.user], state: Sum, fold: add }),
          map(({ rank, key: [user], value }) => ({ rank, user, ...value })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(made, { partitions: 1 });
    harness.push(sale({ amount: 10 }), sale({ user: 'bob', time: 1 }), sale({ user: 'bob', time: 11 }));
    harness.idle();
    await harness.commit();
    expect(await harness.rows(starts)).to.eql([
      { user: 'bob', start: 0, amount: 1, count: 0 },
      { user: 'bob', start: 10, amount: 1, count: 0 },
    ]);
    expect((await harness.rows(firstRanks)).map(({ rank, user }) => [rank, user])).to.eql([[2, 'bob']]);
    expect(await deadLettersOf(harness)).to.eql(['2/top (figure)/ERR_ROW_INVALID', '2/w (figure)/ERR_ROW_INVALID']);
    const strict = pipelineHarness<Sale>(made, { partitions: 1, onBadRecord: 'fail' });
    strict.push(sale({ amount: 10 }));
    expect(await codeOf(() => strict.push(sale({ time: 11 })))).to.equal('ERR_BAD_RECORD');
  });
});

/** Doubles the amount of the record itself. */
function doubled(sum: Mutable<ObjectOf<typeof Sum.fields>>, s: Sale): void {
  const own = s as Mutable<Sale>;
  own.amount *= 2;
  sum.amount += own.amount;
}

describe('a fold that writes into its record', () => {
  const made = pipeline('p', { sales }, ({ sales }) => [
    into(
      byUser,
      sales.pipe(
        foldByKey('f', {
          key: (s) => [s.user],
          state: Sum,
          fold: (sum, s) => {
            const own = s as Mutable<Sale>;
            own.amount *= 2;
            sum.amount += own.amount;
            if (s.item === 'bad') throw new Error('bad');
          },
        }),
      ),
    ),
  ]);

  it('gives the same figures one by one and in batches', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('tea', 'bad'), { minLength: 1, maxLength: 30 }), (items) => {
        const records = (): Sale[] => items.map((item, time) => sale({ item, time }));
        const [single, together] = [newEngine(made), newEngine(made)];
        feed(single, records());
        feedAll(together, records());
        expect(together.commit()).to.deep.equal(single.commit());
      }),
    );
  });

  it('does not change what an earlier branch sees, however many records are processed at once', () => {
    const lines = table(
      'lines',
      { partitionBy: ['user'], clusterBy: ['time'] },
      { user: text(), time: timestamp(), amount: int64() },
    );
    const branches = pipeline('p', { sales }, ({ sales }) => [
      into(lines, sales.pipe(map(({ user, time, amount }) => ({ user, time, amount })))),
      into(byUser, sales.pipe(foldByKey('f', { key: (s) => [s.user], state: Sum, fold: doubled }))),
    ]);
    const records = (): Sale[] => Array.from({ length: 30 }, (_, time) => sale({ time }));
    const [single, together] = [newEngine(branches), newEngine(branches)];
    feed(single, records());
    feedAll(together, records());
    const rows = single.commit();
    expect(together.commit()).to.deep.equal(rows);
    expect(rows.filter(({ table: of }) => of === (lines as never)).map(({ values }) => values[2])).to.include.members([
      1,
    ]);
  });

  it('does not change the dead letter of its record', async () => {
    const harness = pipelineHarness<Sale>(made, { partitions: 1 });
    const bad = sale({ item: 'bad', amount: 3 });
    harness.push(bad);
    await harness.commit();
    const [rejected] = await harness.deadLetters();
    expect(jsonCodec(Sale).decode(new TextEncoder().encode(rejected?.message))).to.eql(bad);
  });
});

describe('names that are reserved words or inherited members', () => {
  const fields = {
    constructor: int64(),
    copy: int64(),
    reset: int64(),
    class: int64(),
    valueOf: int64(),
    then: int64(),
  };
  const Odd = record('odd', { user: text(), toString: int64(), ...fields });
  const odd = table('odd', { partitionBy: ['user'] }, { user: text(), ...fields });
  const odds = stream('odds', Odd, { key: (r) => r.user, time: () => 0 });
  const one = { user: 'ann', toString: 1, constructor: 2, copy: 3, reset: 4, class: 5, valueOf: 6, then: 7 };
  const fold = foldByKey('f', {
    key: (r: Pick<Infer<typeof Odd>, 'user' | keyof typeof fields>) => [r.user],
    state: record('state', fields),
    fold: (state, r) => {
      for (const name of ['constructor', 'copy', 'reset', 'class', 'valueOf', 'then'] as const) state[name] += r[name];
    },
  });

  for (const [what, made] of [
    ['all fields', pipeline('p', { odds }, ({ odds }) => [into(odd, odds.pipe(fold))])],
    [
      'some fields',
      pipeline('p', { odds }, ({ odds }) => [into(odd, odds.pipe(fold))], {
        reads: ['user', 'constructor', 'copy', 'reset', 'class', 'valueOf', 'then'],
      }),
    ],
  ] as const) {
    it(`may be field names of records, states and tables, also after a restart, if ${what} are read`, async () => {
      const harness = pipelineHarness<Infer<typeof Odd>>(made, { partitions: 1 });
      harness.push(one, one);
      await harness.checkpoint();
      await harness.restart();
      harness.push(one);
      await harness.commit();
      const sums = { constructor: 6, copy: 9, reset: 12, class: 15, valueOf: 18, then: 21 };
      expect(await harness.rows(odd)).to.eql([{ user: 'ann', ...sums }]);
      expect(await harness.deadLetters()).to.eql([]);
    });
  }
});
