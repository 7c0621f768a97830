/**
 * What does one record cost that changes every matching key? Holdings of 4,000 users in 500 symbols, 2 million keys, and
 * actions of one symbol each: the scan that finds its holders, their order, and the calls. Beside it the same changes by
 * records of single keys. At the end an action without a symbol, for all keys.
 */
import assert from 'node:assert';
import {
  type Infer,
  int64,
  into,
  jsonCodec,
  pipeline,
  processByKey,
  record,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { withBroadcasts } from '@stockafolio/core/plan';
import { PartitionEngine } from '@stockafolio/engine';
import { filter } from 'rxjs';
import { median, printTable, wallSeconds } from '../measure.js';

const USERS = Number(process.argv[2] ?? 4_000);
const SYMBOLS = Number(process.argv[3] ?? 500);
const ROUNDS = Number(process.argv[4] ?? 20);
const KEYS = USERS * SYMBOLS;

const Trade = record('trade', { user: text(), symbol: text(), quantity: int64(), time: timestamp() });
const Action = record('action', { symbol: text(), factor: int64(), time: timestamp() });
type Trade = Infer<typeof Trade>;
const Holding = record('holding', { quantity: int64(), changes: int64() });
const Held = record('held', { user: text(), symbol: text(), quantity: int64() });
const held = table('held', { partitionBy: ['user'], clusterBy: ['symbol'] }, Held.fields);
const trades = stream('trades', Trade, { key: 'user', time: (t) => t.time });
const actions = stream('actions', Action, { broadcast: true, time: (a) => a.time });

const holdings = pipeline('holdings', { actions, trades }, ({ actions, trades }) => [
  into(
    held,
    trades.pipe(
      processByKey('holdings', {
        key: ['user', 'symbol'],
        state: Holding,
        output: Held,
        onRecord: (state, { user, symbol, quantity }, { emit }) => {
          state.quantity += quantity;
          state.changes += 1;
          emit({ user, symbol, quantity: state.quantity });
        },
        everyKey: {
          splits: {
            broadcast: actions.pipe(filter(({ symbol }) => symbol !== '')),
            where: { symbol: 'symbol' },
            onKey: (state, { factor }, { key: [user, symbol], emit }) => {
              state.quantity *= factor;
              state.changes += 1;
              emit({ user, symbol, quantity: state.quantity });
            },
          },
          checks: {
            broadcast: actions.pipe(filter(({ symbol }) => symbol === '')),
            onKey: (state) => void (state.changes += 1),
          },
        },
      }),
    ),
  ),
]);

const engine = new PartitionEngine({
  ...{ pipeline: withBroadcasts(holdings, new Map([['actions', 1]])), partition: 0, source: 'benchmark' },
  ...{ codec: jsonCodec(Trade), onBadRecord: 'fail' },
});
const [operator] = engine.operators;
assert(operator !== undefined);

let time = 0;
/** By stream, the next offset. */
const next = { actions: 0, trades: 0 };
const symbolOf = (n: number): string => `S${n}`;
const userOf = (n: number): string => `user-${(n * 7_919) % USERS}`;
const trade = (user: string, symbol: string): void =>
  engine.push({ user, symbol, quantity: 1, time }, { input: 1, offset: next.trades++, ingested: ++time });
const act = (symbol: string): void =>
  engine.push({ symbol, factor: 1, time }, { input: 0, offset: next.actions++, ingested: ++time });

/** Milliseconds that it takes, the rows that it leaves included. */
function timed(work: () => unknown): number {
  const start = wallSeconds();
  work();
  return (wallSeconds() - start) * 1_000;
}

for (let symbol = 0; symbol < SYMBOLS; symbol++) {
  for (let user = 0; user < USERS; user++) trade(userOf(user), symbolOf(symbol));
  engine.drain();
}
const { state } = operator;
assert.equal(state.size, KEYS);

const scans: number[] = [];
const orders: number[] = [];
const wholes: number[] = [];
const singles: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const symbol = symbolOf((round * 37) % SYMBOLS);
  let slots = new Int32Array(0);
  scans.push(timed(() => (slots = new Int32Array(state.slotsWith([1], [symbol])))));
  assert.equal(slots.length, USERS);
  orders.push(timed(() => slots.sort((a, b) => state.comparePart(0, a, b))));
  wholes.push(timed(() => act(symbol)));
  assert.equal(engine.drain().length, USERS);
  singles.push(
    timed(() => {
      for (let user = 0; user < USERS; user++) trade(userOf(user), symbol);
    }),
  );
  assert.equal(engine.drain().length, USERS);
}
const all = timed(() => act(''));
assert.equal(engine.setAside, 0);

const [scan, order, whole, single] = [scans, orders, wholes, singles].map(median) as [number, number, number, number];
const ms = (value: number): string => value.toFixed(1);
const perKey = (value: number, keys: number): string => `${((value * 1_000) / keys).toFixed(2)} us`;
process.stdout.write(`${KEYS.toLocaleString('en')} keys, ${USERS.toLocaleString('en')} of each symbol\n`);
printTable(
  ['what', 'ms', 'for each key', 'ratio to single records'],
  [
    ['scan of all keys', ms(scan), perKey(scan, KEYS), ''],
    ['order of the matches', ms(order), perKey(order, USERS), ''],
    ['their calls, with a row of each', ms(whole - scan - order), perKey(whole - scan - order, USERS), ''],
    ['an action, whole', ms(whole), perKey(whole, USERS), (whole / single).toFixed(2)],
    ['the same by records of single keys', ms(single), perKey(single, USERS), '1.00'],
    ['an action for all keys', ms(all), perKey(all, KEYS), ''],
  ],
);
