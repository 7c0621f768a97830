import { expect } from 'chai';
import { map, type Observable } from 'rxjs';
import { bySecond, byUser, codeOf, sale, Sale, sales, Sum } from '@stockafolio/conformance';
import { foldByKey, int64, into, pipeline, type Pipeline, record, stream, timestamp } from '@stockafolio/core';
import { type Operator, type OperatorEnvironment, operatorFunction } from '@stockafolio/engine/operator';
import { pipelineHarness, runOperatorContract } from '@stockafolio/testing';

const Lot = record('lot', { amount: int64() });
type Lot = { amount: number };
const Quiet = record('quiet', { amount: int64(), count: int64(), until: timestamp() });
type Quiet = { amount: number; count: number; until: number };
type Figure = { user: string; amount: number; count: number };
type Environment = OperatorEnvironment<Figure, Quiet>;
type Start = (environment: Environment) => Operator<Sale>;

const started = (start: Start, key: readonly ['user'] | readonly ['item'] = ['user'], name = 'custom') =>
  operatorFunction({ name, start: (_, environment: Environment) => start(environment) }, 'own', {
    ...{ key: key as readonly ['user'], state: Quiet, options: {}, subKeys: { lots: { kind: 'number', fields: Lot } } },
  });

function made(rows: (sales: Observable<Sale>) => Observable<unknown>): Pipeline {
  return pipeline('custom', { sales }, ({ sales }) => [into(byUser, rows(sales) as never)]);
}

const summing: Start = ({ select, fields, emit }) => ({
  process: ({ user, amount }) => {
    select([user]);
    fields.amount += amount;
    fields.count++;
    emit({ user, amount: fields.amount, count: fields.count });
  },
});

/** Sums of a user, emitted once nothing was sold to it for two seconds. */
const pauses: Start = ({ select, remove, fields, state, moment, emitFigure, ...environment }) => {
  const timers = environment.timers();
  const close = (slot: number): void => {
    state.at(slot);
    const [user] = state.key(slot);
    emitFigure({ user: String(user), amount: fields.amount, count: fields.count }, { version: state.version(slot) });
    remove(slot);
  };
  return {
    process: ({ user, item, amount, time }) => {
      const slot = select([user]);
      if (item === 'none') remove(slot);
      else {
        fields.amount += amount;
        fields.count++;
        fields.until = time + 2_000;
        timers.move(fields.until, slot, moment.record);
      }
      if (amount < 0) throw new Error('negative');
    },
    advance: (watermark) => timers.take(watermark, close),
    restored: () =>
      state.forEachLive((slot) => {
        state.at(slot);
        timers.add(fields.until, slot, -1);
      }),
  };
};

/** What a user has left of what it bought: sales of negative amounts take from the oldest lot first. */
const lots: Start = ({ select, state, fields, moment, emit }) => {
  const held = state.subKeys('lots');
  const lot = held.cursor as unknown as Lot;
  return {
    process: ({ user, amount, time }) => {
      const slot = select([user]);
      if (amount > 0) {
        held.upsert(slot, time, moment.record, moment.version);
        lot.amount += amount;
      }
      let left = Math.max(0, -amount);
      for (let oldest = held.first(slot); left > 0; oldest = held.first(slot)) {
        if (oldest < 0) throw new Error('sold more than it has');
        held.at(oldest);
        const taken = Math.min(left, lot.amount);
        left -= taken;
        if (taken === lot.amount) held.remove(oldest, moment.record);
        else {
          held.upsert(slot, held.key(oldest), moment.record, moment.version);
          lot.amount -= taken;
        }
      }
      const oldest = held.first(slot);
      if (oldest >= 0) held.at(oldest);
      fields.amount = oldest < 0 ? 0 : lot.amount;
      emit({ user, amount: fields.amount, count: held.count(slot) });
    },
  };
};

describe('an operator of another author', () => {
  it('has a state for each key, which goes on after a restart', async () => {
    const harness = pipelineHarness<Sale>(made(started(summing)));
    harness.push(sale({ amount: 1 }), sale({ amount: 2 }), sale({ user: 'bob', amount: 5 }));
    await harness.checkpoint();
    await harness.restart();
    harness.push(sale({ amount: 3 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([
      { user: 'ann', amount: 6, count: 3 },
      { user: 'bob', amount: 5, count: 1 },
    ]);
  });

  it('has timers, which are rolled back with a record and restored from its state', async () => {
    const harness = pipelineHarness<Sale>(made(started(pauses)), { partitions: 1 });
    harness.push(sale({ amount: 1, time: 0 }), sale({ amount: 2, time: 1_500 }));
    await harness.checkpoint();
    await harness.restart();
    harness.push(sale({ user: 'bob', amount: 1, time: 3_400 }));
    await harness.commit();
    expect(await harness.rows(byUser), 'two seconds have not passed').to.deep.equal([]);
    harness.push(sale({ user: 'bob', amount: 1, time: 3_500 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([{ user: 'ann', amount: 3, count: 2 }]);
  });

  it('removes a key with its timers, and gets both back if the record fails', async () => {
    const harness = pipelineHarness<Sale>(made(started(pauses)), { partitions: 1 });
    harness.push(
      ...[sale({ amount: 1, time: 0 }), sale({ user: 'bob', amount: 2, time: 0 })],
      sale({ item: 'none', time: 100 }),
      sale({ user: 'bob', item: 'none', amount: -1, time: 200 }),
      // Takes the slot of ann.
      sale({ user: 'cid', amount: 4, time: 1_900 }),
      sale({ user: 'dan', amount: 0, time: 2_000 }),
    );
    await harness.commit();
    expect(await harness.rows(byUser), 'cid has no timer of ann').to.deep.equal([{ user: 'bob', amount: 2, count: 1 }]);
    expect((await harness.deadLetters()).map(({ cause }) => cause)).to.deep.equal(['negative']);
  });

  it('has sub-keys below each key, which a failing record leaves as they were, and a checkpoint keeps', async () => {
    const harness = pipelineHarness<Sale>(made(started(lots)));
    harness.push(
      ...[sale({ amount: 5, time: 1_000 }), sale({ amount: 7, time: 3_000 }), sale({ amount: 2, time: 2_000 })],
      sale({ amount: -15, time: 3_000 }),
      ...[sale({ user: 'bob', amount: 1, time: 3_000 }), sale({ amount: -6, time: 3_000 })],
    );
    await harness.checkpoint();
    await harness.restart();
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([
      { user: 'ann', amount: 1, count: 2 },
      { user: 'bob', amount: 1, count: 1 },
    ]);
    harness.push(sale({ amount: -1, time: 4_000 }), sale({ amount: -3, time: 4_000 }));
    await harness.commit();
    expect((await harness.rows(byUser))[0]).to.deep.equal({ user: 'ann', amount: 4, count: 1 });
    expect((await harness.deadLetters()).map(({ cause }) => cause)).to.deep.equal(['sold more than it has']);
  });

  it('dead-letters a record for which it throws, and keeps nothing of it', async () => {
    const touchy: Start = (environment) => {
      const operator = summing(environment);
      return {
        process: (each) => {
          operator.process(each);
          if (each.amount < 0) throw new Error('negative');
        },
      };
    };
    const harness = pipelineHarness<Sale>(made(started(touchy)));
    harness.push(sale({ amount: 1 }), sale({ amount: -5 }), sale({ amount: 2 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([{ user: 'ann', amount: 3, count: 2 }]);
    expect((await harness.deadLetters()).map(({ cause }) => cause)).to.deep.equal(['negative']);
  });

  it('rejects a late record alone, while other operators keep it', async () => {
    const late: Start = (environment) => ({ process: () => environment.late(0) });
    const both = pipeline('custom', { sales }, ({ sales }) => [
      into(byUser, sales.pipe(foldByKey('sums', { key: ['user'], state: Sum, fold: (s) => void s.count++ }))),
      into(
        bySecond,
        sales.pipe(
          started(late),
          map(() => ({}) as never),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(both);
    harness.push(sale());
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([{ user: 'ann', amount: 0, count: 1 }]);
    expect((await harness.deadLetters()).map(({ operator, code }) => [operator, code])).to.deep.equal([
      ['own', 'ERR_LATE_RECORD'],
    ]);
  });

  it('is refused a key that does not begin with that of the stream, when it is declared or when it is selected', async () => {
    const named = stream('sales', Sale, { key: 'user', time: (s) => s.time });
    const declare = (): Pipeline =>
      pipeline('custom', { named }, ({ named }) => [into(byUser, named.pipe(started(summing, ['item'])))]);
    expect(await codeOf(declare)).to.equal('ERR_KEY_NOT_PARTITIONED');
    const wrong: Start = ({ select }) => ({ process: ({ item }) => void select([item]) });
    const harness = pipelineHarness<Sale>(made(started(wrong)));
    expect(await codeOf(() => harness.push(sale()))).to.equal('ERR_KEY_NOT_PARTITIONED');
  });

  it('is refused the name of a kind that the engine has, and no name', async () => {
    expect(await codeOf(() => started(summing, ['user'], 'foldByKey'))).to.equal('ERR_PIPELINE_INVALID');
    expect(await codeOf(() => started(summing, ['user'], ''))).to.equal('ERR_PIPELINE_INVALID');
  });

  it('is refused sub-keys whose name is no identifier: it becomes a part of names of fields', async () => {
    const kind = { name: 'custom', start: () => ({ process: () => undefined }) };
    const declare = (name: string): unknown =>
      operatorFunction(kind, 'own', {
        ...{ key: ['user'] as const, state: Quiet, options: {}, subKeys: { [name]: { kind: 'number', fields: Lot } } },
      });
    for (const name of ['', 'my lots', '$lots', "x'] = 1"])
      expect(await codeOf(() => declare(name)), name).to.equal('ERR_PIPELINE_INVALID');
    expect(await codeOf(() => declare('lots2'))).to.equal(undefined);
  });

  for (const step of ['advance', 'flush', 'collect'] as const) {
    it(`ends the run if it throws in ${step}(), naming itself`, async () => {
      const broken: Start = (environment) => ({
        ...summing(environment),
        [step]: () => {
          throw new Error('broken');
        },
      });
      const harness = pipelineHarness<Sale>(made(started(broken)));
      let thrown: unknown;
      try {
        harness.push(sale());
        harness.idle();
        await harness.commit();
      } catch (error) {
        thrown = error;
      }
      expect(String(thrown)).to.contain(`operator 'own' (custom) threw in ${step}(): broken`);
    });
  }

  it('is another operator for a checkpoint if its kind or its settings differ', async () => {
    const harness = pipelineHarness<Sale>(made(started(summing)));
    harness.push(sale());
    await harness.checkpoint();
    const other = pipelineHarness<Sale>(made(started(summing, ['user'], 'other')), {
      ...{ files: harness.files, tables: harness.tables },
    });
    expect(await codeOf(() => other.restart())).to.equal('ERR_CHECKPOINT_PLAN_CHANGED');
  });
});

runOperatorContract('an operator with sub-keys', {
  stream: sales,
  records: Array.from({ length: 60 }, (_, n) =>
    sale({ user: n % 3 === 0 ? 'bob' : 'ann', amount: n < 20 ? 9 : ((n * 7) % 11) - 5, time: 1_000 * ((n * 5) % 60) }),
  ),
  table: byUser,
  rows: (sales) => sales.pipe(started(lots)),
});

runOperatorContract('an operator with timers that move, and keys that it removes', {
  stream: sales,
  records: Array.from({ length: 60 }, (_, n) =>
    sale({ user: ['ann', 'bob', 'cid'][(n >> 2) % 3] ?? '', item: n % 13 === 0 ? 'none' : 'tea', time: 900 * n }),
  ),
  table: byUser,
  rows: (sales) => sales.pipe(started(pauses)),
});
