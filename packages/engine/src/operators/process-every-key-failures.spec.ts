import { expect } from 'chai';
import { map } from 'rxjs';
import { codeOf } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  keyBytes,
  partitionOf,
  pipeline,
  processByKey,
  record,
  stream,
  tumblingWindow,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { actions, totals, Trade, trades } from '../../test/holdings.js';

const PARTITIONS = 3;
const Sum = record('sum', { sum: int64() });

describe('the failures of everyKey', () => {
  it('dead-letters each key that fails, also behind, with its stream, key and time, in the position of the record', async () => {
    const made = pipeline('failing', { actions, trades }, ({ actions, trades }) => [
      into(
        totals,
        trades.pipe(
          processByKey('p', {
            ...{ key: ['user', 'symbol'], state: Sum, output: Trade },
            onRecord: () => undefined,
            everyKey: {
              splits: {
                broadcast: actions,
                onKey: (state, _, { key: [user, symbol], time, emit }) => {
                  state.sum += 1;
                  if (user === 'bob') throw new Error('not bob');
                  emit({ user, symbol, id: state.sum, time });
                },
              },
            },
          }),
          tumblingWindow('seconds', {
            ...{ size: 1_000, key: ['user'], state: Sum },
            fold: (sum, { id }) => void (sum.sum += id),
          }),
          map(({ key: [user], value: { sum } }) => ({ user, sum, count: 0 })),
        ),
      ),
    ]);
    const harness = pipelineHarness(made, { partitions: PARTITIONS });
    for (const user of ['ann', 'bob', 'cid', 'dan'])
      for (const symbol of ['x', 'y']) harness.pushTo(trades, { user, symbol, id: 0, time: 1_000 });
    harness.pushTo(actions, { symbol: 'x', id: 1, time: 1_500 });
    // Late in the window behind it, for each key that is there.
    harness.pushTo(trades, { user: 'ann', symbol: 'x', id: 0, time: 9_000 });
    await harness.commit();
    harness.idle();
    harness.pushTo(actions, { symbol: 'x', id: 2, time: 2_500 });
    await harness.commit();
    harness.idle();
    await harness.commit();
    const letters = await harness.deadLetters();
    const late = ['ann', 'dan'].filter((user) => partitionOf(keyBytes(user), 3) === partitionOf(keyBytes('ann'), 3));
    expect(
      letters.map(({ pipeline: owner, partition, offset, operator, code }) => [
        owner,
        partition,
        offset,
        operator,
        code,
      ]),
    ).to.deep.equal([
      ...['x', 'y'].map((symbol) => [...['failing/actions', 0, 0, `p (splits ["bob","${symbol}"])`, 'ERR_BAD_RECORD']]),
      ...['x', 'y'].map((symbol) => ['failing/actions', 1, 0, `p (splits ["bob","${symbol}"])`, 'ERR_BAD_RECORD']),
      ...late.flatMap((user) =>
        ['x', 'y'].map((symbol) => [
          ...['failing/actions', 1, 0, `seconds (splits ["${user}","${symbol}"])`, 'ERR_LATE_RECORD'],
        ]),
      ),
    ]);
    expect(letters[0]?.message).to.equal('{"everyKey":"splits","key":["bob","x"],"time":1500}');
    expect((await harness.rows(totals)).map(({ user, sum }) => [user, sum])).to.deep.equal([
      ['ann', 2],
      ...['cid', 'dan'].map((user) => [user, late.includes(user) ? 2 : 4]),
    ]);
  });

  it('dead-letters the timers of every partition that fail at one broadcast record', async () => {
    const made = pipeline('failing', { actions, trades }, ({ actions, trades }) => {
      trades.pipe(
        processByKey('p', {
          ...{ key: ['user'], timers: ['end'], output: Trade },
          onRecord: (_, { time }, { timers: { end } }) => end.set(time + 1),
          onTimer: () => {
            throw new Error('no end');
          },
          everyKey: { actions: { broadcast: actions, onKey: () => undefined } },
        }),
      );
      return [];
    });
    const harness = pipelineHarness(made, { partitions: PARTITIONS });
    const users = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil'];
    const partitions = [...new Set(users.map((user) => partitionOf(keyBytes(user), PARTITIONS)))].sort();
    expect(partitions).to.have.length.above(1);
    for (const user of users) harness.pushTo(trades, { user, symbol: 'x', id: 0, time: 1_000 });
    harness.pushTo(actions, { symbol: 'x', id: 1, time: 9_000 });
    await harness.commit();
    expect(
      (await harness.deadLetters()).map(({ partition, offset, operator }) => [partition, offset, operator]),
    ).to.eql(partitions.map((partition) => [0, 0, `p (figure, partition ${partition})`]));
  });

  it('cuts the names of long keys in dead letters, and tells them apart', async () => {
    const made = pipeline('long', { actions, trades }, ({ actions, trades }) => {
      trades.pipe(
        processByKey('p', {
          ...{ key: ['user'], output: Trade },
          onRecord: () => undefined,
          everyKey: {
            actions: {
              broadcast: actions,
              onKey: () => {
                throw new Error('no');
              },
            },
          },
        }),
      );
      return [];
    });
    const harness = pipelineHarness(made, { partitions: 1 });
    const users = ['a', 'b'].map((end) => '😀'.repeat(100) + end);
    for (const user of users) harness.pushTo(trades, { user, symbol: 'x', id: 0, time: 1_000 });
    harness.pushTo(actions, { symbol: 'x', id: 1, time: 2_000 });
    await harness.commit();
    const letters = await harness.deadLetters();
    expect(new Set(letters.map(({ operator }) => operator)).size).to.equal(2);
    for (const { operator } of letters) expect(operator.length).to.be.at.most(255);
  });

  it("refuses to emit what does not begin with the stream's key, also first thing after a restart", async () => {
    const paired = stream('paired', Trade, { key: ['user', 'symbol'], time: (t) => t.time });
    const made = pipeline('paired', { actions, paired }, ({ actions, paired }) => [
      into(
        totals,
        paired.pipe(
          processByKey('p', {
            ...{ key: ['user', 'symbol'], output: Trade },
            onRecord: () => undefined,
            everyKey: {
              actions: {
                broadcast: actions,
                onKey: (_, { id }, { key: [user, symbol], time, emit }) => emit({ user, symbol, id, time }),
              },
            },
          }),
          foldByKey('totals', { key: ['user'], state: Sum, fold: (sum, { id }) => void (sum.sum += id) }),
          map(({ key: [user], value: { sum } }) => ({ user, sum, count: 0 })),
        ),
      ),
    ]);
    for (const isRestarted of [false, true]) {
      const harness = pipelineHarness(made, { partitions: 1 });
      harness.pushTo(paired, { user: 'ann', symbol: 'x', id: 0, time: 1_000 });
      await harness.checkpoint();
      if (isRestarted) await harness.restart();
      const act = async (): Promise<void> => {
        harness.pushTo(actions, { symbol: 'x', id: 1, time: 2_000 });
        await harness.commit();
      };
      expect(await codeOf(act), String(isRestarted)).to.equal('ERR_KEY_NOT_PARTITIONED');
    }
  });

  it('dead-letters a record once and as a whole, if its fields cannot be parts of keys', async () => {
    const made = pipeline('odd', { actions, trades }, ({ actions, trades }) => {
      trades.pipe(
        processByKey('p', {
          ...{ key: ['user', 'symbol'], output: Trade },
          onRecord: () => undefined,
          everyKey: {
            actions: {
              broadcast: actions.pipe(map(() => ({ symbol: undefined as unknown as string }))),
              where: { symbol: 'symbol' },
              onKey: () => undefined,
            },
          },
        }),
      );
      return [];
    });
    const harness = pipelineHarness(made, { partitions: PARTITIONS });
    harness.pushTo(actions, { symbol: 'x', id: 1, time: 2_000 });
    await harness.commit();
    expect(
      (await harness.deadLetters()).map(({ partition, operator, code, cause }) => [partition, operator, code, cause]),
    ).to.eql([[0, '', 'ERR_BAD_RECORD', 'symbol: undefined cannot be part of a key']]);
  });
});
