import { expect } from 'chai';
import { codeOf, sale, type Sale, sales, Sum } from '@stockafolio/conformance';
import {
  boolean,
  type FieldType,
  foldByKey,
  int32,
  int64,
  into,
  type KeyPart,
  money,
  optional,
  pipeline,
  record,
  shard,
  shardedFold,
  table,
  type Table,
  text,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';

const State = record('state', { amount: int64(), note: optional(text()) });

/** A pipeline that counts sales under one key, directly into tables. */
function written(key: readonly KeyPart[], ...tables: readonly Table[]): ReturnType<typeof pipelineHarness<Sale>> {
  return pipelineHarness<Sale>(
    pipeline('written', { sales }, ({ sales }) => {
      const sums = sales.pipe(
        shardedFold('f', {
          key: () => key as readonly [KeyPart],
          state: State,
          fold: (state, s) => {
            state.amount += s.amount;
            if (s.item === 'rum') state.note = 'rum';
          },
        }),
      );
      return tables.map((each) => into(each, sums as never));
    }),
    { partitions: 3 },
  );
}

async function codeFor(fields: Readonly<Record<string, FieldType>>): Promise<string | undefined> {
  const made = table('t', { partitionBy: ['item'], clusterBy: ['shard'] }, { item: text(), shard: shard(), ...fields });
  return codeOf(() => written(['tea'], made));
}

describe('rows that are written directly from a state', () => {
  it('have the parts of their key in the key columns, of any kind, around the shard', async () => {
    const fields = {
      ...{
        word: text(),
        number: int64(),
        shard: shard(),
        large: int64({ range: 'full' }),
        yes: boolean(),
        no: boolean(),
      },
      ...{ also: text(), amount: int64() },
    };
    const made = table(
      'keys',
      { partitionBy: ['word', 'number'], clusterBy: ['shard', 'large', 'yes', 'no', 'also'] },
      fields,
    );
    const harness = written(['tea', -7, 2n ** 62n, true, false, 'wörd'], made);
    harness.push(sale({ amount: 3 }), sale({ amount: 4 }));
    const rows = harness.engines.flatMap((engine) => engine.commit());
    const shards = harness.engines.flatMap(({ partition, position }) => (position.offset > 0 ? [partition] : []));
    expect(rows.map(({ table: { name }, values }) => [name, values])).to.eql([
      ['keys', ['tea', -7, shards[0], 2n ** 62n, true, false, 'wörd', 7]],
    ]);
  });

  it('have each column from the field of its name, and no value if an optional one has no field', async () => {
    const made = (name: string, fields: Readonly<Record<string, FieldType>>): Table =>
      table(name, { partitionBy: ['item'], clusterBy: ['shard'] }, { item: text(), shard: shard(), ...fields });
    const tables = [
      made('both', { note: optional(text()), amount: int64() }),
      made('one', { amount: optional(int64()) }),
      made('none', { other: optional(int32()), amount: int64() }),
    ];
    const harness = written(['tea'], ...tables);
    harness.push(sale({ amount: 3 }), sale({ amount: 4, item: 'rum', user: 'ann' }));
    const rows = harness.engines.flatMap((engine) => engine.commit());
    const at = rows[0]?.values[1];
    expect(rows.map(({ table: { name }, values }) => [name, values])).to.eql([
      ['both', ['tea', at, 'rum', 7]],
      ['one', ['tea', at, 7]],
      ['none', ['tea', at, undefined, 7]],
    ]);
  });

  it('have the version of the last record of their key, not that of a later one of another key', () => {
    const harness = pipelineHarness<Sale>(
      pipeline('versions', { sales }, ({ sales }) => [
        into(
          table('t', { partitionBy: ['user'] }, { user: text(), amount: int64(), count: int64() }),
          sales.pipe(foldByKey('f', { key: (s) => [s.user], state: Sum, fold: (sum) => void sum.count++ })),
        ),
      ]),
      { partitions: 1 },
    );
    harness.push(sale({ time: 1 }), sale({ user: 'bob', time: 2 }), sale({ time: 3 }), sale({ user: 'cid', time: 4 }));
    const rows = harness.engines[0]?.commit() ?? [];
    expect(rows.map(({ values, version }) => [values[0], version])).to.eql([
      ['ann', 3_000],
      ['bob', 2_000],
      ['cid', 4_000],
    ]);
  });

  it('are rejected, before any record, if a column has no field of its name and type in the state', async () => {
    expect(await codeFor({ amount: int64(), note: optional(text()) })).to.equal(undefined);
    expect(await codeFor({ amount: optional(int64()) }), 'what is never absent may be').to.equal(undefined);
    for (const [fields, why] of [
      [{ total: int64() }, 'no field of that name'],
      [{ amount: money() }, 'another type'],
      [{ amount: optional(money()) }, 'another type, optional'],
      [{ note: text() }, 'may be absent in the state, and not in the table'],
    ] as const) {
      expect(await codeFor(fields), why).to.equal('ERR_PIPELINE_INVALID');
    }
  });
});
