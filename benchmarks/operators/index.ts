/**
 * What do the operators cost? The whole Stockafolio pipeline, in memory, against two loops written by hand for this one
 * job, on the same trades, with the same rows at the end of every commit, which is checked first. One loop uses objects
 * in Maps, as in code without a library; the other uses only typed arrays, to show how far one could go.
 */
import assert from 'node:assert';
import type { Mutation } from '@stockafolio/core/ports';
import { Feed, PartitionEngine } from '@stockafolio/engine';
import { generateTrades, portfolio, stockafolioTables, type Trade, wireForm } from '@stockafolio/example';
import { memoryTables } from '@stockafolio/testing';
import { alternate, printRates } from '../measure.js';
import { HandWritten } from './hand-written.js';
import { TypedArrays } from './typed-arrays.js';

const COUNT = Number(process.argv[2] ?? 300_000);
const USERS = Number(process.argv[3] ?? 20_000);
const COMMIT = 20_000;
const PARTITION = 0;

const trades = generateTrades({
  trades: COUNT,
  users: USERS,
  seed: 1,
  start: Date.UTC(2026, 0, 5, 14, 30),
  rate: 20_000,
}).next(COUNT);

/** Processes all trades, and yields the rows of every commit. */
type Way = () => Generator<readonly Mutation[]>;

function* operators(): ReturnType<Way> {
  const engine = new PartitionEngine({
    ...{ pipeline: portfolio, partition: PARTITION, source: 'benchmark', codec: wireForm, onBadRecord: 'fail' },
  });
  for (let from = 0; from < COUNT; from += COMMIT) {
    const feed = new Feed(engine);
    trades.slice(from, from + COMMIT).forEach((trade, n) => {
      feed.add(trade, { offset: from + n, ingested: trade.time });
    });
    feed.end();
    yield engine.commit();
  }
}

function byHand(loop: new (shard: number) => { push(trade: Trade): void; commit(): readonly Mutation[] }): Way {
  return function* () {
    const taken = new loop(PARTITION);
    for (let from = 0; from < COUNT; from += COMMIT) {
      for (const trade of trades.slice(from, from + COMMIT)) taken.push(trade);
      yield taken.commit();
    }
  };
}

const ways = {
  operators,
  'by hand, Maps': byHand(HandWritten),
  'by hand, typed arrays': byHand(TypedArrays),
};

function rowsOf(way: Way): number {
  let rows = 0;
  for (const some of way()) rows += some.length;
  return rows;
}

/** How many rows the commits returned, and then the stored rows, by table in key order. */
async function tablesOf(way: Way): Promise<string[]> {
  const tables = memoryTables();
  await tables.create(stockafolioTables);
  let given = 0;
  for (const some of way()) {
    given += some.length;
    await tables.write(some);
  }
  const stored = [`${given} rows given`];
  for (const table of stockafolioTables) {
    for await (const { values } of tables.scanAll(table)) stored.push(`${table.name}: ${values.join(' ')}`);
  }
  return stored;
}

const wanted = await tablesOf(operators);
for (const name of ['by hand, Maps', 'by hand, typed arrays'] as const) {
  const stored = await tablesOf(ways[name]);
  stored.forEach((row, n) => assert.equal(row, wanted[n], name));
  assert.equal(stored.length, wanted.length, name);
}

const round = (way: Way) => (): number => {
  rowsOf(way);
  return COUNT;
};
const compared = await alternate({
  operators: round(operators),
  'by hand, Maps': round(ways['by hand, Maps']),
  'by hand, typed arrays': round(ways['by hand, typed arrays']),
});

console.log(`${COUNT} trades of ${USERS} users, a commit every ${COMMIT}: ${wanted[0]}`);
printRates('way', 'trades', compared.measured);
for (const way of ['by hand, Maps', 'by hand, typed arrays'] as const)
  console.log(`against ${way}: ${compared.ratio('operators', way).toFixed(2)}`);
