/**
 * What does the state cost? Positions by (user, symbol), folded in random order, against objects in a Map with joined
 * keys; then as many keys as no Map can hold.
 */
import assert from 'node:assert';
import { int64, money, record, timestamp } from '@stockafolio/core';
import { Interner, KeyedState } from '@stockafolio/engine';
import { alternate, printRates, printTable } from '../measure.js';

const KEYS = Number(process.argv[2] ?? 2_000_000);
const MANY = Number(process.argv[3] ?? 20_000_000);
const SYMBOLS = 8;
const FOLDS = KEYS * 2;

const Position = record('position', { quantity: int64(), cost: money(), lastTime: timestamp() });
type Position = { quantity: number; cost: number; lastTime: number };

const symbols = Array.from({ length: SYMBOLS }, (_, n) => `SYM${n}`);
const userOf = (n: number): string => `u${String(Math.floor(n / SYMBOLS)).padStart(8, '0')}`;

/** A permutation of the keys: each occurs once in every round, in an order that defeats caches. */
function* shuffled(keys: number, folds: number): Iterable<number> {
  let at = 0;
  const step = 7_368_787;
  for (let n = 0; n < folds; n++) {
    at = (at + step) % keys;
    yield at;
  }
}

// The strings of a record are always new ones, as a decoder makes them.
const users = Array.from(shuffled(KEYS, FOLDS), (n) => ({ user: userOf(n), symbol: symbols[n % SYMBOLS] as string }));

let sink = 0;

function columns(): number {
  const state = new KeyedState('benchmark', Position, new Interner());
  const position = state.cursor as unknown as Position;
  users.forEach(({ user, symbol }, n) => {
    state.upsert([user, symbol], n, n);
    position.quantity += 1;
    position.cost += n;
    position.lastTime = n;
  });
  sink += state.size;
  assert.equal(state.size, KEYS);
  return FOLDS;
}

function map(): number {
  const positions = new Map<string, Position & { user: string; symbol: string; version: number }>();
  users.forEach(({ user, symbol }, n) => {
    const key = `${user}|${symbol}`;
    let position = positions.get(key);
    if (position === undefined) {
      position = { user, symbol, quantity: 0, cost: 0, lastTime: 0, version: 0 };
      positions.set(key, position);
    }
    position.quantity += 1;
    position.cost += n;
    position.lastTime = n;
    position.version = n;
  });
  sink += positions.size;
  return FOLDS;
}

const compared = await alternate({ state: columns, 'objects in a Map': map }, 3);
console.log(`${KEYS} keys, each folded ${FOLDS / KEYS} times`);
printRates('way', 'folds', compared.measured);
console.log(`ratio ${compared.ratio('state', 'objects in a Map').toFixed(2)} (goal 1.00)\n`);

users.length = 0;
const before = process.memoryUsage().arrayBuffers;
const start = process.hrtime.bigint();
const large = new KeyedState('benchmark', Position, new Interner());
const position = large.cursor as unknown as Position;
for (let n = 0; n < MANY; n++) {
  large.upsert([userOf(n), symbols[n % SYMBOLS] as string], n, n);
  position.quantity += 1;
}
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
assert.equal(large.size, MANY);
assert(large.find([userOf(MANY - 1), symbols[(MANY - 1) % SYMBOLS] as string]) >= 0);
assert.equal(position.quantity, 1);
printTable(
  ['keys', 'thousand folds/s', 'bytes a key'],
  [
    [
      String(MANY),
      (MANY / seconds / 1000).toFixed(0),
      ((process.memoryUsage().arrayBuffers - before) / MANY).toFixed(0),
    ],
  ],
);
assert(sink > 0);
