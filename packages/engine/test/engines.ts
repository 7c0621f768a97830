import { map } from 'rxjs';
import { addTo, byItem, bySecond, byUser, Sale, sales, Sum } from '@stockafolio/conformance';
import {
  bigMoney,
  boolean,
  date,
  foldByKey,
  int32,
  int64,
  into,
  jsonCodec,
  latestByKey,
  oneOf,
  optional,
  pipeline,
  type Pipeline,
  record,
  shard,
  shardedFold,
  table,
  text,
  topByKey,
  tumblingWindow,
  type Value,
} from '@stockafolio/core';
import type { Mutation, StoredRow, SubKeys } from '@stockafolio/core/ports';
import { MemoryStates, PartitionEngine, tablesOf } from '@stockafolio/engine';
import { memoryTables } from '@stockafolio/testing';

const Everything = record('everything', {
  word: text(),
  side: oneOf('none', 'up', 'down'),
  day: date(),
  small: optional(int32()),
  large: int64(),
  sum: bigMoney(),
  seen: boolean(),
  maybe: optional(boolean()),
});

const everything = table(
  'everything',
  { partitionBy: ['user'], clusterBy: ['item'] },
  { user: text(), item: text(), ...Everything.fields },
);

const pairs = table(
  'pairs',
  { partitionBy: ['user'], clusterBy: ['even'] },
  { user: text(), even: boolean(), amount: int64(), count: int64() },
);

const latest = table(
  'latest',
  { partitionBy: ['item'], clusterBy: ['shard'] },
  { item: text(), shard: shard(), amount: int64(), count: int64() },
);

const best = table(
  'best',
  { partitionBy: ['rank'], clusterBy: ['shard'] },
  { rank: int32(), shard: shard(), user: text(), amount: int64(), count: int64() },
);

/** A pipeline with every operator, whose states have columns and keys of every kind. */
export const mixed: Pipeline = pipeline('mixed', { sales }, ({ sales }) => [
  into(byUser, sales.pipe(foldByKey('users', { key: (s) => [s.user], state: Sum, fold: addTo }))),
  into(
    everything,
    sales.pipe(
      foldByKey('everything', {
        key: (s) => [s.user, s.item],
        state: Everything,
        fold: (state, s) => {
          if (s.amount === 13) throw new Error('thirteen');
          state.word += s.item.slice(0, 1);
          if (state.word.length > 20) state.word = '';
          state.side = s.amount < 0 ? 'down' : 'up';
          state.day = `2020-01-${String(10 + (s.time % 20)).padStart(2, '0')}`;
          state.small = s.amount % 3 === 0 ? undefined : s.amount;
          state.large = s.time;
          state.sum += BigInt(s.amount) * 10n ** 12n;
          state.seen = !state.seen;
          state.maybe = s.amount % 3 === 0 ? undefined : s.amount % 3 === 1;
        },
      }),
    ),
  ),
  into(
    pairs,
    sales.pipe(
      foldByKey('pairs', {
        key: (s) => [s.user, s.amount % 2 === 0],
        state: Sum,
        fold: addTo,
        expires: () => Number.MAX_SAFE_INTEGER,
      }),
    ),
  ),
  into(
    byItem,
    sales.pipe(
      shardedFold('items', {
        key: (s) => [`${s.item}-${Math.floor(s.time / 5_000)}`],
        state: Sum,
        fold: addTo,
        expires: (s) => (Math.floor(s.time / 5_000) + 2) * 5_000,
      }),
    ),
  ),
  into(
    bySecond,
    sales.pipe(
      tumblingWindow('seconds', {
        size: 1_000,
        allowedLateness: 2_000,
        key: (s) => [s.item],
        state: Sum,
        fold: addTo,
      }),
      map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
    ),
  ),
  into(
    latest,
    sales.pipe(
      latestByKey('latest', { key: (s) => [s.item], state: Sum, fold: (sum, s) => void (sum.amount = s.time) }),
    ),
  ),
  into(
    best,
    sales.pipe(
      topByKey('best', { k: 2, by: 'amount', key: (s) => [s.user], state: Sum, fold: addTo }),
      map(({ rank, key: [user], value }) => ({ rank, user, ...value })),
    ),
  ),
]);

const codec = jsonCodec(Sale);

export function newEngine(
  made: Pipeline = mixed,
  onBadRecord: 'dead-letter' | 'fail' = 'dead-letter',
  states = new MemoryStates(),
): PartitionEngine {
  return new PartitionEngine({
    ...{ pipeline: made, partition: 0, source: 'source-1', codec: codec as never, onBadRecord, states },
    repartitions: new Map(made.plan.repartitions.map(({ stream }) => [stream.name, 3])),
  });
}

export function feedAll(engine: PartitionEngine, records: readonly Sale[]): void {
  const from = engine.position.offset;
  engine.pushAll(
    records,
    records.map((_, n) => ({ offset: from + n, ingested: 0 })),
  );
}

/** Pushes records from an offset on. */
export function feed(engine: PartitionEngine, records: readonly Sale[], from = engine.position.offset): void {
  records.forEach((each, n) => engine.push(each, { offset: from + n, ingested: 0 }));
}

/** The rows of all tables of an engine after these writes, by table and key. */
export async function rowsOf(
  engine: PartitionEngine,
  writes: readonly (readonly Mutation[])[],
): Promise<(StoredRow & { readonly table: string })[]> {
  const tables = memoryTables();
  await tables.create(tablesOf(engine));
  for (const rows of writes) await tables.write(rows);
  const all: (StoredRow & { readonly table: string })[] = [];
  for (const each of tablesOf(engine)) {
    for await (const row of tables.scanAll(each)) all.push({ table: each.name, ...row });
  }
  return all;
}

/** All state of the operators: key, values and version of each slot and its sub-keys, sorted; as text. */
export function stateOf(engine: PartitionEngine): string[] {
  const lines: string[] = [];
  for (const { layout, state, subKeys } of engine.operators) {
    for (let slot = 0; slot < state.end; slot++) {
      if (!state.isLive(slot)) continue;
      const values: Record<string, Value> = state.at(slot).$copy();
      const below = subKeys.flatMap((name) => subKeysOf(state.subKeys(name), slot));
      lines.push(shown([layout.name, state.key(slot), values, state.version(slot), ...below]));
    }
  }
  return lines.sort();
}

function subKeysOf(subs: SubKeys, slot: number): unknown[] {
  const all: unknown[] = [];
  for (let sub = subs.first(slot); sub >= 0; sub = subs.next(sub))
    all.push([subs.key(sub), subs.at(sub).$copy(), subs.version(sub)]);
  return all;
}

export function shown(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v));
}
