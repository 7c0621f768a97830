import { expect } from 'chai';
import { filter, map, type OperatorFunction } from 'rxjs';
import { addTo, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import { int32, int64, into, messageOf, pipeline, record, shard, table, text, topByKey } from '@stockafolio/core';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';

const Best = record('best', { rank: int32(), user: text(), amount: int64() });
const byRank = table('by_rank', { partitionBy: ['rank'], clusterBy: ['shard'] }, { ...Best.fields, shard: shard() });
const byUser = table('by_user', { partitionBy: ['user'], clusterBy: ['shard'] }, { ...Best.fields, shard: shard() });

interface Row {
  readonly rank: number;
  readonly user: string;
  readonly amount: number;
}

const best = (to: typeof byRank | typeof byUser, then: OperatorFunction<Row, Row>): PipelineHarness<Sale> =>
  pipelineHarness<Sale>(
    pipeline('best', { sales }, ({ sales }) => [
      into(
        to as typeof byRank,
        sales.pipe(
          topByKey('best', { k: 2, by: 'amount', key: ['user'], state: Sum, fold: addTo }),
          map(({ rank, key: [user], value: { amount } }) => ({ rank, user, amount })),
          then,
        ),
      ),
    ]),
    { partitions: 1 },
  );

describe('rows of ranks', () => {
  it('end the run if a rank would leave one behind: its key is that of a key, or a value is filtered', async () => {
    for (const [to, then] of [
      [byUser, map((row: Row) => row)],
      [byRank, filter((row: Row) => row.amount < 10)],
    ] as const) {
      const harness = best(to, then);
      harness.push(sale({ user: 'ann', amount: 5 }));
      await harness.commit();
      harness.push(sale({ user: 'bob', amount: 20 }));
      const error: unknown = await harness.commit().catch((thrown: unknown) => thrown);
      expect(error).to.include({ code: 'ERR_PIPELINE_INVALID' });
      expect(messageOf(error)).to.match(/operator 'best': rank 1 by 'amount' makes .*the earlier row would stay/);
    }
  });

  it('may fail for a value: that figure is dead-lettered, as any other', async () => {
    const harness = best(
      byRank,
      map((row: Row) => {
        if (row.amount === 20) throw new Error('twenty');
        return row;
      }),
    );
    for (const each of [sale({ amount: 5 }), sale({ user: 'bob', amount: 20 }), sale({ user: 'bob', amount: 1 })]) {
      harness.push(each);
      await harness.commit();
    }
    expect((await harness.rows(byRank)).map(({ rank, user }) => [rank, user])).to.eql([
      [1, 'bob'],
      [2, 'ann'],
    ]);
    expect((await harness.deadLetters()).map(({ operator }) => operator)).to.eql(['best (figure)']);
  });

  it('may be filtered by rank, and have the key and the value of each commit', async () => {
    const harness = best(
      byRank,
      filter((row: Row) => row.rank === 1),
    );
    for (const amount of [5, 20, 3]) {
      harness.push(sale({ user: amount === 20 ? 'bob' : 'ann', amount }));
      await harness.commit();
    }
    expect((await harness.rows(byRank)).map(({ rank, user, amount }) => [rank, user, amount])).to.eql([[1, 'bob', 20]]);
  });
});
