import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { addTo, byItem, bySecond, byUser, codeOf, Sale, sale, Sum } from '@stockafolio/conformance';
import {
  bigMoney,
  boolean,
  foldByKey,
  int32,
  int64,
  into,
  keyPart,
  latestByKey,
  optional,
  pipeline,
  type Pipeline,
  record,
  shard,
  shardedFold,
  StockafolioError,
  stream,
  table,
  text,
  timestamp,
  topByKey,
  tumblingWindow,
} from '@stockafolio/core';
import { feed, feedAll, newEngine, rowsOf } from '../../test/engines.js';

const sales = stream('sales', Sale, { key: 'user', time: (s) => s.time });
const fold = { state: Sum, fold: addTo };

const byUserAndHour = table(
  'by_user_and_hour',
  { partitionBy: ['user'], clusterBy: ['late', 'hour'] },
  { user: text(), late: boolean(), hour: int32(), amount: int64(), count: int64() },
);
const best = table(
  'best',
  { partitionBy: ['late'], clusterBy: ['rank', 'shard'] },
  { late: boolean(), rank: int32(), shard: shard(), user: text(), amount: int64() },
);
const latest = table(
  'latest',
  { partitionBy: ['item'], clusterBy: ['shard'] },
  { item: text(), shard: shard(), amount: int64(), count: int64() },
);

const hour = (time: number): number => Math.floor(time / 3_600_000);
const isLate = keyPart(boolean(), (s: Sale) => s.time > 7_200_000);

/** Every kind of operator, with keys that are data. */
const named: Pipeline = pipeline('sums', { sales }, ({ sales }) => [
  into(
    byUserAndHour,
    sales.pipe(foldByKey('hours', { key: ['user', isLate, keyPart(int32(), (s: Sale) => hour(s.time))], ...fold })),
  ),
  into(
    byUser,
    sales.pipe(
      foldByKey('items', { key: ['user', 'item'], ...fold }),
      foldByKey('users', { key: (u) => [u.key[0]], state: Sum, fold: (sum, u) => addTo(sum, u.record) }),
    ),
  ),
  into(byItem, sales.pipe(shardedFold('by-item', { key: ['item'], ...fold }))),
  into(latest, sales.pipe(latestByKey('latest', { key: ['item'], ...fold }))),
  into(
    bySecond,
    sales.pipe(
      tumblingWindow('seconds', { size: 1_000, key: ['item'], ...fold }),
      map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
    ),
  ),
  into(
    best,
    sales.pipe(
      topByKey('best', { k: 2, by: 'amount', group: [isLate], key: ['user'], ...fold }),
      map(({ group: [late], rank, key: [user], value: { amount } }) => ({ late, rank, user, amount })),
    ),
  ),
]);

/** The same with functions, as in checkpoints and pipelines before there were names. */
const computed: Pipeline = pipeline('sums', { sales }, ({ sales }) => [
  into(
    byUserAndHour,
    sales.pipe(foldByKey('hours', { key: (s) => [s.user, s.time > 7_200_000, hour(s.time)], ...fold })),
  ),
  into(
    byUser,
    sales.pipe(
      foldByKey('items', { key: (s) => [s.user, s.item], ...fold }),
      foldByKey('users', { key: (u) => [u.key[0]], state: Sum, fold: (sum, u) => addTo(sum, u.record) }),
    ),
  ),
  into(byItem, sales.pipe(shardedFold('by-item', { key: (s) => [s.item], ...fold }))),
  into(latest, sales.pipe(latestByKey('latest', { key: (s) => [s.item], ...fold }))),
  into(
    bySecond,
    sales.pipe(
      tumblingWindow('seconds', { size: 1_000, key: (s) => [s.item], ...fold }),
      map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
    ),
  ),
  into(
    best,
    sales.pipe(
      topByKey('best', { k: 2, by: 'amount', group: (s) => [s.time > 7_200_000], key: (s) => [s.user], ...fold }),
      map(({ group: [late], rank, key: [user], value: { amount } }) => ({ late, rank, user, amount })),
    ),
  ),
]);

const anySales = fc.array(
  fc.record({
    user: fc.constantFrom('ann', 'bob', 'cid', "d'or", 'é'),
    item: fc.constantFrom('tea', 'rum', ''),
    amount: fc.integer({ min: -5, max: 12 }),
    time: fc.integer({ min: 0, max: 9_000_000 }),
  }),
  { minLength: 1, maxLength: 300 },
);

describe('a key of names', () => {
  it('makes the same rows as a function that returns its values, in batches and one by one', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, async (all) => {
        const results: unknown[] = [];
        for (const each of [named, computed]) {
          for (const push of [feedAll, feed]) {
            const engine = newEngine(each);
            push(engine, all);
            engine.flush();
            results.push(await rowsOf(engine, [engine.commit()]));
          }
        }
        for (const other of results) expect(other).to.deep.equal(results[0]);
        expect(results[0]).to.not.deep.equal([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is in the plan: the kinds of its parts are known, and `topology` names them', () => {
    const { operators, keyKinds } = named.plan;
    const facts = operators.map((node) => [node.name, node.settings['key'], keyKinds.get(node)?.join()]);
    expect(facts).to.deep.equal([
      ['hours', 'user, (boolean), (int32)', 'text,boolean,number'],
      ['items', 'user, item', 'text,text'],
      ['users', undefined, 'text'],
      ['by-item', 'item', 'text'],
      ['latest', 'item', 'text'],
      ['seconds', 'item', 'number,text'],
      ['best', 'user', 'boolean,text'],
    ]);
    expect(operators.at(-1)?.settings['group']).to.equal('(boolean)');
  });

  it('is checked when the pipeline is made', async () => {
    const Odd = record('odd', { user: text(), note: optional(text()), time: timestamp(), big: bigMoney() });
    const odds = stream('odds', Odd, { key: ['user', 'big'], time: (o) => o.time });
    const loose = stream('loose', Sale, { keyedBy: 'nothing', time: (s) => s.time });
    const byTime = table('by_time', { partitionBy: ['time'] }, { time: timestamp(), amount: int64(), count: int64() });
    const empty = (): void => undefined;
    const cases: readonly (readonly [string, string, () => unknown])[] = [
      [
        'ERR_PIPELINE_INVALID',
        "'missing' in its key: not every record of stream 'odds' has it",
        () =>
          pipeline('p', { odds }, ({ odds }) => [
            into(byUser, odds.pipe(shardedFold('f', { key: ['missing' as 'user'], state: Sum, fold: empty })) as never),
          ]),
      ],
      [
        'ERR_PIPELINE_INVALID',
        "'note' in its key",
        () =>
          pipeline('p', { odds }, ({ odds }) => [
            into(byUser, odds.pipe(shardedFold('f', { key: ['note' as 'user'], state: Sum, fold: empty })) as never),
          ]),
      ],
      [
        'ERR_PIPELINE_INVALID',
        "'toString' in its key",
        () =>
          pipeline('p', { odds }, ({ odds }) => [
            into(
              byUser,
              odds.pipe(shardedFold('f', { key: ['toString' as 'user'], state: Sum, fold: empty })) as never,
            ),
          ]),
      ],
      [
        'ERR_PIPELINE_INVALID',
        "operator 'f' has no valid key",
        () =>
          pipeline('p', { odds }, ({ odds }) => [
            into(byUser, odds.pipe(foldByKey('f', { key: [] as never, state: Sum, fold: empty })) as never),
          ]),
      ],
      [
        'ERR_PIPELINE_INVALID',
        "operator 'f' has no valid key",
        () =>
          pipeline('p', { odds }, ({ odds }) => [
            into(byUser, odds.pipe(foldByKey('f', { key: 'user' as never, state: Sum, fold: empty })) as never),
          ]),
      ],
      [
        'ERR_KEY_NOT_PARTITIONED',
        "must begin with that of stream 'odds' (user, big)",
        () =>
          pipeline('p', { odds }, ({ odds }) => [
            into(byUser, odds.pipe(foldByKey('f', { key: ['user'], state: Sum, fold: empty }))),
          ]),
      ],
      [
        'ERR_KEY_NOT_PARTITIONED',
        "must begin with that of stream 'sales' (user)",
        () =>
          pipeline('p', { sales }, ({ sales }) => [
            into(
              best,
              sales.pipe(
                topByKey('t', { k: 2, by: 'amount', group: ['user'], key: ['item'], ...fold }),
                map(({ rank, key: [user], value: { amount } }) => ({ late: true, rank, user, amount })),
              ),
            ),
          ]),
      ],
      [
        'ERR_KEY_NOT_PARTITIONED',
        'keyed by nothing',
        () =>
          pipeline('p', { loose }, ({ loose }) => [
            into(byUser, loose.pipe(foldByKey('f', { key: ['user'], ...fold }))),
          ]),
      ],
      [
        'ERR_PIPELINE_INVALID',
        "its key columns are (number), but the operator's key is (text)",
        () =>
          pipeline('p', { sales }, ({ sales }) => [
            into(byTime, sales.pipe(foldByKey('f', { key: ['user'], ...fold })) as never),
          ]),
      ],
      [
        'ERR_SHARD_MISSING',
        'by_user',
        () =>
          pipeline('p', { sales }, ({ sales }) => [
            into(
              byUser,
              sales.pipe(
                shardedFold('f', { key: ['user'], ...fold }),
                map(({ key: [user], value }) => ({ user, ...value })),
              ),
            ),
          ]),
      ],
      [
        'ERR_SHARD_MISSING',
        'by_user',
        () =>
          pipeline('p', { sales }, ({ sales }) => [
            into(
              byUser,
              sales.pipe(
                tumblingWindow('w', { size: 1_000, key: ['item'], ...fold }),
                map(({ key: [user], value }) => ({ user, ...value })),
              ),
            ),
          ]),
      ],
    ];
    for (const [code, message, make] of cases) {
      expect(await codeOf(make), message).to.equal(code);
      expect(make).to.throw(StockafolioError, message);
    }
  });

  it('rejects the records whose computed part is not of its type, and continues', async () => {
    const odd = pipeline('odd', { sales }, ({ sales }) => [
      into(
        byUserAndHour,
        sales.pipe(
          foldByKey('hours', {
            key: ['user', isLate, keyPart(int32(), (s: Sale) => (s.amount === 13 ? ('x' as never) : 1))],
            ...fold,
          }),
        ),
      ),
    ]);
    const engine = newEngine(odd);
    feedAll(engine, [sale(), sale({ amount: 13 }), sale({ amount: 2 })]);
    expect(engine.setAside).to.equal(1);
    const rows = await rowsOf(engine, [engine.commit()]);
    expect(rows.filter((row) => row.table === 'by_user_and_hour').map(({ values }) => values.at(-2))).to.deep.equal([
      3,
    ]);
  });
});

describe('the key of a stream', () => {
  it('is named by its fields, one or several', () => {
    expect(sales.key(sale())).to.equal('ann');
    expect(sales.keyFields).to.deep.equal(['user']);
    const two = stream('two', Sale, { key: ['item', 'user'], time: (s) => s.time });
    expect(two.key(sale())).to.deep.equal(['tea', 'ann']);
    expect(two.keyFields).to.deep.equal(['item', 'user']);
    expect(stream('f', Sale, { key: (s) => s.user, time: (s) => s.time }).keyFields).to.equal(undefined);
    expect(stream('n', Sale, { keyedBy: 'nothing', time: (s) => s.time }).keyFields).to.deep.equal([]);
  });

  it('rejects a field that not every record has', async () => {
    const Odd = record('odd', { user: text(), note: optional(text()), time: timestamp() });
    for (const key of ['note', 'missing', [], ['user', 'note'], 'toString']) {
      const make = (): unknown => stream('odds', Odd, { key: key as 'user', time: (o) => o.time });
      expect(await codeOf(make), JSON.stringify(key)).to.equal('ERR_SCHEMA_INVALID');
    }
  });

  it('of a record that lacks it is a bad record', async () => {
    expect(await codeOf(() => sales.key({} as Sale))).to.equal('ERR_BAD_RECORD');
  });
});
