import { expect } from 'chai';
import { map, merge, scan, share, type Observable } from 'rxjs';
import { addTo, byItem, bySecond, byUser, codeOf, sale, type Sale, sales, Sum } from '@stockafolio/conformance';
import {
  boolean,
  type Branch,
  foldByKey,
  int64,
  into,
  pipeline,
  type Pipeline,
  record,
  shardedFold,
  table,
  type Table,
  text,
  tumblingWindow,
  whenFinal,
  type FinalWindow,
  type RowOf,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { mixed } from '../../test/engines.js';

const fold = { key: (s: Sale) => [s.user] as const, state: Sum, fold: addTo };

const toSecond = ({ window, value }: FinalWindow<readonly [string], Sum>): RowOf<typeof bySecond> => ({
  second: window.start,
  item: '',
  ...value,
});

describe('the plan of a pipeline', () => {
  it('exists before anything runs: operators, tables, edges, settings and states', () => {
    const { plan } = pipeline('totals', { sales }, ({ sales }) => {
      const sums = sales.pipe(foldByKey('sums', fold));
      return [
        into(byUser, sums),
        into(
          byItem,
          sales.pipe(
            map((s) => s),
            shardedFold('items', { ...fold, key: (s) => [s.item] }),
          ),
        ),
      ];
    });
    expect(plan.operators.map(({ name, kind, isShared }) => [name, kind, isShared])).to.eql([
      ['sums', 'foldByKey', false],
      ['items', 'shardedFold', true],
    ]);
    expect(plan.operators[0]?.state.names).to.eql(['amount', 'count']);
    expect(plan.tables).to.eql([byUser, byItem]);
    expect(plan.edges.map(({ from, to }) => `${from} > ${to}`)).to.eql([
      ' > sums',
      'sums > by_user',
      ' > items',
      'items > by_item',
    ]);
  });

  it('says which operators and tables receive final values of windows, and whose time they have', () => {
    const { plan } = pipeline('finals', { sales }, ({ sales }) => {
      const seconds = sales.pipe(tumblingWindow('seconds', { ...fold, size: 1_000, allowedLateness: 5 }));
      const best = seconds.pipe(
        whenFinal(),
        foldByKey('best', { key: ({ key }) => key, state: Sum, fold: () => undefined }),
      );
      return [into(byUser, best), into(bySecond, seconds.pipe(whenFinal(), map(toSecond)))];
    });
    expect(plan.edges).to.eql([
      { from: '', stream: 'sales', to: 'seconds', table: false },
      { from: 'seconds', to: 'best', table: false, final: true },
      { from: 'best', to: 'by_user', table: true },
      { from: 'seconds', to: 'by_second', table: true, final: true },
    ]);
    const [seconds, best] = plan.operators;
    expect(seconds?.finalAfter).to.equal(5);
    expect([...plan.timedBy]).to.eql([[best, [[seconds]]]]);
  });

  it('is frozen', () => {
    const { plan } = mixed;
    for (const part of [plan, plan.steps, plan.operators, plan.tables, plan.edges, plan.inputs]) {
      expect(Object.isFrozen(part)).to.equal(true);
    }
  });

  it('is declared again for every partition, and rejected if that declares something else', async () => {
    const later: Record<string, (records: Observable<Sale>) => Branch[]> = {
      same: (sales) => [into(byUser, sales.pipe(foldByKey('sums', fold)))],
      'no operator': () => [],
      'another name': (sales) => [into(byUser, sales.pipe(foldByKey('others', fold)))],
      'one more': (sales) => [
        into(byUser, sales.pipe(foldByKey('sums', fold))),
        into(byItem, sales.pipe(shardedFold('items', { ...fold, key: (s) => [s.item] }))),
      ],
    };
    for (const [name, again] of Object.entries(later)) {
      let calls = 0;
      const changing = pipeline('changing', { sales }, ({ sales }) =>
        calls++ === 0 ? [into(byUser, sales.pipe(foldByKey('sums', fold)))] : again(sales),
      );
      const code = await codeOf(() => pipelineHarness<Sale>(changing, { partitions: 3 }));
      expect(code, name).to.equal(name === 'same' ? undefined : 'ERR_PIPELINE_INVALID');
      if (name === 'same') expect(calls).to.equal(4);
    }
  });

  it('shares what `share` shares within a partition, never between two', async () => {
    const shared = pipeline('shared', { sales }, ({ sales }) => {
      const positive = sales.pipe(
        map((s) => ({ ...s, amount: Math.abs(s.amount) })),
        share(),
      );
      return [
        into(byUser, positive.pipe(foldByKey('sums', fold))),
        into(byItem, positive.pipe(shardedFold('items', { ...fold, key: (s) => [s.item] }))),
      ];
    });
    const harness = pipelineHarness<Sale>(shared, { partitions: 16 });
    for (const user of ['ann', 'bob', 'cid', 'dan']) harness.push(sale({ user, amount: -2 }), sale({ user }));
    await harness.commit();
    expect((await harness.rows(byUser)).map(({ user, amount }) => `${user} ${amount}`)).to.eql([
      ...['ann 3', 'bob 3', 'cid 3', 'dan 3'],
    ]);
    expect((await harness.rows(byItem)).reduce((sum, { amount }) => sum + amount, 0)).to.equal(12);
  });

  it('gives its RxJS operators their own state in each partition', async () => {
    const Counted = record('counted', { user: text(), amount: int64() });
    const numbered = table('numbered', { partitionBy: ['user'] }, Counted.fields);
    const counted = pipeline('counted', { sales }, ({ sales }) => [
      into(
        numbered,
        sales.pipe(
          scan((seen, { user }) => ({ user, amount: seen.amount + 1 }), { user: '', amount: 0 }),
          map((row) => row),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(counted, { partitions: 16 });
    for (const user of ['ann', 'bob', 'cid']) harness.push(sale({ user }), sale({ user }));
    await harness.commit();
    expect((await harness.rows(numbered)).map(({ user, amount }) => [user, amount])).to.eql([
      ['ann', 2],
      ['bob', 2],
      ['cid', 2],
    ]);
  });

  it('reports its errors when it is made, not at the first record', async () => {
    const unlike = table('unlike', { partitionBy: ['user'] }, { user: text(), amount: text(), count: int64() });
    const wrong: Record<string, (records: Observable<Sale>) => unknown[]> = {
      ERR_SHARD_MISSING: (sales) => [into(byUser, sales.pipe(shardedFold('sums', fold)) as never)],
      ERR_OPERATOR_NAME_TAKEN: (sales) => [
        into(byUser, sales.pipe(foldByKey('sums', fold))),
        into(byItem, sales.pipe(shardedFold('sums', fold))),
      ],
      ERR_PIPELINE_INVALID: (sales) => [into(unlike, sales.pipe(foldByKey('sums', fold)) as never)],
      ERR_OUTSIDE_PIPELINE: (sales) => [sales.subscribe()],
    };
    for (const [code, build] of Object.entries(wrong)) {
      expect(await codeOf(() => pipeline('wrong', { sales }, ({ sales }) => build(sales) as never)), code).to.equal(
        code,
      );
    }
  });

  it('knows the kinds of keys from the tables that states are written to, which must agree', async () => {
    const pairs = table(
      'pairs',
      { partitionBy: ['user'], clusterBy: ['even'] },
      {
        ...{ user: text(), even: boolean() },
        ...Sum.fields,
      },
    );
    const build = (...tables: Table[]): Pipeline =>
      pipeline('keys', { sales }, ({ sales }) => {
        const sums = sales.pipe(foldByKey('sums', { ...fold, key: (s) => [s.user, s.amount % 2 === 0] }));
        return tables.map((each) => into(each, sums as never));
      });
    const { plan } = build(pairs as Table);
    expect([...plan.keyKinds.values()]).to.eql([['text', 'boolean']]);
    expect(await codeOf(() => build(pairs as Table, byUser as Table))).to.equal('ERR_PIPELINE_INVALID');
  });

  it('rejects the table names of the library', async () => {
    const progress = table('progress', { partitionBy: ['user'] }, { user: text() });
    const build = (): unknown => pipeline('wrong', { sales }, ({ sales }) => [into(progress, sales as never)]);
    expect(await codeOf(build)).to.equal('ERR_PIPELINE_INVALID');
  });

  it('rejects what belongs to another pipeline, alone or merged with its own', async () => {
    let foreign: Observable<Sale> | undefined;
    pipeline('other', { sales }, ({ sales }) => {
      foreign = sales;
      return [];
    });
    const { plan } = pipeline('none', { sales }, () => []);
    expect(plan.steps).to.eql([]);
    const alone = (): unknown =>
      pipeline('alone', { sales }, () => [into(byUser, (foreign as Observable<Sale>).pipe(foldByKey('sums', fold)))]);
    expect(await codeOf(alone)).to.equal('ERR_PIPELINE_INVALID');
    const merged = pipeline('merged', { sales }, ({ sales }) => [
      into(byUser, merge(sales, foreign as Observable<Sale>).pipe(foldByKey('sums', fold))),
    ]);
    expect(await codeOf(() => pipelineHarness(merged))).to.equal('ERR_PIPELINE_INVALID');
  });

  it('rejects a window with an invalid lateness', async () => {
    const build = (): unknown =>
      pipeline('wrong', { sales }, ({ sales }) => {
        sales.pipe(tumblingWindow('seconds', { ...fold, size: 1_000, allowedLateness: -5 }));
        return [];
      });
    expect(await codeOf(build)).to.equal('ERR_PIPELINE_INVALID');
  });
});
