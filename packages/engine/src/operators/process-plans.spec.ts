import { expect } from 'chai';
import { map } from 'rxjs';
import { addTo, byUser, codeOf, Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  type FieldType,
  foldByKey,
  into,
  pipeline,
  type Pipeline,
  processByKey,
  record,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';

const named = stream('sales', Sale, { key: 'user', time: (s) => s.time });
const Told = record('told', { user: text(), what: text(), at: timestamp() });
const told = table('told', { partitionBy: ['user'], clusterBy: ['at', 'what'] }, Told.fields);

/** Emits for each record, and two seconds after the last one of a user. */
const emitting = processByKey<Sale, typeof Told, [string], typeof Sum.fields, never, never, 'x'>('p', {
  ...{ key: ({ user }) => [user], state: Sum, timers: ['x'], output: Told },
  onRecord: (_, { user, time }, { timers, emit }) => {
    timers.x.set(time + 2_000);
    emit({ user, what: 'seen', at: time });
  },
  onTimer: (_, { name, time }, { key: [user], emit }) => emit({ user, what: name, at: time }),
});

describe('plans with processByKey', () => {
  it('has streams by name, each of which goes its own way', async () => {
    const parted = pipeline('parted', { sales }, ({ sales }) => {
      const { sums, large } = processByKey('parted', sales, {
        ...{ key: ['user'], state: Sum, outputs: { sums: Sale, large: Told } },
        onRecord: (state, each, { emit }) => {
          state.count += 1;
          if (state.count === 1) emit.sums(each);
          if (each.amount > 1) emit.large({ user: each.user, what: each.item, at: each.time });
        },
      });
      return [
        into(byUser, sums.pipe(foldByKey('sums', { key: ['user'], state: Sum, fold: addTo }))),
        into(told, large),
      ];
    });
    expect(parted.plan.edges.map(({ from, to, output }) => [from, output, to])).to.deep.equal([
      ['', undefined, 'parted'],
      ['parted', 'sums', 'sums'],
      ['sums', undefined, 'by_user'],
      ['parted', 'large', 'told'],
    ]);
    const harness = pipelineHarness<Sale>(parted, { partitions: 1 });
    harness.push(sale({ amount: 1 }), sale({ amount: 2, time: 1 }), sale({ user: 'bob', amount: 3, time: 2 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([
      { user: 'ann', amount: 1, count: 1 },
      { user: 'bob', amount: 3, count: 1 },
    ]);
    expect((await harness.rows(told)).map(({ user, at }) => [user, at])).to.deep.equal([
      ['ann', 1],
      ['bob', 2],
    ]);
  });

  it("lets what is behind it have keys that begin with the stream's own, and no others", async () => {
    const behind = (key: 'user' | 'what'): Pipeline =>
      pipeline('behind', { sales }, ({ sales }) => [
        into(
          byUser,
          sales.pipe(
            emitting,
            foldByKey('sums', { key: [key], state: Sum, fold: (sum) => void (sum.count += 1) }),
            map(({ key: [user], value }) => ({ user, ...value })),
          ),
        ),
      ]);
    const harness = pipelineHarness<Sale>(behind('user'), { partitions: 1 });
    harness.push(sale(), sale({ user: 'bob', time: 9_000 }));
    await harness.commit();
    expect((await harness.rows(byUser)).map(({ user, count }) => [user, count])).to.deep.equal([
      ['ann', 2],
      ['bob', 1],
    ]);
    const other = pipelineHarness<Sale>(behind('what'), { partitions: 1 });
    expect(await codeOf(() => other.push(sale()))).to.equal('ERR_KEY_NOT_PARTITIONED');
  });

  it('continues with another timer and map from a checkpoint without them, once that is accepted', async () => {
    const made = (
      timers: readonly string[],
      maps: Record<string, { key: FieldType<string>; value: typeof Sum }>,
    ): Pipeline =>
      pipeline('made', { sales }, ({ sales }) => [
        into(
          told,
          sales.pipe(
            processByKey('p', {
              ...{ key: ['user'], state: Sum, timers, maps, output: Told },
              onRecord: (state, { item, time }, { timers, maps }) => {
                state.count += 1;
                maps['items']?.set(item, { ...state });
                timers['b']?.set(time + 3_000);
                if (state.count === 1) timers['a']?.set(5_000);
              },
              onTimer: (_, { name, time }, { key: [user], emit, maps: { items } }) =>
                emit({ user, what: `${name}${items?.size ?? ''}`, at: time }),
            }),
          ),
        ),
      ]);
    const first = pipelineHarness<Sale>(made(['a'], {}), { partitions: 1 });
    first.push(sale({ time: 1_000 }));
    await first.checkpoint();
    const { files, tables } = first;
    const changed = made(['a', 'b'], { items: { key: text(), value: Sum } });
    const refused = pipelineHarness<Sale>(changed, { partitions: 1, files, tables });
    expect(await codeOf(() => refused.restart())).to.equal('ERR_CHECKPOINT_PLAN_CHANGED');
    const second = pipelineHarness<Sale>(changed, { partitions: 1, files, tables, acceptPlanChange: true });
    await second.restart();
    second.push(sale({ time: 1_000 }), sale({ time: 1_500 }), sale({ user: 'bob', time: 9_000 }));
    await second.commit();
    const rows = (await second.rows(told)).filter(({ user }) => user === 'ann');
    expect(rows.map(({ at, what }) => [at, what])).to.deep.equal([
      [4_500, 'b1'],
      [5_000, 'a1'],
    ]);
  });

  it('is refused with names, functions or keys that do not fit, when the plan is made', async () => {
    const made = (options: object): Promise<string | undefined> =>
      codeOf(() =>
        pipeline('made', { named }, ({ named }) => {
          const whole = { key: ['user'], output: Sale, onRecord: () => undefined, ...options };
          named.pipe(processByKey('p', whole as never));
          return [];
        }),
      );
    expect(await made({})).to.equal(undefined);
    expect(await made({ timers: ['x'], onTimer: () => undefined })).to.equal(undefined);
    const map_ = { key: text(), value: Sum };
    const invalid = [
      ...[{ timers: ['x'] }, { onTimer: () => undefined }, { onRecord: async () => undefined }, { onRecord: 1 }],
      ...[
        { timers: ['x', 'x'], onTimer: () => undefined },
        { timers: ['my x'], onTimer: () => undefined },
      ],
      ...[{ maps: { $a: map_ } }, { lists: { '': Sum } }, { maps: { a: map_ }, lists: { a: Sum } }, { key: [] }],
      { state: Sum, initial: { amount: 'none' } },
    ];
    for (const options of invalid)
      expect(await made(options), JSON.stringify(options)).to.equal('ERR_PIPELINE_INVALID');
    expect(await made({ key: ['item'] })).to.equal('ERR_KEY_NOT_PARTITIONED');
  });
});
