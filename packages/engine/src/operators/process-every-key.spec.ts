import { expect } from 'chai';
import fc from 'fast-check';
import { map, merge } from 'rxjs';
import { codeOf } from '@stockafolio/conformance';
import {
  type Infer,
  int64,
  into,
  joinBroadcast,
  optional,
  pipeline,
  type Pipeline,
  processByKey,
  record,
  removable,
  stream,
  text,
  timestamp,
} from '@stockafolio/core';
import { withBroadcasts } from '@stockafolio/core/plan';
import { deadLetters, readLulls } from '@stockafolio/engine';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import {
  type Action,
  actions,
  type Deed,
  holding,
  NaiveHoldings,
  Told,
  told,
  totals,
  Trade,
  trades,
} from '../../test/holdings.js';
import { expectBatchesAsSingles } from '../../test/batches-of-deeds.js';

const PARTITIONS = 3;

const kinds = ['', '', '', 'settle', 'commit', 'checkpoint', 'idle', 'restart', 'one', 'redeliver', 'zombies'] as const;

/** Some are out of order, or of one time, with pauses between them; after each the run is disturbed. */
const anyDeeds: fc.Arbitrary<readonly (Deed & { readonly then: (typeof kinds)[number] })[]> = fc
  .array(
    fc.record({
      ...{ kind: fc.nat(2), user: fc.constantFrom('ann', 'bob', 'cid', 'dan', 'eve') },
      ...{ symbol: fc.constantFrom('x', 'y'), back: fc.oneof(fc.constant(0), fc.nat(40)) },
      ...{ step: fc.oneof(fc.constant(0), fc.nat(9), fc.nat(90)), then: fc.constantFrom(...kinds) },
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let now = 10_000;
    return steps.map(({ kind, step, back, ...rest }, id) => ({
      ...{ ...rest, id, isAction: kind === 0, time: (now += step * 100) - back * 100 },
    }));
  });

interface Asked {
  readonly key: readonly [string, string];
  readonly time: number;
  readonly emit: (value: Infer<typeof Told>) => void;
}

type Deeds = typeof anyDeeds extends fc.Arbitrary<infer D> ? D : never;

function push(harness: PipelineHarness<unknown>, { isAction, user, symbol, id, time }: Deed): void {
  if (isAction) harness.pushTo(actions, { symbol, id, time });
  else harness.pushTo(trades, { user, symbol, id, time });
}

/** Pushes all, with what happens after each; returns when each was sent. */
async function run(harness: PipelineHarness<unknown>, deeds: Deeds): Promise<readonly number[]> {
  let now = Number.NEGATIVE_INFINITY;
  const sent: number[] = [];
  const pass = (): void => void (now += 1_001);
  for (const { then, ...deed } of deeds) {
    push(harness, deed);
    sent.push((now = Math.max(now, deed.time)));
    if (then === 'settle' || then === 'idle') pass();
    if (then === 'settle') await harness.commit();
    else if (then === 'idle') harness.idle();
    else if (then === 'redeliver') await harness.redeliver(3);
    else if (then === 'one') await harness.restart([deed.id % PARTITIONS]);
    else if (then === 'restart' || then === 'zombies') await harness[then]();
    else if (then !== '') await harness[then]({ settle: false });
  }
  await harness.commit();
  return sent;
}

async function rowsOf({ tables }: PipelineHarness<unknown>, of: typeof told | typeof totals): Promise<string[]> {
  const rows: string[] = [];
  for await (const { values, version } of tables.scanAll(of)) rows.push(JSON.stringify([values, version]));
  return rows.sort();
}

async function lettersOf({ tables }: PipelineHarness<unknown>): Promise<string[]> {
  const letters = new Set<string>();
  for await (const { values, version } of tables.scanAll(deadLetters))
    letters.add(`${JSON.stringify(values.slice(0, 3))} ${String(values[3])} ${version}`);
  return [...letters].sort();
}

/** Tells each call, with its number. */
const asking = (key: readonly ['user', 'symbol'], hasEveryKey = true): Pipeline => {
  let calls = 0;
  return pipeline('asking', { actions, trades }, ({ actions, trades }) => {
    const tell =
      (what: string) =>
      (_: object, { id }: Action, { key: [user, symbol], time: at, emit }: Asked): void =>
        emit({ user, symbol, what, id, at, quantity: calls++ });
    const all = trades.pipe(
      processByKey('asking', {
        ...{ key, output: Told, onRecord: () => undefined },
        everyKey: hasEveryKey
          ? {
              all: { broadcast: actions, onKey: tell('all') },
              symbol: { broadcast: actions, where: { symbol: 'symbol' }, onKey: tell('symbol') },
            }
          : undefined,
      }),
    );
    return [
      into(told, all),
      into(
        totals,
        trades.pipe(
          joinBroadcast('last', actions, { key: ['symbol'], otherKey: ['symbol'], kind: 'left' }),
          map(({ left: { user }, right }) => ({ user, sum: right?.id ?? 0, count: 0 })),
        ),
      ),
    ];
  });
};

const divided = withBroadcasts(holding, new Map([['actions', PARTITIONS]]));

describe('everyKey', () => {
  it('changes each key that exists in the order of the merge, in every partition, at any kill and lull', async () => {
    await fc.assert(
      fc.asyncProperty(anyDeeds, async (deeds) => {
        const harness = pipelineHarness(holding, { partitions: PARTITIONS });
        const sent = await run(harness, deeds);
        const naive = new NaiveHoldings();
        await naive.push(deeds, sent, PARTITIONS, holding.idleAfter, (partition) =>
          readLulls(harness.tables, divided, partition),
        );
        const { rows, totals: sums, letters } = naive.made;
        expect(await rowsOf(harness, told)).to.deep.equal(rows);
        expect(await rowsOf(harness, totals)).to.deep.equal(sums);
        expect(await lettersOf(harness)).to.deep.equal(letters);
      }),
      { numRuns: 300 },
    );
  });

  it('makes the same states and rows of batches of records as of single ones', () => {
    const made = withBroadcasts(holding, new Map([['actions', 2]]));
    fc.assert(
      fc.property(fc.array(anyDeeds, { maxLength: 3 }), (batches) => expectBatchesAsSingles(made, batches)),
      { numRuns: 200 },
    );
  });

  it('calls for keys whose parts equal the fields of the record, in their order, and creates none', async () => {
    const harness = pipelineHarness(asking(['user', 'symbol']), { partitions: 1 });
    for (const [user, symbol] of [
      ['eve', 'y'],
      ['bob', 'x'],
      ['eve', 'x'],
      ['ann', 'y'],
    ] as const)
      harness.pushTo(trades, { user, symbol, id: 1, time: 1_000 });
    harness.pushTo(actions, { symbol: 'x', id: 1, time: 2_000 }, { symbol: 'z', id: 2, time: 2_000 });
    harness.pushTo(trades, { user: 'cid', symbol: 'x', id: 1, time: 3_000 });
    await harness.commit();
    expect(
      (await harness.rows(told)).map(({ user, symbol, what, id, quantity }) => [user, symbol, what, id, quantity]),
    ).to.deep.equal([
      ['ann', 'y', 'all', 1, 0],
      ['ann', 'y', 'all', 2, 6],
      ['bob', 'x', 'all', 1, 1],
      ['bob', 'x', 'all', 2, 7],
      ['bob', 'x', 'symbol', 1, 4],
      ['eve', 'x', 'all', 1, 2],
      ['eve', 'x', 'all', 2, 8],
      ['eve', 'x', 'symbol', 1, 5],
      ['eve', 'y', 'all', 1, 3],
      ['eve', 'y', 'all', 2, 9],
    ]);
  });

  it('is refused with streams, functions or fields that do not fit, when the plan is made', async () => {
    const Note = record('note', { place: optional(text()), rank: int64(), since: timestamp() });
    const notes = stream('notes', Note, { broadcast: true, time: (n) => n.since });
    const made = (everyKey: (flows: Record<string, unknown>) => object, key: unknown = ['user', 'symbol']) =>
      codeOf(() =>
        pipeline('made', { actions, notes, trades }, ({ actions, notes, trades }) => {
          const flows = { actions, notes, trades, both: merge(actions as never, trades as never) };
          const options = { key, output: Trade, onRecord: () => undefined, everyKey: everyKey(flows) };
          trades.pipe(processByKey('p', options as never));
          return [];
        }),
      );
    const onKey = (): void => undefined;
    expect(await made(() => ({}))).to.equal(undefined);
    expect(await made(({ actions }) => ({ a: { broadcast: actions, onKey } }))).to.equal(undefined);
    expect(
      await made(
        ({ actions }) => ({ a: { broadcast: actions, onKey } }),
        (t: Trade) => [t.user],
      ),
    ).to.equal(undefined);
    expect(
      await made(({ actions, notes }) => ({
        a: { broadcast: actions, where: { user: 'symbol', symbol: 'symbol' }, onKey },
        n: { broadcast: notes, onKey },
      })),
    ).to.equal(undefined);
    const refused: readonly Parameters<typeof made>[] = [
      [({ trades }) => ({ a: { broadcast: trades, onKey } })],
      [({ both }) => ({ a: { broadcast: both, onKey } })],
      [({ actions }) => ({ 'no name': { broadcast: actions, onKey } })],
      [({ actions }) => ({ a: { broadcast: actions } })],
      [({ actions }) => ({ a: { broadcast: actions, onKey: async () => undefined } })],
      [({ actions }) => ({ a: { broadcast: actions, where: { id: 'id' }, onKey } })],
      [({ actions }) => ({ a: { broadcast: actions, where: { user: 'none' }, onKey } })],
      [({ actions }) => ({ a: { broadcast: actions, where: { user: 'id' }, onKey } })],
      [({ notes }) => ({ a: { broadcast: notes, where: { user: 'place' }, onKey } })],
      [({ actions }) => ({ a: { broadcast: actions, where: { user: 'symbol' }, onKey } }), (t: Trade) => [t.user]],
    ];
    for (const each of refused) expect(await made(...each), String(each[0])).to.equal('ERR_PIPELINE_INVALID');
  });

  it('goes on with the state of a checkpoint from before it was added, once that is accepted', async () => {
    const first = pipelineHarness(asking(['user', 'symbol'], false), { partitions: 1 });
    first.pushTo(trades, { user: 'ann', symbol: 'x', id: 1, time: 1_000 });
    await first.checkpoint();
    const { files, tables } = first;
    const options = { partitions: 1, files, tables };
    const refused = pipelineHarness(asking(['user', 'symbol']), options);
    let message = '';
    await refused.restart().catch((error: unknown) => (message = String(error)));
    expect(message).to.include(
      'everyKey was not set and is all, symbol (symbol = symbol), for the records from here on',
    );
    const second = pipelineHarness(asking(['user', 'symbol']), { ...options, acceptPlanChange: true });
    await second.restart();
    second.pushTo(actions, { symbol: 'x', id: 1, time: 9_000 });
    await second.commit();
    expect((await second.rows(told)).map(({ user, what }) => [user, what])).to.deep.equal([
      ['ann', 'all'],
      ['ann', 'symbol'],
    ]);
  });

  it('is in the plan, with what it is for and the streams that it reads', () => {
    const { operators, edges } = holding.plan;
    expect(operators[0]?.settings).to.include({ everyKey: 'fees, splits (symbol = symbol)' });
    expect(edges.filter(({ to }) => to === 'holdings')).to.deep.equal([
      { from: '', stream: 'trades', to: 'holdings', table: false },
      { from: '', stream: 'actions', to: 'holdings', table: false, other: true },
    ]);
  });

  it('removes what an output has emitted, of keys that it is for', async () => {
    const made = pipeline('removing', { actions, trades }, ({ actions, trades }) => [
      into(
        told,
        trades.pipe(
          processByKey('p', {
            ...{ key: ['user', 'symbol'], output: removable(Told) },
            onRecord: (_, { user, symbol, id }, { emit }) =>
              emit({ user, symbol, what: 'held', id: 0, at: 0, quantity: id }),
            everyKey: {
              delisted: {
                broadcast: actions,
                where: { symbol: 'symbol' },
                onKey: (_, __, { key: [user, symbol], emit, remove }) => {
                  emit.remove({ user, symbol, what: 'held', id: 0, at: 0, quantity: 0 });
                  remove();
                },
              },
            },
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness(made, { partitions: 2 });
    for (const user of ['ann', 'bob', 'cid'])
      for (const symbol of ['x', 'y']) harness.pushTo(trades, { user, symbol, id: 7, time: 1_000 });
    await harness.commit();
    harness.pushTo(actions, { symbol: 'x', id: 1, time: 2_000 });
    await harness.commit();
    expect((await harness.rows(told)).map(({ user, symbol }) => user + symbol)).to.deep.equal(['anny', 'boby', 'cidy']);
  });
});
