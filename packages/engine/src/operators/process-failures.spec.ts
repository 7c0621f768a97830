import { expect } from 'chai';
import { addTo, byUser, codeOf, Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  addTo as addToBig,
  bigMoney,
  foldByKey,
  into,
  type Mutable,
  pipeline,
  type Pipeline,
  processByKey,
  record,
  table,
  text,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { feed, newEngine, stateOf } from '../../test/engines.js';

describe('the failures of processByKey', () => {
  it('keeps nothing of a record for which onRecord throws, or that fails behind it', () => {
    const failing = (where: 'here' | 'behind'): Pipeline =>
      pipeline('failing', { sales }, ({ sales }) => [
        into(
          byUser,
          sales.pipe(
            processByKey('p', {
              ...{ key: ['user'], state: Sum, timers: ['x'], lists: { all: Sum }, output: Sale },
              onRecord: (state, each, { timers, lists: { all }, emit, remove }) => {
                addTo(state, each);
                timers.x.set(each.time + 10);
                all.append({ amount: each.amount, count: all.length });
                if (each.item === 'bad') remove();
                emit(each);
                if (each.item === 'bad' && where === 'here') throw new Error('bad');
              },
              onTimer: (state, { time }, { lists: { all }, emit, key: [user] }) =>
                emit(sale({ user, item: 'tea', amount: state.amount + (all.last()?.count ?? 0), time })),
            }),
            foldByKey('sums', {
              ...{ key: ['user'], state: Sum },
              fold: (sum, each) => {
                addTo(sum, each);
                if (each.item === 'bad' && where === 'behind') throw new Error('bad');
              },
            }),
          ),
        ),
      ]);
    const good = [sale({ amount: 2 }), sale({ amount: 3, time: 1 }), sale({ user: 'bob', time: 100 })];
    const bad = [sale({ item: 'bad', time: 50 }), sale({ user: 'bob', item: 'bad', time: 60 })];
    const [first, ...others] = good as [Sale, ...Sale[]];
    for (const where of ['here', 'behind'] as const) {
      const [clean, disturbed] = [newEngine(failing(where)), newEngine(failing(where))];
      feed(clean, good);
      feed(disturbed, [first, ...bad, ...others.map((each) => ({ ...each }))]);
      const values = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll(/,\d+\]/g, ']'));
      expect(values(stateOf(disturbed)), where).to.deep.equal(values(stateOf(clean)));
      expect(disturbed.rejected).to.equal(2);
    }
  });

  it('dead-letters a timer that fails, with its name, key and time, and keeps nothing of it', async () => {
    const failing = pipeline('failing', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          processByKey('p', {
            ...{ key: ['user'], state: Sum, timers: ['x', 'y'], output: Sale },
            onRecord: (state, { user, time, amount }, { timers }) => {
              state.amount = amount;
              timers.x.set(time + 1_000);
              if (user === 'ann') timers.y.set(time + 1_000);
            },
            onTimer: (state, { name, time }, { key: [user], emit, timers }) => {
              state.amount += 1;
              if (name === 'x') timers.y.cancel();
              emit(sale({ user, amount: state.amount, time }));
              if (user === 'ann' && name === 'x') throw new Error('ann is not silent');
            },
          }),
          foldByKey('sums', { key: ['user'], state: Sum, fold: addTo }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(failing, { partitions: 1 });
    harness.push(sale({ amount: 5 }), sale({ user: 'bob', amount: 7 }), sale({ user: 'cy', time: 1_500 }));
    await harness.checkpoint();
    await harness.restart();
    harness.push(sale({ user: 'cy', time: 1_600 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([
      { user: 'ann', amount: 6, count: 1 },
      { user: 'bob', amount: 8, count: 1 },
    ]);
    const letters = await harness.deadLetters();
    expect(letters).to.have.length(1);
    expect(letters[0]).to.include({ operator: 'p (figure)', offset: 2, code: 'ERR_BAD_RECORD' });
    expect(letters[0]?.message).to.equal('{"timer":"x","key":["ann"],"time":1000}');
  });

  it('says that an error of the language is a defect, in a record and in a timer', () => {
    const careless = (where: 'record' | 'timer'): Pipeline =>
      pipeline('careless', { sales }, ({ sales }) => {
        sales.pipe(
          processByKey('p', {
            ...{ key: ['user'], timers: ['x'], output: Sale },
            onRecord: (_, each, { timers }) => {
              timers.x.set(each.time + 1);
              if (where === 'record') (undefined as unknown as Sale).user.at(0);
            },
            onTimer: () => void (undefined as unknown as Sale).user.at(0),
          }),
        );
        return [];
      });
    for (const where of ['record', 'timer'] as const) {
      const harness = pipelineHarness<Sale>(careless(where), { partitions: 1 });
      expect(() => harness.push(sale(), sale({ user: 'bob', time: 5 })), where).to.throw(
        /operator 'p' threw TypeError/,
      );
    }
  });

  it('refuses what its functions were given after they have returned', async () => {
    type Kept = {
      state: Mutable<Sum>;
      emit: (value: Sale) => void;
      timers: { x: { set(time: number): void } };
      walk: Iterator<unknown>;
    };
    const uses: Readonly<Record<string, (kept: Kept) => unknown>> = {
      emit: ({ emit }) => emit(sale()),
      state: ({ state }) => state.count,
      setting: ({ state }) => (state.count = 1),
      timer: ({ timers }) => timers.x.set(1),
      walk: ({ walk }) => walk.next(),
    };
    for (const [name, use] of Object.entries(uses)) {
      let kept: Kept | undefined;
      const keeping = pipeline('keeping', { sales }, ({ sales }) => {
        sales.pipe(
          processByKey('p', {
            ...{ key: ['user'], state: Sum, timers: ['x'], maps: { all: { key: text(), value: Sum } }, output: Sale },
            onRecord: (state, { item }, { emit, timers, maps: { all } }) => {
              all.set(item, { amount: 1, count: 1 });
              if (kept !== undefined && name === 'walk') use(kept);
              kept ??= { state, emit, timers, walk: all[Symbol.iterator]() };
            },
            onTimer: () => undefined,
          }),
        );
        return [];
      });
      const engine = newEngine(keeping);
      feed(engine, [sale()]);
      const later = (): void => {
        if (name !== 'walk') expect(() => kept && use(kept)).to.throw(/after it had returned/);
        feed(engine, [sale({ item: 'rum' })]);
      };
      expect(await codeOf(later), name).to.equal('ERR_ASYNC_EMISSION');
    }
  });

  it('gives a state that can be copied, and has the fields that were declared and no others', async () => {
    const seen: unknown[] = [];
    const copying = pipeline('copying', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          processByKey('p', {
            ...{
              key: ['user'],
              state: Sum,
              timers: ['x'],
              lists: { all: Sum },
              output: record('row', { user: text(), ...Sum.fields }),
            },
            onRecord: (state, each, { emit, lists: { all } }) => {
              addTo(state, each);
              all.append(state);
              seen.push({ ...state }, Object.keys(state), all.last());
              if (each.item === 'other') Object.assign(state, { other: 1 });
              emit({ user: each.user, ...state });
            },
            onTimer: () => undefined,
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(copying, { partitions: 1, onDefect: 'dead-letter' });
    harness.push(sale({ amount: 3 }), sale({ item: 'other' }));
    await harness.commit();
    expect(seen.slice(0, 3)).to.deep.equal([{ amount: 3, count: 1 }, ['amount', 'count'], { amount: 3, count: 1 }]);
    expect(await harness.rows(byUser)).to.deep.equal([{ user: 'ann', amount: 3, count: 1 }]);
    expect((await harness.deadLetters()).map(({ code }) => code)).to.deep.equal(['ERR_PIPELINE_DEFECT']);
  });

  it('gives a state that addTo adds to without bigints', async () => {
    const Large = record('large', { user: text(), sum: bigMoney() });
    const adding = pipeline('adding', { sales }, ({ sales }) => [
      into(
        table('large', { partitionBy: ['user'] }, Large.fields),
        sales.pipe(
          processByKey('p', {
            ...{ key: ['user'], state: record('sum', { sum: bigMoney() }), output: Large },
            onRecord: (state, { user, amount }, { emit }) => {
              addToBig(state, 'sum', amount);
              emit({ user, ...state });
            },
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(adding, { partitions: 1 });
    harness.push(sale({ amount: 2 ** 52 }), sale({ amount: 2 ** 52 }), sale({ amount: 5 }));
    await harness.commit();
    const [large] = adding.plan.tables;
    expect(large && (await harness.rows(large))).to.deep.equal([{ user: 'ann', sum: 2n ** 53n + 5n }]);
  });

  it('refuses a timer that is set to no time', async () => {
    const never = pipeline('never', { sales }, ({ sales }) => {
      sales.pipe(
        processByKey('p', {
          ...{ key: ['user'], timers: ['x'], output: Sale },
          onRecord: (_, { amount }, { timers }) => timers.x.set(amount / 0),
          onTimer: () => undefined,
        }),
      );
      return [];
    });
    const harness = pipelineHarness<Sale>(never, { partitions: 1 });
    harness.push(sale({ amount: 0 }), sale({ amount: 1 }));
    await harness.commit();
    expect((await harness.deadLetters()).map(({ code }) => code)).to.deep.equal(['ERR_BAD_RECORD', 'ERR_BAD_RECORD']);
  });
});
