import { expect } from 'chai';
import fc from 'fast-check';
import { map, type Observable } from 'rxjs';
import { codeOf } from '@stockafolio/conformance';
import {
  days,
  foldByKey,
  type Infer,
  int64,
  into,
  pipeline,
  type Pipeline,
  processByKey,
  record,
  table,
  text,
} from '@stockafolio/core';
import { withBroadcasts } from '@stockafolio/core/plan';
import { deadLetters } from '@stockafolio/engine';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { expectBatchesAsSingles } from '../../test/batches-of-deeds.js';
import { actions, type Deed, type Trade, trades } from '../../test/holdings.js';

const PARTITIONS = 3;

const Held = record('held', { quantity: int64(), times: text({ max: 1_000 }) });
type Held = { quantity: number; times: string };
const holdings = table(
  'holdings',
  { partitionBy: ['user'], clusterBy: ['symbol'] },
  {
    ...{ user: text(), symbol: text() },
    ...Held.fields,
  },
);
const Users = record('users', { all: text({ max: 10_000 }) });
const users = table('users', { partitionBy: ['user'] }, { user: text(), ...Users.fields });
const Kinds = record('kinds', { open: int64() });
const kinds = table('kinds', { partitionBy: ['kind'] }, { kind: text(), shard: int64(), ...Kinds.fields });

/** What both programs do. Some fail: of a trade, of an action, of one key of it, and behind. */
const buy = (held: Held, { id }: Trade, time: number): void => {
  held.quantity += id;
  held.times += `${time} `;
  if (id % 13 === 5) throw new Error('this trade is bad');
};
const multiply = (held: Held, { id }: { readonly id: number }, user: string, time: number): void => {
  held.quantity *= 2;
  held.times += `${time}x `;
  if ((id + user.charCodeAt(0)) % 5 === 2) throw new Error('this key is bad');
};
const charge = (held: Held, { id }: { readonly id: number }): void => {
  held.quantity -= id % 3;
};
const Changed = record('changed', { user: text(), symbol: text(), ...Held.fields, by: int64() });
type Changed = Infer<typeof Changed>;
const see = (seen: { all: string }, { symbol, quantity, by }: Changed): void => {
  seen.all += `${symbol}${quantity}:${by} `;
  if (quantity % 9 === 8) throw new Error('this quantity is bad');
};

const tablesOf = (changes: Observable<Changed>) => [
  into(
    users,
    changes.pipe(
      foldByKey('users', { key: ['user'], state: Users, fold: see }),
      map(({ key: [user], value }) => ({ user, ...value })),
    ),
  ),
];

const folded: Pipeline = pipeline('made', { actions, trades }, ({ actions, trades }) => {
  const held = trades.pipe(
    foldByKey('holdings', {
      ...{ key: ['user', 'symbol'], state: Held },
      fold: (held: Held, trade) => (buy(held, trade, trade.time), 1),
      everyKey: {
        fees: { broadcast: actions, fold: (held, action) => (charge(held, action), 2) },
        splits: {
          broadcast: actions,
          where: { symbol: 'symbol' },
          fold: (held, action, { key: [user], time }) => (multiply(held, action, user, time), 3),
        },
      },
    }),
  );
  const changes = held.pipe(
    map(({ key: [user, symbol], value, result, record: { id } }) => ({
      user,
      symbol,
      ...value,
      by: result * 1_000 + id,
    })),
  );
  return [into(holdings, held), ...tablesOf(changes)];
});

/** The same by functions, which emit a row for each change. */
const processed: Pipeline = pipeline('made', { actions, trades }, ({ actions, trades }) => {
  const changes = trades.pipe(
    processByKey('holdings', {
      ...{ key: ['user', 'symbol'], state: Held, output: Changed },
      onRecord: (held, trade, { key: [user, symbol], time, emit }) => {
        buy(held, trade, time);
        emit({ user, symbol, ...held, by: 1_000 + trade.id });
      },
      everyKey: {
        fees: {
          broadcast: actions,
          onKey: (held, action, { key: [user, symbol], emit }) => {
            charge(held, action);
            emit({ user, symbol, ...held, by: 2_000 + action.id });
          },
        },
        splits: {
          broadcast: actions,
          where: { symbol: 'symbol' },
          onKey: (held, action, { key: [user, symbol], time, emit }) => {
            multiply(held, action, user, time);
            emit({ user, symbol, ...held, by: 3_000 + action.id });
          },
        },
      },
    }),
  );
  return [
    into(holdings, changes.pipe(map(({ user, symbol, quantity, times }) => ({ user, symbol, quantity, times })))),
    ...tablesOf(changes),
  ];
});

const then = ['', '', '', 'commit', 'checkpoint', 'idle', 'restart', 'redeliver'] as const;
type Step = Deed & { readonly then: (typeof then)[number] };

const anySteps: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.record({
      ...{ kind: fc.nat(2), user: fc.constantFrom('ann', 'bob', 'cid', 'dan', 'eve') },
      ...{ symbol: fc.constantFrom('x', 'y'), back: fc.nat(20), step: fc.nat(9), then: fc.constantFrom(...then) },
    }),
    { maxLength: 40, size: 'max' },
  )
  .map((steps) => {
    let now = 10_000;
    return steps.map(({ kind, step, back, ...rest }, id) => ({
      ...{ ...rest, id, isAction: kind === 0, time: (now += step * 100) - back * 50 },
    }));
  });

async function run(made: Pipeline, steps: readonly Step[]): Promise<readonly unknown[]> {
  const harness = pipelineHarness(made, { partitions: PARTITIONS });
  for (const { then, isAction, user, symbol, id, time } of steps) {
    if (isAction) harness.pushTo(actions, { symbol, id, time });
    else harness.pushTo(trades, { user, symbol, id, time });
    if (then === 'idle') harness.idle();
    else if (then === 'redeliver') await harness.redeliver(3);
    else if (then === 'restart') await harness.restart();
    else if (then !== '') await harness[then]({ settle: false });
  }
  await harness.commit();
  return Promise.all([rowsOf(harness, holdings), rowsOf(harness, users), rowsOf(harness, deadLetters)]);
}

async function rowsOf(
  { tables }: PipelineHarness<unknown>,
  of: Parameters<typeof tables.scanAll>[0],
): Promise<string[]> {
  const rows: string[] = [];
  for await (const { values, version } of tables.scanAll(of)) rows.push(JSON.stringify([values, version]));
  return rows.sort();
}

describe('everyKey of foldByKey', () => {
  it('makes the tables and letters that processByKey makes of the same changes, at any kill and lull', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        expect(await run(folded, steps)).to.deep.equal(await run(processed, steps));
      }),
      { numRuns: 150 },
    );
  });

  it('makes the same states and rows of batches of records as of single ones', () => {
    const made = withBroadcasts(folded, new Map([['actions', 2]]));
    fc.assert(
      fc.property(fc.array(anySteps, { maxLength: 3 }), (batches) => expectBatchesAsSingles(made, batches)),
      { numRuns: 200 },
    );
  });

  it('lets what folds current figures undo those before', async () => {
    const made = pipeline('made', { actions, trades }, ({ actions, trades }) => [
      into(
        kinds,
        trades
          .pipe(
            foldByKey('holdings', {
              ...{ key: ['user', 'symbol'], state: Held, fold: (held: Held, { id }) => void (held.quantity += id) },
              everyKey: {
                splits: { broadcast: actions, where: { symbol: 'symbol' }, fold: (held) => void (held.quantity *= 2) },
              },
            }),
            foldByKey('open', {
              key: ({ key: [user] }) => [user],
              state: Kinds,
              fold: (sum, { value: { quantity } }) => void (sum.open += quantity),
              unfold: (sum, { value: { quantity } }) => void (sum.open -= quantity),
            }),
          )
          .pipe(map(({ key: [kind], value }) => ({ kind, shard: 0, ...value }))),
      ),
    ]);
    const harness = pipelineHarness(made, { partitions: 2 });
    harness.pushTo(trades, { user: 'ann', symbol: 'x', id: 3, time: 1_000 });
    harness.pushTo(trades, { user: 'ann', symbol: 'y', id: 4, time: 1_000 });
    harness.pushTo(actions, { symbol: 'x', id: 1, time: 2_000 }, { symbol: 'x', id: 2, time: 2_000 });
    await harness.commit();
    expect(await harness.rows(kinds)).to.deep.equal([{ kind: 'ann', shard: 0, open: 16 }]);
  });

  it('is in the plan, with what it is for and the streams that it reads', () => {
    const { operators, edges } = folded.plan;
    expect(operators[0]?.settings).to.include({ everyKey: 'fees, splits (symbol = symbol)' });
    expect(edges).to.deep.include({ from: '', stream: 'actions', to: 'holdings', table: false, other: true });
  });

  it('is refused with what does not fit, when the plan is made', async () => {
    const fold = (): void => undefined;
    const made = (
      everyKey: (flows: Record<string, unknown>) => object,
      more: object = {},
      operator: unknown = foldByKey,
    ) =>
      codeOf(() =>
        pipeline('made', { actions, trades }, ({ actions, trades }) => {
          const options = { key: ['user', 'symbol'], state: Held, fold, ...more };
          const add = operator as (name: string, options: object) => never;
          trades.pipe(add('p', { ...options, everyKey: everyKey({ actions, trades }) }));
          return [];
        }),
      );
    const fits = ({ actions }: Record<string, unknown>): object => ({ a: { broadcast: actions, fold } });
    expect(await made(() => ({}))).to.equal(undefined);
    expect(await made(fits)).to.equal(undefined);
    const refused: readonly Parameters<typeof made>[] = [
      [({ trades }) => ({ a: { broadcast: trades, fold } })],
      [({ actions }) => ({ 'no name': { broadcast: actions, fold } })],
      [({ actions }) => ({ a: { broadcast: actions } })],
      [({ actions }) => ({ a: { broadcast: actions, fold: async () => undefined } })],
      [({ actions }) => ({ a: { broadcast: actions, where: { user: 'id' }, fold } })],
      [fits, { expires: ({ time }: Trade) => time }],
      [fits, { expiresAfter: days(1) }],
    ];
    for (const each of refused) expect(await made(...each), String(each[0])).to.equal('ERR_PIPELINE_INVALID');
  });
});
