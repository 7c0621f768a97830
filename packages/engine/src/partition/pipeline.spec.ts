import { expect } from 'chai';
import { concatMap, defer, delay, filter, from, map, mergeMap, startWith, Subject } from 'rxjs';
import { addTo, byUser, codeOf, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  pipeline,
  shardedFold,
  table,
  text,
  topByKey,
  tumblingWindow,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';

const fold = { key: (s: Sale) => [s.user] as const, state: Sum, fold: addTo };

const lines = table(
  'lines',
  { partitionBy: ['user'], clusterBy: ['item'] },
  { user: text(), item: text({ max: 5 }), amount: int64() },
);
const toLine = ({ user, item, amount }: Sale): { user: string; item: string; amount: number } => ({
  user,
  item,
  amount,
});

describe('pipeline', () => {
  it('accepts any synchronous RxJS operator between the records and a table', async () => {
    const plain = pipeline('plain', { sales }, ({ sales }) => [
      into(
        lines,
        sales.pipe(
          filter(({ amount }) => amount > 0),
          mergeMap((s) => [s, { ...s, item: 'all' }]),
          concatMap((s) => from([s])),
          map(toLine),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(plain);
    harness.push(sale(), sale({ user: 'bob', amount: -1 }), sale({ user: 'cid', amount: 2 }));
    await harness.commit();
    expect((await harness.rows(lines)).map(({ user, item, amount }) => `${user} ${item} ${amount}`)).to.eql([
      'ann all 1',
      'ann tea 1',
      'cid all 2',
      'cid tea 2',
    ]);
  });

  it('keeps the last of several rows of one key that a single record makes', async () => {
    const twice = pipeline('twice', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          mergeMap((s) => [s, s]),
          foldByKey('sums', fold),
          map(({ key: [user], value }) => ({ user, ...value })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(twice);
    harness.push(sale({ amount: 3 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.eql([{ user: 'ann', amount: 6, count: 2 }]);
  });

  it('dead-letters a record for which a function in between throws, and processes the following ones', async () => {
    const touchy = pipeline('touchy', { sales }, ({ sales }) => {
      const checked = sales.pipe(
        map((s) => {
          if (s.amount < 0) throw new Error('below zero');
          return s;
        }),
      );
      return [
        into(byUser, checked.pipe(foldByKey('sums', fold))),
        into(lines, checked.pipe(map(toLine))),
        into(
          counts,
          sales.pipe(
            foldByKey('counts', fold),
            map(({ key: [user], value }) => {
              if (value.amount > 1_000) throw new Error('too much');
              return { user, count: value.count };
            }),
          ),
        ),
      ];
    });
    const harness = pipelineHarness<Sale>(touchy, { partitions: 1 });
    harness.push(sale(), sale({ amount: -1 }), sale({ amount: 2 }), sale({ amount: 5_000 }), sale({ item: 'rum' }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.eql([{ user: 'ann', amount: 4, count: 3 }]);
    expect((await harness.rows(lines)).map(({ item, amount }) => [item, amount])).to.eql([
      ['rum', 1],
      ['tea', 2],
    ]);
    expect(await harness.rows(counts)).to.eql([{ user: 'ann', count: 3 }]);
    expect((await harness.deadLetters()).map(({ offset, cause }) => [offset, cause])).to.eql([
      [1, 'below zero'],
      [3, 'too much'],
    ]);
  });

  it('dead-letters a record whose row does not fit its table', async () => {
    const wide = pipeline('wide', { sales }, ({ sales }) => [into(lines, sales.pipe(map(toLine)))]);
    const harness = pipelineHarness<Sale>(wide, { partitions: 1 });
    harness.push(sale({ item: 'too long' }), sale());
    await harness.commit();
    expect(await harness.rows(lines)).to.have.length(1);
    const [rejected] = await harness.deadLetters();
    expect(rejected?.code).to.equal('ERR_ROW_INVALID');
    expect(rejected?.cause).to.contain("'item'").and.contain('too long');
  });

  it('ends the run if a value arrives outside its turn', async () => {
    const late = pipeline('late', { sales }, ({ sales }) => [into(lines, sales.pipe(delay(1), map(toLine)))]);
    const promised = pipeline('promised', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          mergeMap((s) => Promise.resolve(s)),
          foldByKey('sums', fold),
        ),
      ),
    ]);
    const eager = pipeline('eager', { sales }, ({ sales }) => [
      into(lines, sales.pipe(startWith(sale()), map(toLine))),
    ]);
    for (const asynchronous of [late, promised, eager]) {
      const code = await codeOf(async () => {
        const harness = pipelineHarness<Sale>(asynchronous, { partitions: 1 });
        harness.push(sale());
        await new Promise((resolve) => setTimeout(resolve, 5));
        harness.push(sale());
      });
      expect(code, asynchronous.name).to.equal('ERR_ASYNC_EMISSION');
    }
  });

  it('reports an operator or a destination that is made outside of a build', async () => {
    const records = new Subject<Sale>();
    const window = { size: 1_000, ...fold };
    for (const make of [
      () => records.pipe(foldByKey('a', fold)),
      () => records.pipe(shardedFold('a', fold)),
      () => records.pipe(tumblingWindow('a', window)),
      () => records.pipe(topByKey('a', { ...fold, k: 1, by: 'amount' })),
      () => into(lines, records.pipe(map(toLine))),
    ]) {
      expect(await codeOf(make)).to.equal('ERR_OUTSIDE_PIPELINE');
    }
  });

  it('ends the run if an operator is made once records flow', async () => {
    const inner = pipeline('inner', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          mergeMap((s) => from([s]).pipe(foldByKey('sums', fold))),
          map(({ key: [user], value }) => ({ user, ...value })),
        ),
      ),
    ]);
    const deferred = pipeline('deferred', { sales }, ({ sales }) => [
      into(byUser, defer(() => sales.pipe(foldByKey('sums', fold))) as never),
    ]);
    expect(await codeOf(() => pipelineHarness(deferred))).to.equal('ERR_OUTSIDE_PIPELINE');
    const harness = pipelineHarness<Sale>(inner);
    expect(await codeOf(() => harness.push(sale()))).to.equal('ERR_OUTSIDE_PIPELINE');
  });

  it('rejects two branches that write one table, where rows of equal versions would be lost', async () => {
    const twice = (): unknown =>
      pipeline('twice', { sales }, ({ sales }) => [
        into(byUser, sales.pipe(foldByKey('a', { key: (s) => [s.user], state: Sum, fold: addTo }))),
        into(byUser, sales.pipe(foldByKey('b', { key: (s) => [s.user], state: Sum, fold: addTo }))),
      ]);
    expect(await codeOf(twice)).to.equal('ERR_PIPELINE_INVALID');
  });

  it('keeps the order in which branches see a record, also after one of them has failed', async () => {
    const seen: string[] = [];
    const [first, second] = ['first', 'second'].map((name) =>
      table(name, { partitionBy: ['user'] }, { user: text(), amount: int64() }),
    );
    if (first === undefined || second === undefined) throw new Error('no tables');
    const rowOf = (name: string) =>
      map((s: Sale) => {
        seen.push(name);
        if (s.amount === 13 && name === 'first') throw new Error('thirteen');
        return { user: s.user, amount: s.amount };
      });
    const ordered = pipeline('ordered', { sales }, ({ sales }) => [
      into(first, sales.pipe(rowOf('first'))),
      into(second, sales.pipe(rowOf('second'))),
    ]);
    const harness = pipelineHarness<Sale>(ordered, { partitions: 1 });
    harness.push(sale(), sale({ amount: 13 }));
    seen.length = 0;
    harness.push(sale(), sale());
    expect(seen).to.eql(['first', 'second', 'first', 'second']);
  });

  it('rejects two operators of one name, and two tables of one name', async () => {
    const names = (): unknown =>
      pipeline('names', { sales }, ({ sales }) => [
        into(byUser, sales.pipe(foldByKey('sums', fold))),
        into(byUser, sales.pipe(foldByKey('sums', fold))),
      ]);
    expect(await codeOf(names)).to.equal('ERR_OPERATOR_NAME_TAKEN');
    const other = table('by_user', { partitionBy: ['user'] }, { user: text() });
    const tables = (): unknown =>
      pipeline('tables', { sales }, ({ sales }) => [
        into(byUser, sales.pipe(foldByKey('sums', fold))),
        into(other, sales.pipe(map(({ user }) => ({ user })))),
      ]);
    expect(await codeOf(tables)).to.equal('ERR_PIPELINE_INVALID');
  });

  it('reads exactly one stream, under a name that files and tables can have', async () => {
    expect(await codeOf(() => pipeline('none', {}, () => []))).to.equal('ERR_PIPELINE_INVALID');
    expect(await codeOf(() => pipeline('two', { sales, more: sales }, () => []))).to.equal('ERR_PIPELINE_INVALID');
    for (const name of ['', 'Upper', '1st', 'a b', 'x'.repeat(64)]) {
      expect(await codeOf(() => pipeline(name, { sales }, () => [])), name).to.equal('ERR_PIPELINE_INVALID');
    }
  });

  it('is a frozen value', () => {
    expect(Object.isFrozen(pipeline('plain', { sales }, () => []))).to.equal(true);
  });

  it('gives a pipeline the fields that it declares to read, and ends the run at any other', async () => {
    const reads = ['user', 'amount', 'time'] as const;
    const lean = pipeline(
      'lean',
      { sales },
      ({ sales }) => [
        into(
          byUser,
          sales.pipe(
            foldByKey('sums', {
              key: (s) => [s.user],
              state: Sum,
              fold: (sum, { amount }) => {
                if (amount === 13) throw new Error('unlucky');
                sum.amount += amount;
              },
            }),
          ),
        ),
      ],
      { reads },
    );
    expect(lean.reads).to.deep.equal(reads);
    const harness = pipelineHarness<Sale>(lean);
    harness.push(sale({ amount: 2 }), sale({ amount: 13, item: 'salt' }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([{ user: 'ann', amount: 2, count: 0 }]);
    // The dead letter has the whole message.
    expect((await harness.deadLetters())[0]?.message).to.include('salt');

    const sly = pipeline('sly', { sales }, ({ sales }) => [into(lines, sales.pipe(map((s) => toLine(s as Sale))))], {
      reads,
    });
    expect(await codeOf(() => pipelineHarness<Sale>(sly).push(sale()))).to.equal('ERR_FIELD_NOT_READ');
    const timeless = pipeline('timeless', { sales }, () => [], { reads: ['user'] });
    expect(await codeOf(() => pipelineHarness<Sale>(timeless).push(sale()))).to.equal('ERR_FIELD_NOT_READ');
    const unknown = (): unknown => pipeline('unknown', { sales }, () => [], { reads: ['price' as 'user'] });
    expect(await codeOf(unknown)).to.equal('ERR_PIPELINE_INVALID');
  });
});

const counts = table('counts', { partitionBy: ['user'] }, { user: text(), count: int64() });
